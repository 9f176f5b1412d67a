/**
 * Custom functions under func.grad, func.vmap and func.jvp: setupContext, rules for gradients of gradients, batching by hand
 * and derived. Answers PyTorch's tutorial "Extending torch.func with autograd.Function".
 *
 * @example
 * ```sh
 * deno run examples/custom_function_transforms.ts
 * ```
 *
 * @module
 */
import {
  autograd,
  func,
  gradcheck,
  gradgradcheck,
  manualSeed,
  ones,
  randn,
  stack,
  type Tensor,
  tensor,
} from "../mod.ts";
import { compare, expect, expectError, section } from "./comparison.ts";

type Context = autograd.FunctionContext;
/** The mapped axis of each argument, null where it has none. */
type InDims = readonly (number | null)[];

/** What a library that knows nothing of autograd makes of each row along the last axis. */
function perRow(x: Tensor, f: (row: Float64Array, index: number) => ArrayLike<number>): Tensor {
  const length = x.shape[x.ndim - 1];
  const values = x.dataSync() as Float64Array;
  const out = new Float64Array(values.length);
  for (let start = 0; start < values.length; start += length) {
    out.set(f(values.subarray(start, start + length), start / length), start);
  }
  return tensor(out).reshape(x.shape);
}

/** The library's argsort of the last axis. */
function librarySort(x: Tensor): { order: Tensor; inverse: Tensor } {
  const order = perRow(x, (row) => Array.from(row.keys()).sort((a, b) => row[a] - row[b]));
  const inverse = perRow(order, (row) => {
    const places = new Float64Array(row.length);
    row.forEach((from, to) => places[from] = to);
    return places;
  });
  return { order: order.int(), inverse: inverse.int() };
}

/** The library's take: the elements of each row at the places in `index`. */
function libraryTake(x: Tensor, index: Tensor): Tensor {
  const length = x.shape[x.ndim - 1];
  const places = index.dataSync();
  return perRow(x, (row, r) => row.map((_, i) => row[places[r * length + i]]));
}

/** Runs `f` on tensors in which axis `dim` is the last one, and puts it back in what it returns. */
function alongLast(dim: number, tensors: readonly Tensor[], f: (...moved: Tensor[]) => Tensor[]): Tensor[] {
  const moved = tensors.map((x) => x.movedim(dim, -1).contiguous());
  return f(...moved).map((out) => out.movedim(-1, dim));
}

/**
 * Sorts along an axis, by the library. Beside the sorted values it returns the order and its inverse: what backward reads must
 * be an input or an output, and what is no function of the input to differentiate is marked.
 */
class Sort extends autograd.Function {
  static forward(x: Tensor, dim: number): Tensor[] {
    return alongLast(dim, [x], (rows) => {
      const { order, inverse } = librarySort(rows);
      return [libraryTake(rows, order), order, inverse];
    });
  }

  static setupContext(ctx: Context, [, dim]: [Tensor, number], [, order, inverse]: Tensor[]): void {
    ctx.markNonDifferentiable(order, inverse);
    ctx.saveForBackward(order, inverse);
    ctx.saveForForward(order, inverse);
    ctx.dim = dim;
  }

  static backward(ctx: Context, gradient: Tensor): (Tensor | null)[] {
    const [order, inverse] = ctx.savedTensors as Tensor[];
    return [Take.apply(gradient, inverse, order, ctx.dim), null];
  }

  static jvp(ctx: Context, tangent: Tensor): (Tensor | null)[] {
    const [order, inverse] = ctx.savedTensors as Tensor[];
    return [Take.apply(tangent, order, inverse, ctx.dim), null, null];
  }

  /** A batch is sorted by one call: its axis goes to the front, and the sorted axis moves by one. */
  static vmap(_info: autograd.VmapInfo, [xDim]: InDims, x: Tensor, dim: number): [Tensor[], number[]] {
    // The rule runs where some tensor has the mapped axis, and there is only one.
    const batched = x.movedim(xDim!, 0);
    const position = dim < 0 ? dim + batched.ndim - 1 : dim;
    return [Sort.apply(batched, position + 1), [0, 0, 0]];
  }
}

/** Takes elements along an axis; `inverse` undoes `index`, which makes this function its own backward. */
class Take extends autograd.Function {
  static forward(x: Tensor, index: Tensor, _inverse: Tensor, dim: number): Tensor {
    return alongLast(dim, [x, index], (rows, places) => [libraryTake(rows, places)])[0];
  }

  static setupContext(ctx: Context, [, index, inverse, dim]: [Tensor, Tensor, Tensor, number]): void {
    ctx.saveForBackward(index, inverse);
    ctx.saveForForward(index, inverse);
    ctx.dim = dim;
  }

  static backward(ctx: Context, gradient: Tensor): (Tensor | null)[] {
    const [index, inverse] = ctx.savedTensors as Tensor[];
    return [Take.apply(gradient, inverse, index, ctx.dim), null, null, null];
  }

  static jvp(ctx: Context, tangent: Tensor): Tensor {
    const [index, inverse] = ctx.savedTensors as Tensor[];
    return Take.apply(tangent, index, inverse, ctx.dim);
  }

  /** The arguments may be batched or not, each by itself: those that are not are expanded. */
  static vmap(
    info: autograd.VmapInfo,
    inDims: InDims,
    x: Tensor,
    index: Tensor,
    inverse: Tensor,
    dim: number,
  ): [Tensor, number] {
    const rank = x.ndim - Number(inDims[0] !== null);
    const whole = [x, index, inverse].map((t, i) => {
      const at = inDims[i];
      return at === null ? t.expand(info.batchSize, ...t.shape) : t.movedim(at, 0);
    });
    return [Take.apply(...whole, (dim < 0 ? dim + rank : dim) + 1), 0];
  }
}

const sort = (x: Tensor, dim: number = -1): Tensor => (Sort.apply(x, dim) as Tensor[])[0];

/**
 * x³ that also returns its derivative 3 x², so that backward can read it. A batched version follows from the methods, which
 * are public operations throughout.
 */
class Cube extends autograd.Function {
  static generateVmapRule = true;

  static forward(x: Tensor): Tensor[] {
    return [x.pow(3), x.square().mul(3)];
  }

  static setupContext(ctx: Context, [x]: [Tensor], [, slope]: Tensor[]): void {
    ctx.saveForBackward(x, slope);
    ctx.saveForForward(x, slope);
  }

  static backward(ctx: Context, gradient: Tensor, gradientSlope: Tensor): Tensor {
    const [x, slope] = ctx.savedTensors as Tensor[];
    // The second term is zero unless somebody differentiates once more: the slope has the derivative 6 x.
    return gradient.mul(slope).add(gradientSlope.mul(x).mul(6));
  }

  static jvp(ctx: Context, tangent: Tensor): Tensor[] {
    const [x, slope] = ctx.savedTensors as Tensor[];
    return [tangent.mul(slope), tangent.mul(x).mul(6)];
  }
}

const cube = (x: Tensor): Tensor => (Cube.apply(x) as Tensor[])[0];

/** A function with neither kind of rule for vmap. */
class Unbatched extends autograd.Function {
  static forward(x: Tensor): Tensor {
    return x.mul(2);
  }

  static setupContext(): void {}

  static backward(_ctx: Context, gradient: Tensor): Tensor {
    return gradient.mul(2);
  }
}

function setupContext(): void {
  section("setupContext: a sort by another library");
  const x = randn([2, 3], { dtype: "float64", requiresGrad: true });
  compare("forward against the sort from here", sort(x), x.sort(-1).values);
  const weights = tensor([[1, 2, 3], [4, 5, 6]], { dtype: "float64" });
  const weighted = (f: (x: Tensor) => Tensor) => (x: Tensor): Tensor => f(x).mul(weights).sum();
  compare("func.grad of the sum against ones", func.grad((x: Tensor) => sort(x).sum())(x), ones([2, 3]));
  compare(
    "func.grad of a weighted sum",
    func.grad(weighted(sort))(x),
    func.grad(weighted((x) => x.sort(-1).values))(x),
  );
  expect("gradcheck along the other axis", gradcheck((x: Tensor) => sort(x, 0), x), true);
  expect("gradgradcheck", gradgradcheck((x: Tensor) => sort(x), x), true);
}

function furtherRules(): void {
  section("Saving a further output: x³ and 3 x²");
  const x = randn([4], { dtype: "float64" });
  const sum = (f: (x: Tensor) => Tensor) => (x: Tensor): Tensor => f(x).sum();
  const first = func.grad(sum(cube));
  const second = func.grad(sum(first));
  compare("grad against 3 x²", first(x), x.square().mul(3));
  compare("grad of grad against 6 x", second(x), x.mul(6));
  compare("once more against 6", func.grad(sum(second))(x), x.mul(0).add(6));
  const [value, slope] = Cube.apply(x) as Tensor[];
  compare("both outputs", [value, slope], [x.pow(3), x.square().mul(3)]);
}

function generatedRule(): void {
  section("generateVmapRule: batching that is derived");
  const x = randn([5, 3], { dtype: "float64" });
  compare("vmap against the function on the whole", func.vmap(cube)(x), cube(x));
  const perRow = func.vmap(func.grad((row: Tensor) => cube(row).sum()));
  compare("vmap of grad against 3 x²", perRow(x), x.square().mul(3));
  const ofAll = func.grad((x: Tensor) => func.vmap(cube)(x).sum());
  compare("grad of vmap against 3 x²", ofAll(x), x.square().mul(3));
  compare("jacrev", func.jacrev(cube)(x.select(0, 0)), x.select(0, 0).square().mul(3).diag());
  expectError("without a rule", () => func.vmap((x: Tensor) => Unbatched.apply(x))(x), "generateVmapRule");
}

function ruleByHand(): void {
  section("A vmap rule by hand: the batch is sorted in one call");
  const x = randn([2, 4, 3], { dtype: "float64" });
  const loop = (f: (x: Tensor) => Tensor, along: number): Tensor =>
    stack(Array.from({ length: x.shape[along] }, (_, i) => f(x.select(along, i))));
  for (const dim of [0, 1, -1]) {
    const f = (x: Tensor): Tensor => sort(x, dim);
    compare(`vmap of a sort along axis ${dim} against a loop`, func.vmap(f)(x), loop(f, 0));
    compare("the same over the middle axis", func.vmap(f, { inDims: 1 })(x), loop(f, 1));
  }
  const nested = func.vmap(func.vmap((row: Tensor) => sort(row)))(x);
  compare("vmap of vmap", nested, x.sort(-1).values);
  const weights = tensor([1, 2, 3], { dtype: "float64" });
  const gradient = func.grad((row: Tensor) => sort(row).mul(weights).sum());
  const rows = x.reshape(8, 3);
  compare("vmap of grad", func.vmap(gradient)(rows), stack([...rows].map((row) => gradient(row))));
}

function forwardRule(): void {
  section("jvp: forward mode");
  const [x, t] = [randn([2, 3], { dtype: "float64" }), randn([2, 3], { dtype: "float64" })];
  const along = (f: (x: Tensor) => Tensor) => (x: Tensor): Tensor => func.jvp(f, [x], [t])[1];
  compare("of x³ against 3 x² t", along(cube)(x), x.square().mul(t).mul(3));
  compare("twice against 6 x t²", along(along(cube))(x), x.mul(t.square()).mul(6));
  compare("of a sort", along(sort)(x), along((x) => x.sort(-1).values)(x));
  compare("jacfwd against jacrev", func.jacfwd(sort)(x), func.jacrev(sort)(x));
  compare(
    "hessian of Σ x³, forward over reverse",
    func.hessian((x: Tensor) => cube(x).sum())(x.reshape(6)),
    x.reshape(6).mul(6).diag(),
  );
  expect("gradcheck of both modes", gradcheck(cube, x.clone().requiresGrad_(), { checkForwardAD: true }), true);
}

function main(): void {
  manualSeed(0);
  setupContext();
  furtherRules();
  generatedRule();
  ruleByHand();
  forwardRule();
}

if (import.meta.main) main();
