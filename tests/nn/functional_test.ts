/**
 * Functions of neural networks where the conformance vectors are silent: definitions by brute force, extreme inputs,
 * levels, errors.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  arange,
  ArgumentError,
  DTypeError,
  func,
  gradcheck,
  IndexError,
  manualSeed,
  nn,
  ones,
  randn,
  ShapeError,
  stack,
  type Tensor,
  tensor,
  VmapError,
  zeros,
} from "../../mod.ts";

const F = nn.functional;

function distance(a: Tensor, b: Tensor): number {
  assertEquals(a.shape, b.shape);
  return a.sub(b).abs().max().item();
}

Deno.test("crossEntropy stays finite for extreme logits", () => {
  const logits = tensor([[1e4, 0, -1e4], [0, 1e30, 0]], { requiresGrad: true });
  const loss = F.crossEntropy(logits, tensor(new Int32Array([2, 1])), { reduction: "none" });
  assertEquals(loss.toArray(), [2e4, 0]);
  loss.sum().backward();
  assertEquals(logits.grad!.toArray(), [[1, 0, -1], [0, 0, 0]]);
});

Deno.test("crossEntropy ignores targets, NaN scores included, and is NaN where all are ignored", () => {
  const logits = tensor([[1, 2], [NaN, 3]], { requiresGrad: true });
  const target = tensor(new Int32Array([0, -100]));
  const loss = F.crossEntropy(logits, target);
  assertAlmostEquals(loss.item(), Math.log(1 + Math.E), 1e-6);
  assert(Number.isNaN(F.crossEntropy(logits, tensor(new Int32Array([-100, -100]))).item()));
});

Deno.test("crossEntropy and nllLoss name what is wrong", () => {
  const logits = zeros([2, 3]);
  const labels = (...values: number[]): Tensor => tensor(new Int32Array(values));
  assertThrows(() => F.crossEntropy(logits, labels(0, 3)), IndexError, "class numbers in [0, 2], got 3");
  assertThrows(() => F.nllLoss(logits, labels(-1, 0)), IndexError, "got -1");
  assertThrows(() => F.crossEntropy(logits, labels(0)), ShapeError, "expected a target of shape [2]");
  assertThrows(() => F.nllLoss(logits, ones([2])), DTypeError, "class numbers");
  assertThrows(() => F.crossEntropy(logits, labels(0, 1), { labelSmoothing: 2 }), ArgumentError, "labelSmoothing");
  assertThrows(() => F.crossEntropy(logits, labels(0, 1), { reduction: "all" as "sum" }), ArgumentError, '"all"');
  assertThrows(() => F.crossEntropy(logits, labels(0, 1), { weight: ones([2]) }), ShapeError, "weight of shape [3]");
});

Deno.test("per-sample gradients of crossEntropy by vmap of grad", () => {
  const w = randn([4, 3], { dtype: "float64" });
  const [x, y] = [randn([5, 3], { dtype: "float64" }), tensor(new Int32Array([0, 3, 1, 1, 2]))];
  const loss = (w: Tensor, x: Tensor, y: Tensor): Tensor => F.crossEntropy(F.linear(x, w), y);
  const perSample = func.vmap(func.grad(loss), { inDims: [null, 0, 0] })(w, x, y) as Tensor;
  const loop = stack([0, 1, 2, 3, 4].map((i) => func.grad(loss)(w, x.select(0, i), y.select(0, i)) as Tensor));
  assert(distance(perSample, loop) < 1e-12);
});

/** Probability of a target: the sum over all paths that collapse to it. */
function ctcByEnumeration(logProbs: number[][], target: readonly number[], blank: number): number {
  let total = 0;
  const walk = (t: number, path: number[], logarithm: number): void => {
    if (t < logProbs.length) {
      logProbs[t].forEach((p, c) => walk(t + 1, [...path, c], logarithm + p));
      return;
    }
    const collapsed = path.filter((c, i) => c !== path[i - 1]).filter((c) => c !== blank);
    if (collapsed.join() === target.join()) total += Math.exp(logarithm);
  };
  walk(0, [], 0);
  return -Math.log(total);
}

Deno.test("ctcLoss is the sum over all alignments", () => {
  manualSeed(2);
  const logProbs = F.logSoftmax(randn([4, 3, 3], { dtype: "float64" }), 2);
  const targets = [[1, 2], [2, 2], []];
  const losses = F.ctcLoss(logProbs, tensor(new Int32Array([1, 2, 2, 2])), [4, 4, 3], [2, 2, 0], { reduction: "none" });
  const rows = logProbs.permute(1, 0, 2).toArray() as number[][][];
  targets.forEach((target, n) => {
    const expected = ctcByEnumeration(rows[n].slice(0, n === 2 ? 3 : 4), target, 0);
    assertAlmostEquals(losses.select(0, n).item(), expected, 1e-10);
  });
});

Deno.test("ctcLoss of a target that does not fit is infinite, or zero without gradient", () => {
  const logProbs = F.logSoftmax(zeros([2, 1, 3]), 2).requiresGrad_();
  const target = tensor(new Int32Array([1, 1]));
  assertEquals(F.ctcLoss(logProbs, target, [2], [2], { reduction: "sum" }).item(), Infinity);
  const loss = F.ctcLoss(logProbs, target, [2], [2], { reduction: "sum", zeroInfinity: true });
  loss.backward();
  assertEquals(loss.item(), 0);
  assertEquals(logProbs.grad!.abs().sum().item(), 0);
});

Deno.test("ctcLoss of scores that are not normalised takes them as they are, with the gradient that PyTorch gives", () => {
  const logProbs = tensor([[[0.1, -0.5, 0.3]], [[1, 0.2, -0.7]], [[-0.4, 0.6, 0.2]]], {
    dtype: "float64",
    requiresGrad: true,
  });
  const loss = F.ctcLoss(logProbs, tensor(new Int32Array([1])), [2], [1], { reduction: "sum" });
  assertAlmostEquals(loss.item(), -1.3189247158518507, 1e-14);
  loss.backward();
  // From PyTorch 1.13. The time past the input's length has no gradient.
  const expected = tensor([
    [[0.7441880273383326, -0.03248644955005142, 1.3498588075760032]],
    [[2.2773763300638574, 0.6623082565553576, 0.4965853037914095]],
    [[0, 0, 0]],
  ], { dtype: "float64" });
  assert(distance(logProbs.grad!, expected) < 1e-14);
});

Deno.test("cosineSimilarity limits each norm by eps, and its derivative keeps the direction, as in PyTorch", () => {
  const x = tensor([[0.3, -0.2, 0.1], [0.5, 0.4, -0.6]], { dtype: "float64", requiresGrad: true });
  const y = tensor([[0.2, 0.1, -0.3], [3, -2, 1]], { dtype: "float64" });
  const cosines = F.cosineSimilarity(x, y, { eps: 1 });
  assert(distance(cosines, tensor([0.01, 0.02672612419124243], { dtype: "float64" })) < 1e-15);
  cosines.sum().backward();
  const expected = tensor([
    [0.197, 0.102, -0.301],
    [0.788420663641652, -0.5452129335013458, 0.28329691642716986],
  ], { dtype: "float64" });
  assert(distance(x.grad!, expected) < 1e-15);
});

Deno.test("an empty batch leaves running statistics alone and gives weights gradients of zero", () => {
  for (const shape of [[0, 2], [0, 2, 3], [3, 2, 0]]) {
    const [runningMean, runningVar] = [zeros([2]), ones([2])];
    const [weight, bias] = [ones([2], { requiresGrad: true }), zeros([2], { requiresGrad: true })];
    const statistics = { runningMean, runningVar, weight, bias };
    F.batchNorm(zeros(shape), runningMean, runningVar, { weight, bias, training: true }).sum().backward();
    if (shape.length > 2) F.instanceNorm(zeros(shape), statistics).sum().backward();
    assertEquals(runningMean.toArray(), [0, 0]);
    assertEquals(runningVar.toArray(), [1, 1]);
    for (const parameter of [weight, bias]) assertEquals(parameter.grad!.toArray(), [0, 0]);
  }
});

Deno.test("batchNorm in training passes an empty vector through, a copy", () => {
  const x = zeros([0]);
  const y = F.batchNorm(x, zeros([0]), ones([0]), { training: true });
  assertEquals(y.shape, [0]);
  assert(y !== x);
  assertThrows(
    () => F.batchNorm(zeros([3]), null, null, { training: true }),
    ShapeError,
    "batchNorm: expected an input",
  );
});

Deno.test("adaptive pooling averages and maximises its windows", () => {
  const x = randn([2, 3, 7, 5, 4], { dtype: "float64" });
  const bounds = (n: number, m: number, i: number): [number, number] => [
    Math.floor(i * n / m),
    Math.ceil((i + 1) * n / m),
  ];
  const [average, largest] = [F.adaptiveAvgPool3d(x, [3, 2, 4]), F.adaptiveMaxPool3d(x, [3, 2, 4])];
  for (const [d, h, w] of [[0, 0, 0], [1, 1, 2], [2, 0, 3]]) {
    let window = x;
    [d, h, w].forEach((i, axis) => {
      const [from, to] = bounds(x.shape[axis + 2], [3, 2, 4][axis], i);
      window = window.narrow(axis + 2, from, to - from);
    });
    const pick = (y: Tensor): Tensor => y.select(4, w).select(3, h).select(2, d);
    assert(distance(pick(average), window.mean([2, 3, 4])) < 1e-12);
    assert(distance(pick(largest), window.amax([2, 3, 4])) === 0);
  }
  const { values, indices } = F.adaptiveMaxPool1d(x.select(4, 0).select(3, 0), 3, { returnIndices: true });
  assertEquals(x.select(4, 0).select(3, 0).gather(2, indices).toArray(), values.toArray());
});

Deno.test("lpPool is the norm of each window", () => {
  const x = randn([1, 2, 6], { dtype: "float64" }).abs();
  const pooled = F.lpPool1d(x, 3, 2);
  assert(distance(pooled, x.reshape([1, 2, 3, 2]).pow(3).sum(3).pow(1 / 3)) < 1e-12);
});

Deno.test("fold is the transpose of unfold", () => {
  const options = { stride: 2, padding: 1, dilation: [1, 2] };
  const x = randn([2, 3, 6, 7], { dtype: "float64" });
  const columns = F.unfold(x, [2, 3], options);
  const y = randn(columns.shape, { dtype: "float64" });
  const back = F.fold(y, [6, 7], [2, 3], options);
  assertAlmostEquals(columns.mul(y).sum().item(), x.mul(back).sum().item(), 1e-10);
});

Deno.test("unfold and a product are a convolution", () => {
  const [x, w] = [randn([2, 3, 5, 5], { dtype: "float64" }), randn([4, 3, 3, 3], { dtype: "float64" })];
  const product = w.reshape([4, 27]).matmul(F.unfold(x, 3, { padding: 1 })).reshape([2, 4, 5, 5]);
  assert(distance(product, F.conv2d(x, w, null, { padding: 1 })) < 1e-12);
});

Deno.test("gridSample on the identity grid gives the image back, in all modes", () => {
  const x = randn([1, 2, 4, 4], { dtype: "float64" });
  const line = arange(4, { dtype: "float64" }).mul(2 / 3).sub(1);
  const grid = stack([line.reshape([1, 4]).expand([4, 4]), line.reshape([4, 1]).expand([4, 4])], 2).reshape([
    1,
    4,
    4,
    2,
  ]);
  for (const mode of ["bilinear", "nearest", "bicubic"] as const) {
    for (const paddingMode of ["zeros", "border", "reflection"] as const) {
      assert(
        distance(F.gridSample(x, grid, { mode, paddingMode, alignCorners: true }), x) < 1e-9,
        `${mode} ${paddingMode}`,
      );
    }
  }
});

Deno.test("interpolate: linear modes copy what keeps its size whatever the factor was, as PyTorch", () => {
  const image = tensor([[[[1, 2], [3, 4]]]]);
  assertEquals(F.interpolate(image, { scaleFactor: 1.2, mode: "bilinear" }).toArray(), image.toArray());
  assertEquals(F.interpolate(image, { scaleFactor: 1.2 }).toArray(), [[[[1, 1], [1, 1]]]]);
});

Deno.test("pad by mirror shows elements that it cuts off at the other end", () => {
  const x = tensor([[[1, 2, 3]]]);
  assertEquals(F.pad(x, [2, -2], { mode: "reflect" }).toArray(), [[[3, 2, 1]]]);
  assertEquals(F.pad(x, [-2, 2], { mode: "reflect" }).toArray(), [[[3, 2, 1]]]);
  assertEquals(F.pad(x, [-1, 1], { mode: "circular" }).toArray(), [[[2, 3, 2]]]);
});

Deno.test("transposed convolution with more outputPadding than stride has gradients of the operands' shapes", () => {
  manualSeed(0);
  const x = randn([1, 2, 3, 3], { dtype: "float64", requiresGrad: true });
  const weight = randn([2, 1, 2, 2], { dtype: "float64", requiresGrad: true });
  const f = (x: Tensor, weight: Tensor): Tensor =>
    F.convTranspose2d(x, weight, null, { dilation: [2, 3], padding: 1, outputPadding: [1, 2] });
  assertEquals(f(x, weight).shape, [1, 1, 4, 6]);
  assert(gradcheck(f, [x, weight]));
});

Deno.test("pixelUnshuffle undoes pixelShuffle", () => {
  const x = randn([2, 8, 3, 5]);
  assertEquals(F.pixelUnshuffle(F.pixelShuffle(x, 2), 2).toArray(), x.toArray());
});

Deno.test("interpolate refuses modes of other ranks and unclear sizes", () => {
  const x = zeros([1, 1, 4, 4]);
  assertThrows(
    () => F.interpolate(x, { size: 2, mode: "linear" }),
    ArgumentError,
    "expected a mode for 2 spatial axes",
  );
  assertThrows(() => F.interpolate(x), ArgumentError, "an option size or scaleFactor, got both or neither");
});

Deno.test("scaledDotProductAttention: isCausal is the lower triangle, and excludes a mask", () => {
  const [q, k, v] = [randn([2, 4, 3]), randn([2, 4, 3]), randn([2, 4, 5])];
  const attnMask = ones([4, 4], { dtype: "bool" }).tril();
  const causal = F.scaledDotProductAttention(q, k, v, { isCausal: true });
  assertEquals(causal.toArray(), F.scaledDotProductAttention(q, k, v, { attnMask }).toArray());
  assertThrows(() => F.scaledDotProductAttention(q, k, v, { attnMask, isCausal: true }), ArgumentError, "got both");
});

Deno.test("alphaDropout keeps mean and variance", () => {
  manualSeed(4);
  const y = F.alphaDropout(randn([100, 100]), { p: 0.3 });
  assertAlmostEquals(y.mean().item(), 0, 0.05);
  assertAlmostEquals(y.std().item(), 1, 0.05);
});

Deno.test("dropout under vmap asks what randomness means", () => {
  const x = ones([3, 50]);
  const drop = (row: Tensor): Tensor => F.dropout(row);
  assertThrows(() => func.vmap(drop)(x), VmapError, "randomness");
  const same = func.vmap(drop, { randomness: "same" })(x) as Tensor;
  assertEquals(same.select(0, 0).toArray(), same.select(0, 1).toArray());
  const different = func.vmap(drop, { randomness: "different" })(x) as Tensor;
  assert(distance(different.select(0, 0), different.select(0, 1)) > 0);
});

Deno.test("dropout of everything or of nothing draws no random numbers, so vmap needs no randomness", () => {
  const x = ones([3, 2]);
  assertEquals(func.vmap((row: Tensor) => F.dropout(row, { p: 1 }))(x).toArray(), [[0, 0], [0, 0], [0, 0]]);
  assertEquals(func.vmap((row: Tensor) => F.dropout(row, { p: 0 }))(x).toArray(), [[1, 1], [1, 1], [1, 1]]);
});

Deno.test("batch norm cannot keep one running mean for many samples of a vmap", () => {
  const runningMean = zeros([2]);
  const norm = (x: Tensor): Tensor => F.batchNorm(x, runningMean, ones([2]), { training: true });
  assertThrows(() => func.vmap(norm)(randn([3, 4, 2])), VmapError, "one tensor cannot hold a value per sample");
});

Deno.test("binary cross-entropy of logits has the derivative sigmoid - target, at 0 too", () => {
  const x = tensor([0, 100, -100], { requiresGrad: true });
  F.binaryCrossEntropyWithLogits(x, tensor([1, 0, 0]), { reduction: "sum" }).backward();
  assertEquals(x.grad!.toArray(), [-0.5, 1, 0]);
});

Deno.test("binary cross-entropy of probabilities 0 and 1 is at most 100, and steep", () => {
  const x = tensor([0, 0, 1, 0.5], { requiresGrad: true });
  const losses = F.binaryCrossEntropy(x, tensor([0, 1, 0, 1]), { reduction: "none" });
  assertEquals(losses.narrow(0, 0, 3).toArray(), [0, 100, 100]);
  losses.sum().backward();
  assertEquals(x.grad!.toArray(), [0, Math.fround(-1e12), Math.fround(1e12), -2]);
});

Deno.test("losses broadcast their target as PyTorch's do", () => {
  const target = tensor([0.5, 1.5, -1], { dtype: "float64" });
  const column = tensor([[0.2], [0.9]], { dtype: "float64" });
  const expected = {
    mseLoss: [2.298333333333334, 0.5, 0.7866666666666666, 0.3666666666666667],
    l1Loss: [1.3500000000000003, 0.16666666666666666, 0.8000000000000002, 0.16666666666666666],
    smoothL1Loss: [0.8875000000000001, 0.16666666666666666, 0.38916666666666666, 0.16666666666666666],
    huberLoss: [0.8875000000000001, 0.16666666666666666, 0.38916666666666666, 0.16666666666666666],
    poissonNllLoss: [2.473928693642874, 1.1481760164884418, 2.088928693642874, 1.0815093498217752],
    softMarginLoss: [0.7978175795735992, -0.02241178511416626, 0.5914320872281481, -0.02127765973507317],
    multilabelSoftMarginLoss: [1.0841939473680855, 0.0634661796629804, 0.6991939473680853, -0.0032004870036862598],
  };
  for (const [name, numbers] of Object.entries(expected)) {
    // Each of these losses takes an input and a target.
    const loss = F[name as "mseLoss"];
    const found = [target, column].flatMap((t) => {
      const x = tensor([[0.1, -0.7, 1.2], [2, 0.4, -0.3]], { dtype: "float64", requiresGrad: true });
      const mean = loss(x, t);
      mean.backward();
      return [mean.item(), x.grad!.get(1, 0).item()];
    });
    found.forEach((value, i) => assertAlmostEquals(value, numbers[i], 1e-14, name));
  }
});

Deno.test("multiMarginLoss gives one loss per label", () => {
  const shapeOf = (scores: number[], labels: number[]): readonly number[] =>
    F.multiMarginLoss(zeros(scores), zeros(labels, { dtype: "int32" }), { reduction: "none" }).shape;
  assertEquals(shapeOf([3], []), []);
  assertEquals(shapeOf([3], [1]), [1]);
  assertEquals(shapeOf([1, 3], [1]), [1]);
  assertEquals(shapeOf([2, 3], [2]), [2]);
  assertThrows(() => shapeOf([2, 3], [1, 2]), ShapeError, "multiMarginLoss");
});
