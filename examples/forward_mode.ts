/**
 * Forward mode: tangents that travel beside the values. Answers PyTorch's tutorial "Forward-mode Automatic Differentiation".
 *
 * @example
 * ```sh
 * deno run examples/forward_mode.ts
 * ```
 *
 * @module
 */
import { autograd, forwardAD, func, gradcheck, manualSeed, nn, rand, randLike, randn, Tensor } from "../mod.ts";
import { compare, expect, expectError, section } from "./comparison.ts";

const { dualLevel, makeDual, unpackDual } = forwardAD;

/** The tangent of a dual tensor; the examples below know that there is one. */
function tangentOf(dual: Tensor): Tensor {
  const { tangent } = unpackDual(dual);
  if (tangent === null) throw new TypeError("expected a dual tensor, got one without a tangent");
  return tangent;
}

/** x² + y². */
const sumOfSquares = (x: Tensor, y: Tensor): Tensor => x.square().add(y.square());

function basicUsage(): void {
  section("Dual tensors");
  const primal = randn([10, 10]);
  const tangent = randn([10, 10]);
  const plain = randn([10, 10]);

  const output = dualLevel(() => {
    const dual = makeDual(primal, tangent);
    expect("the tangent of the primal's layout is kept as it is", unpackDual(dual).tangent === tangent, true);

    // A tensor without a tangent counts as one whose tangent is zeros.
    const output = sumOfSquares(dual, plain);
    compare("tangent of x² + y² against 2 x dx", tangentOf(output), primal.mul(tangent).mul(2));
    compare("its primal against the function", unpackDual(output).primal, sumOfSquares(primal, plain));
    expect("a tensor made from plain ones has no tangent", unpackDual(plain.mul(2)).tangent, null);
    return output;
  });
  expect("outside the level the tangent is gone", unpackDual(output).tangent, null);
  compare("and the value stays", output, sumOfSquares(primal, plain));
  expectError("duals are made inside a level only", () => makeDual(primal, tangent), "dualLevel");

  section("Layout: a tangent that lies in memory in another order is copied");
  dualLevel(() => {
    const kept = unpackDual(makeDual(primal, tangent.T)).tangent!;
    expect("the tangent is another tensor", kept === tangent.T, false);
    expect("in the layout of the primal", kept.strides, primal.strides);
    compare("with the same values", kept, tangent.T);
    const rows = makeDual(primal, tangent).narrow(0, 2, 3);
    compare("a view of a dual has the same view of its tangent", tangentOf(rows), tangent.narrow(0, 2, 3));
  });
  {
    using _level = dualLevel();
    compare("a level may be a block, too", tangentOf(makeDual(primal, tangent).mul(3)), tangent.mul(3));
  }
}

function modules(): void {
  section("Modules");
  const model = new nn.Linear(5, 5);
  const input = randn([16, 5]);
  const tangents = Object.fromEntries(model.namedParameters().map(([name, p]) => [name, randLike(p)]));

  // A dual is no Parameter, so it takes the place of one as an ordinary field of the module.
  const { weight, bias } = model;
  const byField = dualLevel(() => {
    Object.assign(model, { weight: makeDual(weight, tangents.weight), bias: makeDual(bias!, tangents.bias) });
    return tangentOf(model.call(input));
  });
  Object.assign(model, { weight, bias });
  compare("parameters replaced by hand: x dWᵀ + db", byField, input.matmul(tangents.weight.T).add(tangents.bias));

  const byCall = dualLevel(() => {
    const duals = Object.fromEntries(model.namedParameters().map(([name, p]) => [name, makeDual(p, tangents[name])]));
    return tangentOf(func.functionalCall(model, duals, input));
  });
  compare("parameters replaced by functionalCall: the same", byCall, byField);
}

/** exp with a forward rule only: what `forward` keeps on the context is there for `jvp`. */
class Exponential extends autograd.Function {
  static forward(ctx: autograd.FunctionContext, x: Tensor): Tensor {
    const result = x.exp();
    ctx.result = result;
    return result;
  }

  static jvp(ctx: autograd.FunctionContext, tangent: Tensor): Tensor {
    const result = ctx.result as Tensor;
    // What no backward pass will read may go as soon as the tangent is made.
    delete ctx.result;
    return tangent.mul(result);
  }
}

/** exp with rules for both modes, which read the output that was saved for each. */
class ExponentialBothWays extends autograd.Function {
  static forward(ctx: autograd.FunctionContext, x: Tensor): Tensor {
    const result = x.exp();
    ctx.saveForBackward(result);
    ctx.saveForForward(result);
    return result;
  }

  static backward(ctx: autograd.FunctionContext, gradient: Tensor): Tensor {
    const [result] = ctx.savedTensors as Tensor[];
    return gradient.mul(result);
  }

  static jvp(ctx: autograd.FunctionContext, tangent: Tensor): Tensor {
    const [result] = ctx.savedTensors as Tensor[];
    return tangent.mul(result);
  }
}

function customFunctions(): void {
  section("Custom functions");
  const primal = randn([4, 3], { dtype: "float64", requiresGrad: true });
  const tangent = randn([4, 3], { dtype: "float64" });
  const pushed = dualLevel(() => tangentOf(Exponential.apply(makeDual(primal.detach(), tangent))));
  compare("tangent by the function's own rule against exp(x) dx", pushed, primal.exp().mul(tangent));

  expect(
    "gradcheck of forward mode alone",
    gradcheck((x: Tensor) => Exponential.apply(x), primal, {
      checkForwardAD: true,
      checkBackwardAD: false,
      checkUndefinedGrad: false,
      checkBatchedGrad: false,
    }),
    true,
  );
  expectError("a backward that nobody wrote", () => Exponential.apply(primal).sum().backward(), "static backward");
  expect(
    "gradcheck of both modes",
    gradcheck((x: Tensor) => ExponentialBothWays.apply(x), primal, { checkForwardAD: true }),
    true,
  );
}

function functional(): void {
  section("func.jvp: the same without levels");
  const primal = randn([10, 10]);
  const tangent = randn([10, 10]);
  const y = randn([10, 10]);
  // What is not to be moved is closed over.
  const [value, pushed] = func.jvp((x: Tensor) => sumOfSquares(x, y), [primal], [tangent]);
  compare("value", value, sumOfSquares(primal, y));
  compare("tangent", pushed, primal.mul(tangent).mul(2));

  const [, both] = func.jvp(sumOfSquares, [primal, y], [tangent, tangent]);
  compare("both arguments moved: 2 x dx + 2 y dy", both, primal.add(y).mul(tangent).mul(2));

  const model = new nn.Linear(5, 5);
  const input = randn([16, 5]);
  const params = Object.fromEntries(model.namedParameters());
  const directions = Object.fromEntries(Object.entries(params).map(([name, p]) => [name, rand(p.shape)]));
  const call = (p: Record<string, Tensor>): Tensor => func.functionalCall(model, p, input);
  const [, ofModule] = func.jvp(call, [params], [directions]);
  compare("a module", ofModule, input.matmul(directions.weight.T).add(directions.bias));

  const batch = randn([7, 10, 10]);
  const columns = func.vmap((t: Tensor) => func.jvp((x: Tensor) => x.sin(), [primal], [t])[1])(batch);
  compare("a batch of tangents, by vmap", columns, batch.mul(primal.cos()));
}

function mixedModes(): void {
  section("Tangents and requiresGrad together");
  const x = randn([6], { dtype: "float64", requiresGrad: true });
  const v = randn([6], { dtype: "float64", requiresGrad: true });
  dualLevel(() => {
    // The tangent 3 x² v is an ordinary recorded tensor.
    tangentOf(makeDual(x, v).pow(3)).sum().backward();
  });
  compare("gradient of a tangent with respect to x: 6 x v", x.grad!, x.mul(v).mul(6));
  compare("and with respect to the direction: 3 x²", v.grad!, x.square().mul(3));

  const product = dualLevel(() => {
    const [gradient] = autograd.grad(makeDual(x, v.detach()).pow(3).sum(), [x]);
    return tangentOf(gradient);
  });
  compare("tangent of a gradient, which is the Hessian times v", product, x.mul(v).mul(6));
  const second = dualLevel(() => {
    const outer = makeDual(x.detach(), v.detach());
    return tangentOf(dualLevel(() => tangentOf(makeDual(outer, v.detach()).pow(3))));
  });
  compare("levels nest: second derivative along v, 6 x v²", second, x.mul(v.square()).mul(6));
}

function main(): void {
  manualSeed(0);
  basicUsage();
  modules();
  customFunctions();
  functional();
  mixedModes();
}

if (import.meta.main) main();
