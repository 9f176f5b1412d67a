/**
 * Custom functions that can be differentiated twice, by what they save: inputs, outputs, intermediate results; and those
 * whose backward pass is not made of recorded operations. Answers PyTorch's tutorial "Double Backward with Custom Functions".
 *
 * @example
 * ```sh
 * deno run examples/double_backward.ts
 * ```
 *
 * @module
 */
import { autograd, gradcheck, gradgradcheck, manualSeed, randn, type Tensor, tensor } from "../mod.ts";
import { compare, expect, expectError, section } from "./comparison.ts";

type Context = autograd.FunctionContext;

const saved = (ctx: Context): Tensor[] => ctx.savedTensors as Tensor[];

/** x², which saves its input. Its backward is recorded operations, so it can be differentiated in its turn. */
class Square extends autograd.Function {
  static forward(ctx: Context, x: Tensor): Tensor {
    // Tensors go to saveForBackward; other values may be fields of the context.
    ctx.saveForBackward(x);
    return x.square();
  }

  static backward(ctx: Context, gradient: Tensor): Tensor {
    const [x] = saved(ctx);
    return gradient.mul(x).mul(2);
  }
}

/** exp(x), which saves its output: that has a history, through this very function. */
class Exp extends autograd.Function {
  static forward(ctx: Context, x: Tensor): Tensor {
    const result = x.exp();
    ctx.saveForBackward(result);
    return result;
  }

  static backward(ctx: Context, gradient: Tensor): Tensor {
    const [result] = saved(ctx);
    return gradient.mul(result);
  }
}

/**
 * (e^x - e^-x) / 2, which saves both exponentials. They are neither inputs nor outputs of sinh, so they are returned as
 * further outputs: as such they have a history, and backward receives the gradients that flow into them.
 */
class Sinh extends autograd.Function {
  static forward(ctx: Context, x: Tensor): [Tensor, Tensor, Tensor] {
    const [rising, falling] = [x.exp(), x.neg().exp()];
    ctx.saveForBackward(rising, falling);
    return [rising.sub(falling).div(2), rising, falling];
  }

  static backward(ctx: Context, gradient: Tensor, gradientRising: Tensor, gradientFalling: Tensor): Tensor {
    const [rising, falling] = saved(ctx);
    // Zeros in the first backward pass; in the second one they carry what depends on the saved exponentials.
    const throughSaved = gradientRising.mul(rising).sub(gradientFalling.mul(falling));
    return gradient.mul(rising.add(falling)).div(2).add(throughSaved);
  }
}

const sinh = (x: Tensor): Tensor => (Sinh.apply(x) as Tensor[])[0];

/** The same without the further outputs: what it saves counts as constant, and its second derivative is wrong. */
class SinhWithConstants extends autograd.Function {
  static forward(ctx: Context, x: Tensor): Tensor {
    const [rising, falling] = [x.exp(), x.neg().exp()];
    ctx.saveForBackward(rising, falling);
    return rising.sub(falling).div(2);
  }

  static backward(ctx: Context, gradient: Tensor): Tensor {
    const [rising, falling] = saved(ctx);
    return gradient.mul(rising.add(falling)).div(2);
  }
}

/** The same with no intermediate result saved: backward computes them again from the input. */
class SinhRecomputed extends autograd.Function {
  static forward(ctx: Context, x: Tensor): Tensor {
    ctx.saveForBackward(x);
    return x.exp().sub(x.neg().exp()).div(2);
  }

  static backward(ctx: Context, gradient: Tensor): Tensor {
    const [x] = saved(ctx);
    return gradient.mul(x.exp().add(x.neg().exp())).div(2);
  }
}

/** `f` of the numbers in `tensors`, by a library that autograd does not see into. */
function byOtherLibrary(f: (...numbers: number[]) => number, ...tensors: Tensor[]): Tensor {
  const [first, ...others] = tensors.map((x) => x.dataSync() as Float64Array);
  return tensor(first.map((x, i) => f(x, ...others.map((values) => values[i])))).reshape(tensors[0].shape);
}

/** x³ by another library. Its backward is one more custom function, which says how it is differentiated itself. */
class Cube extends autograd.Function {
  static forward(ctx: Context, x: Tensor): Tensor {
    ctx.saveForBackward(x);
    return byOtherLibrary((x) => x ** 3, x);
  }

  static backward(ctx: Context, gradient: Tensor): Tensor {
    const [x] = saved(ctx);
    return CubeBackward.apply(gradient, x);
  }
}

/** g 3 x² by another library, a function of g and x. The rule for its derivative ends here, and says so. */
class CubeBackward extends autograd.Function {
  static forward(ctx: Context, gradient: Tensor, x: Tensor): Tensor {
    ctx.saveForBackward(gradient, x);
    return byOtherLibrary((g, x) => 3 * g * x ** 2, gradient, x);
  }

  @autograd.onceDifferentiable
  static backward(ctx: Context, outer: Tensor): Tensor[] {
    const [gradient, x] = saved(ctx);
    return [
      byOtherLibrary((o, x) => 3 * o * x ** 2, outer, x),
      byOtherLibrary((o, g, x) => 6 * o * g * x, outer, gradient, x),
    ];
  }
}

/** x³ again, whose backward is the other library's and is left unrecorded, without a word. */
class CubeUnmarked extends autograd.Function {
  static forward = Cube.forward;

  static backward(ctx: Context, gradient: Tensor): Tensor {
    const [x] = saved(ctx);
    return byOtherLibrary((g, x) => 3 * g * x ** 2, gradient, x);
  }
}

/** x³ once more, whose backward is marked: a second derivative is an error instead of zeros. */
class CubeOnce extends autograd.Function {
  static forward = Cube.forward;
  static backward = autograd.onceDifferentiable(CubeUnmarked.backward);
}

/** The n-th derivative of `f`, summed over its outputs, at `x`. */
function derivative(f: (x: Tensor) => Tensor, x: Tensor, order: number): Tensor {
  let value = f(x);
  for (let i = 0; i < order; i++) [value] = autograd.grad(value.sum(), [x], { createGraph: true });
  return value;
}

/** The calls in the graph of `outputs` and what each one takes, as makeDot writes them. */
function drawnGraph(outputs: Tensor[], params: Record<string, Tensor>): string[] {
  const { source } = autograd.makeDot(outputs, { params });
  const labels = new Map([...source.matchAll(/(n\d+) \[label="(.*?)", /g)].map(([, id, label]) => [id, label]));
  return [...source.matchAll(/(n\d+) -> (n\d+)/g)].map(([, from, to]) => `${labels.get(from)} -> ${labels.get(to)}`);
}

/** Prints the graph of a function and its gradient, and returns it. */
function printGraph(f: (x: Tensor) => Tensor, x: Tensor): string[] {
  const value = f(x);
  const [gradient] = autograd.grad(value.sum(), [x], { createGraph: true });
  const edges = drawnGraph(gradient.requiresGrad ? [value, gradient] : [value], { x });
  for (const edge of edges) console.log(`          ${edge}`);
  return edges;
}

function main(): void {
  manualSeed(0);
  const x = randn([3, 2], { dtype: "float64", requiresGrad: true });

  section("Saving inputs: Square");
  const square = (x: Tensor): Tensor => Square.apply(x);
  expect("gradcheck", gradcheck(square, x), true);
  expect("gradgradcheck", gradgradcheck(square, x), true);
  compare("first derivative against 2 x", derivative(square, x, 1), x.mul(2));
  compare("second derivative against 2", derivative(square, x, 2), x.mul(0).add(2));
  const edges = printGraph(square, x);
  // The multiplication by x of the backward pass, beside the call of Square itself.
  expect("the gradient depends on x in its own right", edges.includes("AccumulateGrad -> MulBackward0"), true);

  section("Saving outputs: Exp");
  const exp = (x: Tensor): Tensor => Exp.apply(x);
  expect("gradcheck", gradcheck(exp, x), true);
  expect("gradgradcheck", gradgradcheck(exp, x), true);
  compare("fourth derivative against e^x", derivative(exp, x, 4), x.exp());
  printGraph(exp, x);

  section("Saving intermediate results as outputs: Sinh");
  expect("gradcheck", gradcheck(sinh, x), true);
  expect("gradgradcheck", gradgradcheck(sinh, x), true);
  compare("second derivative against sinh", derivative(sinh, x, 2), x.sinh());
  compare("third derivative against cosh", derivative(sinh, x, 3), x.cosh());
  printGraph(sinh, x);

  section("Saving intermediate results as constants: what not to do");
  const wrong = (x: Tensor): Tensor => SinhWithConstants.apply(x);
  expect("gradcheck sees nothing", gradcheck(wrong, x), true);
  expectError("gradgradcheck does", () => gradgradcheck(wrong, x), "gradcheck: expected");
  expect("the gradient has no history", derivative(wrong, x, 1).requiresGrad, false);
  printGraph(wrong, x);

  section("Saving none of them: backward computes them again");
  const recomputed = (x: Tensor): Tensor => SinhRecomputed.apply(x);
  expect("gradcheck", gradcheck(recomputed, x), true);
  expect("gradgradcheck", gradgradcheck(recomputed, x), true);
  compare("third derivative against cosh", derivative(recomputed, x, 3), x.cosh());

  section("A backward that is not recorded: Cube and CubeBackward, by another library");
  const cube = (x: Tensor): Tensor => Cube.apply(x);
  expect("gradcheck", gradcheck(cube, x), true);
  expect("gradgradcheck", gradgradcheck(cube, x), true);
  compare("first derivative against 3 x²", derivative(cube, x, 1), x.square().mul(3));
  compare("second derivative against 6 x", derivative(cube, x, 2), x.mul(6));
  printGraph(cube, x);
  expectError("the third derivative is marked as unknown", () => derivative(cube, x, 3), "onceDifferentiable");

  section("onceDifferentiable: a missing second derivative is an error");
  const unmarked = (x: Tensor): Tensor => CubeUnmarked.apply(x);
  const once = (x: Tensor): Tensor => CubeOnce.apply(x);
  compare("first derivative against 3 x²", derivative(once, x, 1), x.square().mul(3));
  expectError("second derivative with the mark", () => derivative(once, x, 2), "onceDifferentiable");
  const penalty = (f: (x: Tensor) => Tensor): Tensor => {
    const loss = derivative(f, x, 1).square().sum().add(x.sum());
    return autograd.grad(loss, [x])[0];
  };
  compare("without it a gradient penalty silently counts as constant", penalty(unmarked), x.mul(0).add(1));
  expectError("with it that is an error, too", () => penalty(once), "onceDifferentiable");
}

if (import.meta.main) main();
