/**
 * The derivatives at kinks that `docs/subgradients.md` promises: every row of its tables. The numbers are PyTorch's,
 * but where the row names a difference.
 *
 * @module
 */
import { assertAlmostEquals, assertEquals, assertFalse } from "@std/assert";
import * as dualtape from "../mod.ts";
import { autograd, linalg, type NestedArray, nn, type Tensor, tensor } from "../mod.ts";

const { functional: F } = nn;
const NO_HISTORY = "no history";
const SUM = { reduction: "sum" } as const;

/** A function, a point, and the gradient of the sum of the function there. */
type Case = readonly [f: (x: Tensor) => Tensor, at: NestedArray, gradient: NestedArray | typeof NO_HISTORY];

function floats(...values: NestedArray): Tensor {
  return tensor(values, { dtype: "float64" });
}

function index(...values: NestedArray): Tensor {
  return tensor(values, { dtype: "int32" });
}

const IMAGE = floats([[[0, 1], [2, 3]]]);

/** The derivative of `f` as a function, for second derivatives. */
function derivative(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return (x) => autograd.grad(f(x).sum(), x, { createGraph: true })[0];
}

/** The cases of each row, by its op and its point. */
const CASES: Readonly<Record<string, readonly Case[]>> = {
  "`abs`, `sign`, `sgn` | 0": [
    [(x) => x.abs(), [0], [0]],
    [(x) => x.sign(), [0], [0]],
    [(x) => x.sgn(), [0], [0]],
  ],
  "`floor`, `ceil`, `trunc`, `round` | everywhere, jumps included": [
    [(x) => x.floor(), [2, 2.5], [0, 0]],
    [(x) => x.ceil(), [2, 2.5], [0, 0]],
    [(x) => x.trunc(), [2, 2.5], [0, 0]],
    [(x) => x.round(), [2, 2.5], [0, 0]],
  ],
  "`frac` | everywhere, jumps included": [[(x) => x.frac(), [2, 2.5], [1, 1]]],
  "`div` with a rounding mode, `floorDivide` | everywhere": [
    [(x) => x.div(2, { roundingMode: "floor" }), [4, 5], [0, 0]],
    [(x) => floats(4).div(x, { roundingMode: "trunc" }), [2, 3], [0, 0]],
    [(x) => x.floorDivide(2), [4, 5], [0, 0]],
  ],
  "`remainder`, `fmod` | jumps of the quotient": [
    [(x) => x.remainder(2), [4], [1]],
    [(x) => floats(4).remainder(x), [2], [-2]],
    [(x) => floats(-4).fmod(x), [2], [2]],
  ],
  "`sqrt` | 0": [[(x) => x.sqrt(), [0], [Infinity]]],
  "`pow`, exponent 0 | everywhere, base 0 included": [
    [(x) => x.pow(0), [0, 3], [0, 0]],
    [(x) => x.pow(floats(0)), [0], [0]],
  ],
  "`pow`, base 0 | exponents of at least 0": [[(x) => dualtape.pow(0, x), [0, 2], [0, 0]]],
  "`maximum`, `minimum` | equal operands": [
    [(x) => x.maximum(1), [1], [0.5]],
    [(x) => floats(1).maximum(x), [1], [0.5]],
    [(x) => x.minimum(1), [1], [0.5]],
  ],
  "`fmax`, `fmin` | equal operands": [
    [(x) => x.fmax(1), [1], [1]],
    [(x) => floats(1).fmax(x), [1], [0]],
    [(x) => x.fmin(1), [1], [1]],
  ],
  "`clamp`, `clampMin`, `clampMax` | at a bound": [
    [(x) => x.clamp(-1, 1), [-1, 1], [1, 1]],
    [(x) => x.clampMin(1), [1], [1]],
    [(x) => x.clampMax(1), [1], [1]],
    [(x) => floats(1).clamp(x, floats(2)), [1], [0]],
    [(x) => floats(2).clamp(floats(1), x), [2], [0]],
  ],
  "`clamp` with min above max | everywhere": [
    [(x) => x.clamp(floats(2), floats(1)), [1.5], [0]],
    [(x) => floats(1.5).clamp(x, floats(1)), [2], [0]],
    [(x) => floats(1.5).clamp(floats(2), x), [1], [1]],
  ],
  "`copysign` | 0": [
    [(x) => x.copysign(-1), [0], [0]],
    [(x) => floats(1, 1).copysign(x), [0, 2], [0, 0]],
  ],
  "`atan2` | (0, 0)": [
    [(x) => x.atan2(0), [0], [NaN]],
    [(x) => floats(0).atan2(x), [0], [NaN]],
  ],
  "`hypot` | (0, 0)": [[(x) => x.hypot(0), [0], [NaN]]],
  "`xlogy` | input 0 and other at most 0": [[(x) => x.xlogy(floats(0, -1)), [0, 0], [0, 0]]],
  "`sinc` | 0": [[(x) => x.sinc(), [0], [0]]],
  "`nanToNum` | numbers that it replaces": [[(x) => x.nanToNum(), [NaN, Infinity, -Infinity], [0, 0, 0]]],
  "`where` | -": [
    [(x) => dualtape.where(tensor([true, false]), x, 0), [1, 2], [1, 0]],
    [(x) => dualtape.where(tensor([true, false]), 0, x), [1, 2], [0, 1]],
  ],
  "`relu`, `threshold` | at the threshold": [
    [(x) => x.relu(), [0, NaN], [0, 1]],
    [(x) => F.threshold(x, 1, 0), [1, NaN], [0, 1]],
  ],
  "`relu6`, `hardtanh`, `hardsigmoid` | at either bound": [
    [(x) => F.relu6(x), [0, 6], [0, 0]],
    [(x) => F.hardtanh(x), [-1, 1], [0, 0]],
    [(x) => F.hardsigmoid(x), [-3, 3], [0, 0]],
  ],
  "`leakyRelu`, `prelu` | 0": [
    [(x) => F.leakyRelu(x, { negativeSlope: 0.25 }), [0], [0.25]],
    [(x) => F.prelu(x, floats(0.25)), [0], [0.25]],
  ],
  "`elu`, `celu`, `selu` | 0": [
    [(x) => F.elu(x, { alpha: 2 }), [0], [2]],
    [(x) => F.celu(x, { alpha: 2 }), [0], [1]],
    [(x) => F.selu(x), [0], [1.7580993408473766]],
    [derivative((x) => F.elu(x)), [0], [0]],
    [derivative((x) => F.celu(x)), [0], [0]],
    [derivative((x) => F.selu(x)), [0], [0]],
  ],
  "`hardshrink`, `softshrink` | at either bound": [
    [(x) => F.hardshrink(x), [-0.5, 0.5], [0, 0]],
    [(x) => F.softshrink(x), [-0.5, 0.5], [0, 0]],
  ],
  "`hardswish` | -3, 3": [
    [(x) => F.hardswish(x), [-3, 3], [-0.5, 1.5]],
    [derivative((x) => F.hardswish(x)), [-3, 3], [0, 0]],
  ],
  '`scatterReduce` with "amax" or "amin" | several elements reach the extremum': [
    [(x) => floats(0).scatterReduce(0, index(0, 0), x, "amax"), [3, 3], [0.5, 0.5]],
    [(x) => x.scatterReduce(0, index(0, 0), floats(3, 1), "amax"), [3, 5], [0.5, 1]],
    [(x) => x.scatterReduce(0, index(0, 0), floats(3, 3), "amin"), [3, 5], [1 / 3, 1]],
  ],
  '`scatterReduce` with "prod" | an element is 0': [
    [(x) => floats(2, 1).scatterReduce(0, index(0, 0), x, "prod"), [0, 3], [6, 0]],
  ],
  "`scatter`, `indexCopy`, `put`, `set_` | repeated indices": [
    [(x) => floats(0, 0).scatter(0, index(0, 0), x), [1, 2], [1, 1]],
    [(x) => floats(0, 0).indexCopy(0, index(0, 0), x), [1, 2], [1, 1]],
    [(x) => floats(0, 0).put(index(0, 0), x), [1, 2], [1, 1]],
    [(x) => floats(0, 0).set_([index(0, 0)], x), [1, 2], [1, 1]],
  ],
  "`embedding` with `paddingIdx` | the padding row": [
    [(x) => F.embedding(index(0, 1, 0), x, { paddingIdx: 0 }), [[1], [2]], [[0], [1]]],
  ],
  "`bernoulli` | everywhere": [[(x) => dualtape.bernoulli(x), [0.5], NO_HISTORY]],
  "`amax`, `amin`, and `max`, `min`, `median` without dim | several elements are the extremum": [
    [(x) => x.amax(), [2, 2, 1], [0.5, 0.5, 0]],
    [(x) => x.amin(0), [2, 1, 1], [0, 0.5, 0.5]],
    [(x) => x.max(), [2, 2, 1], [0.5, 0.5, 0]],
    [(x) => x.min(), [2, 1, 1], [0, 0.5, 0.5]],
    [(x) => x.median(), [1, 2, 2], [0, 0.5, 0.5]],
    [(x) => x.nanmedian(), [1, NaN, 1], [0.5, 0, 0.5]],
  ],
  "`max`, `min`, `median`, `kthvalue`, `mode` with a dim | several elements are equal": [
    [(x) => x.max(0).values, [2, 2, 1], [1, 0, 0]],
    [(x) => x.min(0).values, [1, 1, 2], [1, 0, 0]],
    [(x) => x.median(0).values, [2, 1, 2], [1, 0, 0]],
    [(x) => x.kthvalue(2).values, [1, 1, 1], [0, 1, 0]],
    [(x) => x.mode(0).values, [1, 2, 2], [0, 0, 1]],
  ],
  "`max`, `min`, `median` without dim | NaN elements": [
    [(x) => x.max(), [NaN, 1, NaN], [0.5, 0, 0.5]],
    [(x) => x.min(), [NaN, 1, NaN], [0.5, 0, 0.5]],
    [(x) => x.median(), [NaN, 1, NaN], [0.5, 0, 0.5]],
    [(x) => x.amax(), [NaN, 1, NaN], [NaN, NaN, NaN]],
  ],
  "`sort`, `topk`, `cummax`, `cummin` | equal elements": [
    [(x) => x.sort().values.mul(floats(1, 2, 3)), [1, 1, 0], [2, 3, 1]],
    [(x) => x.topk(1).values, [1, 1, 0], [1, 0, 0]],
    [(x) => x.cummax(0).values, [1, 1, 0], [1, 2, 0]],
    [(x) => x.cummin(0).values, [1, 1, 2], [1, 2, 0]],
  ],
  "`prod`, `cumprod` | elements are 0": [
    [(x) => x.prod(), [0, 2, 3], [6, 0, 0]],
    [(x) => x.prod(), [0, 0, 3], [0, 0, 0]],
    [(x) => x.cumprod(0), [0, 2, 3], [9, 0, 0]],
    [derivative((x) => x.prod()), [0, 2, 3], [5, 3, 2]],
    [derivative((x) => x.cumprod(0)), [0, 2, 3], [6, 4, 2]],
  ],
  "`std`, `stdMean` | 0": [
    [(x) => x.std(), [1, 1], [0, 0]],
    [(x) => x.stdMean()[0], [1, 1], [0, 0]],
  ],
  "`logsumexp` | all elements -infinity": [[(x) => x.logsumexp(0), [-Infinity, -Infinity], [NaN, NaN]]],
  "`norm`, `linalg.vectorNorm`, `dist`, `cdist` | 0": [
    [(x) => x.norm(), [0, 0], [0, 0]],
    [(x) => x.norm(1), [0, 2], [0, 1]],
    [(x) => x.norm(3), [0, 0], [0, 0]],
    [(x) => linalg.vectorNorm(x), [0, 0], [0, 0]],
    [(x) => x.dist(floats(1, 1)), [1, 1], [0, 0]],
    [(x) => dualtape.cdist(x, floats([1, 1])), [[1, 1]], [[0, 0]]],
    [(x) => dualtape.cdist(x, floats([1, 1]), 1), [[1, 2]], [[0, 1]]],
    [(x) => F.pdist(x), [[1, 1], [1, 1]], [[0, 0], [0, 0]]],
    [(x) => F.pairwiseDistance(x, floats([1, 1]), { eps: 0 }), [[1, 1]], [[0, 0]]],
  ],
  "the same with an order below 1 | an element is 0": [
    [(x) => x.norm(0.5), [0, 1], [0, 1]],
    [(x) => linalg.vectorNorm(x, 0.5), [0, 4], [0, 1]],
  ],
  "the same with an infinite order | several elements reach the norm": [
    [(x) => x.norm(Infinity), [2, -2, 1], [0.5, -0.5, 0]],
    [(x) => x.norm(-Infinity), [2, -2, 3], [0.5, -0.5, 0]],
    [(x) => linalg.vectorNorm(x, Infinity), [2, -2, 1], [0.5, -0.5, 0]],
  ],
  "the same with order 0 | everywhere": [
    [(x) => x.norm(0), [2, 0], [0, 0]],
    [(x) => linalg.vectorNorm(x, 0), [2, 0], [0, 0]],
    [(x) => dualtape.cdist(x.reshape([2, 1]), floats(0).reshape(1, 1), 0), [2, 0], [0, 0]],
  ],
  "`linalg.det` | singular matrices": [
    [linalg.det, [[1, 2], [2, 4]], [[4, -2], [-2, 1]]],
    [derivative(linalg.det), [[1, 2], [2, 4]], [[1, -1], [-1, 1]]],
  ],
  "`linalg.eigh`, `linalg.cholesky` | -": [
    [(x) => linalg.eigh(x).eigenvalues.mul(floats(1, 2)), [[2, 1], [1, 2]], [[1.5, 0.5], [0.5, 1.5]]],
    [linalg.cholesky, [[4, 2], [2, 5]], [[0.1875, 0.125], [0.125, 0.25]]],
  ],
  "`linalg.eigh`, `linalg.svd` | equal eigen- or singular values": [
    [(x) => linalg.eigh(x).eigenvalues.mul(floats(1, 2)), [[1, 0], [0, 1]], [[1, 0], [0, 2]]],
    [(x) => linalg.eigh(x).eigenvectors, [[1, 0], [0, 1]], [[NaN, NaN], [NaN, NaN]]],
    [linalg.svdvals, [[1, 0], [0, 1]], [[1, 0], [0, 1]]],
  ],
  "`choleskySolve` | -": [
    [(x) => dualtape.choleskySolve(floats([1], [2]), x), [[2, 0], [1, 2]], [[-0.125, -0.15625], [-0.25, -0.1875]]],
  ],
  "`l1Loss`, `smoothL1Loss` with beta 0 | equal operands": [
    [(x) => F.l1Loss(x, floats(1, 1)), [1, 2], [0, 0.5]],
    [(x) => F.smoothL1Loss(x, floats(1, 1), { beta: 0 }), [1, 2], [0, 0.5]],
  ],
  "`smoothL1Loss`, `huberLoss` | at beta or delta": [
    [(x) => F.smoothL1Loss(x, floats(0, 0), SUM), [1, -1], [1, -1]],
    [(x) => F.huberLoss(x, floats(0, 0), { ...SUM, delta: 2 }), [2, -2], [2, -2]],
    [derivative((x) => F.smoothL1Loss(x, floats(0, 0), SUM)), [1, -1], [0, 0]],
    [derivative((x) => F.huberLoss(x, floats(0, 0), { ...SUM, delta: 2 })), [2, -2], [0, 0]],
  ],
  "`marginRankingLoss`, `hingeEmbeddingLoss`, `tripletMarginLoss`, `cosineEmbeddingLoss` | a loss of exactly 0": [
    [(x) => F.hingeEmbeddingLoss(x, floats(-1)), [1], [-1]],
    [(x) => F.marginRankingLoss(x, floats(1), floats(1)), [1], [-1]],
    [(x) => F.tripletMarginLoss(x, floats([1, 0]), floats([0, 1]), { margin: 0, eps: 0 }), [[0, 0]], [[-1, 1]]],
    [(x) => F.cosineEmbeddingLoss(x, floats([0, 1]), floats(-1)), [[1, 0]], [[0, 1]]],
  ],
  "`multiMarginLoss`, `multilabelMarginLoss` | a margin met exactly": [
    [(x) => F.multiMarginLoss(x, index(0)), [[1, 0]], [[0, 0]]],
    [(x) => F.multilabelMarginLoss(x, index([0, -1])), [[1, 0]], [[0, 0]]],
  ],
  "`binaryCrossEntropy` | 0 and 1": [
    [(x) => F.binaryCrossEntropy(x, floats(0, 1), SUM), [0, 1], [0, 0]],
    [(x) => F.binaryCrossEntropy(x, floats(1, 0), SUM), [0, 1], [-1 / Math.fround(1e-12), 1 / Math.fround(1e-12)]],
  ],
  "`gaussianNllLoss` | a variance below eps": [
    [(x) => F.gaussianNllLoss(floats(1), floats(0), x, { eps: 0.5 }), [0.25], [-1]],
  ],
  "`poissonNllLoss` with `full` | targets of at most 1": [
    [(x) => F.poissonNllLoss(floats(0, 0), x, { full: true }), [1, 0.5], [0, 0]],
  ],
  "`normalize` | norms below eps": [
    [(x) => F.normalize(x, { eps: 1 }), [[0.5, 0]], [[1, 1]]],
  ],
  "`cosineSimilarity` | norms below eps": [
    [(x) => F.cosineSimilarity(x, floats([0, 1]), { eps: 0.5 }), [[0.25, 0]], [[0, 2]]],
    [(x) => F.cosineSimilarity(x, floats([1, 0]), { eps: 0.5 }), [[0.25, 0]], [[1.5, 0]]],
  ],
  '`maxPool`, `adaptiveMaxPool`, `embeddingBag` with "max" | several elements reach the maximum': [
    [(x) => F.maxPool1d(x, 2), [[[1, 1]]], [[[1, 0]]]],
    [(x) => F.adaptiveMaxPool1d(x, 1), [[[1, 1]]], [[[1, 0]]]],
    [(x) => F.maxPool2d(x, 2), [[[[1, 1], [1, 1]]]], [[[[1, 0], [0, 0]]]]],
    [(x) => F.embeddingBag(index([0, 1]), x, { mode: "max" }), [[1], [1]], [[1], [0]]],
  ],
  "`lpPool1d`, `lpPool2d` | a window of zeros": [
    [(x) => F.lpPool1d(x, 2, 2), [[[0, 0]]], [[[0, 0]]]],
    [(x) => F.lpPool2d(x, 2, 2), [[[[0, 0], [0, 0]]]], [[[[0, 0], [0, 0]]]]],
  ],
  '`gridSample` with "nearest" | everywhere': [
    [(x) => F.gridSample(IMAGE, x, { mode: "nearest" }), [[[[0.1, 0.2]]]], NO_HISTORY],
  ],
  '`gridSample` with "border" or "reflection" | positions outside of the image': [
    [(x) => F.gridSample(IMAGE, x, { paddingMode: "border", alignCorners: true }), [[[[2, 0.2]]]], [[[[0, 1]]]]],
    [
      (x) => F.gridSample(IMAGE, x, { paddingMode: "reflection", alignCorners: true }),
      [[[[1.5, 0.2]]]],
      [[[[-0.5, 1]]]],
    ],
  ],
  "`ctcLoss` | everywhere": [
    [
      (x) => F.ctcLoss(x, index([1]), [2], [1]),
      [[[Math.log(0.25), Math.log(0.75)]], [[Math.log(0.5), Math.log(0.5)]]],
      [[[3 / 28, -3 / 28]], [[1 / 14, -1 / 14]]],
    ],
  ],
};

/** Asserts agreement to 1e-9, relative where numbers are large; infinities and NaN must be the same, `-0` is 0. */
function assertGradient(actual: Tensor, expected: NestedArray): void {
  const [a, b] = [actual.dataSync(), floats(...expected).dataSync()];
  assertEquals(a.length, b.length);
  for (let i = 0; i < a.length; i++) {
    if (Number.isFinite(b[i])) assertAlmostEquals(a[i], b[i], 1e-9 * Math.max(1, Math.abs(b[i])));
    else assertEquals(a[i], b[i]);
  }
}

Deno.test("every row of docs/subgradients.md has cases, and every case a row", async () => {
  const page = await Deno.readTextFile(new URL("../docs/subgradients.md", import.meta.url));
  const rows = page.split("\n").filter((line) => /^\| (?!op |-)/.test(line)).map((line) => {
    const [op, point] = line.split("|").slice(1).map((cell) => cell.trim());
    return `${op} | ${point}`;
  });
  assertEquals(rows.toSorted(), Object.keys(CASES).toSorted());
});

for (const [row, cases] of Object.entries(CASES)) {
  Deno.test(`derivative at a kink: ${row}`, () => {
    for (const [f, at, gradient] of cases) {
      const x = tensor(at, { dtype: "float64", requiresGrad: true });
      const y = f(x).sum();
      if (gradient === NO_HISTORY) assertFalse(y.requiresGrad);
      else {
        y.backward();
        assertGradient(x.grad!, gradient);
      }
    }
  });
}
