/**
 * Calls that ops refuse: the class of the error, and that its text names the op and what it got.
 *
 * @module
 */
import { assert, assertThrows } from "@std/assert";
import * as dualtape from "../mod.ts";
import {
  arange,
  ArgumentError,
  asStridedScatter,
  DisposedError,
  DTypeError,
  func,
  IndexError,
  linalg,
  nn,
  ones,
  ShapeError,
  slice,
  type Tensor,
  tensor,
  zeros,
} from "../mod.ts";

const { functional: F } = nn;

/** An operation, the class of its refusal, and parts of the text. */
type Refusal = readonly [call: () => unknown, error: new (message: string) => Error, ...parts: string[]];

function ints(...values: number[]): Tensor {
  return tensor(values, { dtype: "int32" });
}

function masks(shape: number[]): Tensor {
  return ones(shape, { dtype: "bool" });
}

const disposed = ints(0, 1);
disposed.dispose();

const REFUSALS: Readonly<Record<string, readonly Refusal[]>> = {
  shapes: [
    [() => ones([2, 3]).add(ones([2, 4])), ShapeError, "add", "[2, 3]", "[2, 4]"],
    [() => ones([2, 3]).reshape(4), ShapeError, "reshape", "[2, 3]", "[4]"],
    [() => ones([2, 3]).permute(0, 0), ShapeError, "permute", "[2, 3]", "[0, 0]"],
    [() => ones([2, 3]).flatten(1, 0), ShapeError, "flatten", "1 and 0"],
    [() => ones([2, 3]).unflatten(1, [2, 2]), ShapeError, "unflatten", "[2, 3]", "[2, 2]"],
    [() => ones([2, 3, 4]).t(), ShapeError, "t:", "[2, 3, 4]"],
    [() => ones([2, 3]).repeat(2), ShapeError, "repeat", "[2, 3]", "[2]"],
    [() => ones([2, 3]).sumToSize(4), ShapeError, "sumToSize", "[4]"],
    [() => dualtape.meshgrid([ones([2, 2])]), ShapeError, "meshgrid", "[2, 2]"],
    [() => dualtape.meshgrid([]), ArgumentError, "meshgrid", "empty"],
    [() => dualtape.combinations(ones([2, 2])), ShapeError, "combinations", "[2, 2]"],
    [() => dualtape.combinations(ones([2]), { r: -1 }), ArgumentError, "combinations", "-1"],
    [() => dualtape.blockDiag(ones([1, 2, 3])), ShapeError, "blockDiag", "[1, 2, 3]"],
    [() => ones([4]).asStrided([2, 4], [2, 1]), ShapeError, "asStrided", "4 elements", "[2, 4]"],
    [() => ones([4]).asStrided([2], [-1]), ArgumentError, "asStrided", "[-1]"],
    [() => ones([4]).asStridedScatter(ones([3]), [2], [2]), ShapeError, "asStridedScatter", "[2]", "[3]"],
    [() => ones([4]).asStrided([2], [1], 0.5), ArgumentError, "asStrided", "offset 0.5"],
    [() => ones([4]).asStrided([2], [1], NaN), ArgumentError, "asStrided", "offset NaN"],
    [() => asStridedScatter(ones([4]), ones([200]), [200], [-3]), ArgumentError, "asStridedScatter", "[-3]"],
    [() => asStridedScatter(ones([4]), ones([8]), [8], [1]), ShapeError, "asStridedScatter", "4 elements", "7"],
    [() => asStridedScatter(ones([4]), ones([4]), [4], [1], 1), ShapeError, "asStridedScatter", "4 elements", "4"],
    [() => func.vmap((x: Tensor) => x.asStrided([6], [1], 0))(ones([2, 3])), ShapeError, "asStrided", "3 elements"],
    [
      () => func.vmap((x: Tensor) => x.asStrided([2], [1], 1))(ones([3, 3]).narrow(0, 1, 2)),
      ArgumentError,
      "offset of 3 or more",
    ],
    [() => ones([2, 3]).repeatInterleave(-1), ArgumentError, "repeatInterleave", "-1"],
    [() => ones([2, 3]).repeatInterleave(ints(1, 2), 1), ShapeError, "repeatInterleave", "[2, 3]", "[2]"],
    [() => F.pad(ones([2]), [1]), ArgumentError, "pad", "[2]", "[1]"],
    [() => F.pad(ones([2]), [-2, -1]), ShapeError, "pad", "axis 0"],
    [() => dualtape.cat([]), ArgumentError, "cat", "empty"],
    [() => dualtape.cat([tensor(1)]), ShapeError, "cat", "stack()"],
    [() => dualtape.stack([ones([2]), ones([3])]), ShapeError, "stack", "[2]", "[3]"],
  ],
  indices: [
    [() => ones([4]).get(slice(0.5, 3)), ArgumentError, "slice", "0.5 and 3"],
    [() => ones([4]).get(slice(NaN)), ArgumentError, "slice", "NaN"],
    ...[[1, 0], [0, 2, 1], [0, 4]].map((offsets): Refusal => [
      () => F.embeddingBag(ints(0, 1, 2), ones([3, 2]), { offsets: ints(...offsets) }),
      ArgumentError,
      "embeddingBag",
      "from 0 to at most 3",
      `[${offsets.join(", ")}]`,
    ]),
    [() => F.embeddingBag(ints(0), ones([1, 1]), { offsets: ones([1]) }), DTypeError, "embeddingBag", "float32"],
    [() => ones([2]).repeatInterleave(ones([2])), DTypeError, "repeatInterleave", "float32"],
    [() => ones([4]).tensorSplit([1.5]), ArgumentError, "slice", "1.5"],
    [() => ones([4]).sliceScatter(ones([1]), 0, { start: 0, end: 1.5 }), ArgumentError, "sliceScatter", "1.5"],
    [() => ones([3]).narrow(0, 2, 2), IndexError, "narrow", "[3]", "start 2 and length 2"],
    [() => tensor(1).narrow(0, 0, 1), ShapeError, "narrow", "0-d"],
    [() => tensor(1).select(0, 0), ShapeError, "select", "0-d"],
    [() => ones([3]).select(0, 3), IndexError, "select", "3"],
    [() => ones([3, 2]).selectScatter(ones([2, 2]), 0, 1), ShapeError, "selectScatter", "[3, 2]", "[2, 2]"],
    [() => ones([3]).gather(0, ints(3)), IndexError, "gather", "3"],
    [() => ones([3]).gather(0, tensor([0.5])), DTypeError, "gather", "float32"],
    [() => ones([3]).indexSelect(0, ints(-4)), IndexError, "indexSelect", "-4"],
    [() => ones([3]).indexSelect(0, ints(0, 1).reshape(2, 1)), ShapeError, "indexSelect", "[2, 1]"],
    [() => ones([3]).indexAdd(0, ints(0, 1), ones([3])), ShapeError, "indexAdd", "[2]", "[3]"],
    [() => ones([3]).indexFill(0, ints(0), ones([2])), ShapeError, "indexFill", "[2]"],
    [() => ones([3]).maskedFill(ints(1, 0, 1), 0), DTypeError, "maskedFill", "int32"],
    [() => dualtape.searchsorted(arange(3), ints(1), { side: "left", right: true }), ArgumentError, "agree"],
    [() => dualtape.searchsorted(ones([2, 3]), ones([3, 2])), ShapeError, "searchsorted", "[2, 3]", "[3, 2]"],
    [() => ones([3]).get("0" as never), IndexError, "get", "0"],
    [() => ones([3]).get(tensor([0.5])), DTypeError, "float32"],
    [() => ones([2, 3]).takeAlongDim(ints(0), 1), ShapeError, "takeAlongDim", "[2, 3]", "[1]"],
    [() => ones([3]).scatter(0, ints(0, 1), ones([1])), ShapeError, "scatter", "[1]", "[2]"],
    [() => ones([3]).scatter(0, ints(0), ints(1)), DTypeError, "scatter", "int32"],
    [() => ones([3]).scatter(0, ints(0), 1, { reduce: "mean" as never }), ArgumentError, "scatter", "mean"],
    [() => ones([3]).unfold(0, 4, 1), ShapeError, "unfold", "[3]", "4"],
    [() => ones([3]).unfold(0, 1, 0), ArgumentError, "unfold", "0"],
    [() => ones([3, 3]).diagonalScatter(ones([2])), ShapeError, "diagonalScatter", "[3, 3]", "[2]"],
    [() => dualtape.bucketize(ones([1]), ones([2, 2])), ShapeError, "bucketize", "[2, 2]"],
  ],
  products: [
    [() => ones([2, 3]).matmul(ones([2, 3])), ShapeError, "matmul", "[2, 3]"],
    [() => tensor(1).matmul(ones([2])), ShapeError, "matmul", "mul()"],
    [() => ones([2]).matmul(ones([2], { dtype: "float64" })), DTypeError, "matmul: expected", "float64"],
    [() => ones([2]).inner(ones([3])), ShapeError, "inner", "[2]", "[3]"],
    [() => dualtape.tensordot(ones([2]), ones([2]), { dims: 2 }), ArgumentError, "tensordot", "2"],
    [() => dualtape.tensordot(ones([2, 3]), ones([2, 3]), { dims: 1 }), ShapeError, "tensordot", "[2, 3]"],
    [() => ones([2]).cross(ones([2])), ShapeError, "cross", "[2]"],
    [() => dualtape.einsum("ij,jk", ones([2, 3])), ArgumentError, "einsum", "ij,jk"],
    [() => linalg.multiDot([ones([2, 2]), ones([1, 2, 2]), ones([2, 2])]), ShapeError, "[1, 2, 2]"],
    [() => linalg.vander(ones([2]), { N: 0 }), ArgumentError, "vander", "0"],
    [() => linalg.tensorinv(ones([2, 3])), ShapeError, "tensorinv", "[2, 3]"],
    [() => dualtape.cdist(ones([2, 3]), ones([2, 4])), ShapeError, "cdist", "[2, 3]", "[2, 4]"],
    [() => dualtape.cdist(ints(1).reshape(1, 1), ones([1, 1])), DTypeError, "cdist", "int32"],
    [() => dualtape.cdist(ones([2, 3]), ones([2, 3]), -1), ArgumentError, "cdist", "-1"],
    [() => dualtape.renorm(ones([2]), 2, 0, 1), ShapeError, "renorm"],
    [() => dualtape.norm(ones([2]), NaN), ArgumentError, "norm", "NaN"],
  ],
  convolutions: [
    [() => F.conv2d(ones([3, 3]), ones([1, 1, 2, 2])), ShapeError, "conv2d", "[3, 3]"],
    [() => F.conv2d(ones([1, 1, 3, 3]), ones([1, 2, 2])), ShapeError, "conv2d", "[1, 2, 2]"],
    [() => F.conv2d(ones([1, 3, 3, 3]), ones([1, 1, 2, 2])), ShapeError, "conv2d", "3"],
    [() => F.conv2d(ones([1, 1, 3, 3]), ones([1, 1, 4, 4])), ShapeError, "conv2d", "[4, 4]", "[3, 3]"],
    [() => F.conv2d(ones([1, 1, 3, 3]), ones([1, 1, 2, 2]), ones([2])), ShapeError, "bias", "[1]", "[2]"],
    [
      () => F.conv1d(ones([1, 1, 5]), ones([1, 1, 3]), null, { padding: "same", stride: 2 }),
      ArgumentError,
      "conv1d",
      "same",
    ],
    [() => F.convTranspose1d(ones([1, 2, 3]), ones([3, 1, 2])), ShapeError, "convTranspose1d", "3", "2"],
    [
      () => F.convTranspose1d(ones([1, 1, 3]), ones([1, 1, 2]), null, { outputPadding: 2 }),
      ArgumentError,
      "convTranspose1d",
      "outputPadding",
    ],
    [() => F.fold(ones([1, 3, 4]), [3, 3], 2), ArgumentError, "fold", "4"],
    [() => F.fold(ones([1, 4, 5]), [3, 3], 2), ShapeError, "fold", "5"],
    [() => F.unfold(ones([3]), 2), ShapeError, "unfold", "[3]"],
    [() => F.adaptiveAvgPool2d(ones([3]), 1), ShapeError, "adaptiveAvgPool2d", "[3]"],
    [() => F.adaptiveAvgPool1d(ones([1, 3]), -1), ArgumentError, "adaptiveAvgPool1d", "-1"],
    [() => F.adaptiveAvgPool1d(ints(1, 2).reshape(1, 2), 1), DTypeError, "adaptiveAvgPool1d", "int32"],
    [() => F.interpolate(ones([1, 3]), { size: 2 }), ShapeError, "interpolate", "[1, 3]"],
    [() => F.interpolate(ones([1, 1, 3]), { scaleFactor: -1 }), ArgumentError, "interpolate", "-1"],
    [() => F.pixelShuffle(ones([3, 2, 2]), 2), ShapeError, "pixelShuffle", "4", "[3, 2, 2]"],
    [() => F.pixelUnshuffle(ones([1, 3, 3]), 2), ShapeError, "pixelUnshuffle", "[1, 3, 3]"],
    [() => F.gridSample(ones([1, 1, 2, 2]), ones([1, 1, 1, 3])), ShapeError, "gridSample", "[1, 1, 1, 3]"],
  ],
  "layers and losses": [
    [() => F.layerNorm(ones([2, 3]), [2]), ShapeError, "layerNorm", "[2]", "[2, 3]"],
    [() => F.batchNorm(ones([2]), null, null, { training: true }), ShapeError, "batchNorm", "[2]"],
    [() => F.batchNorm(ones([2, 3]), null, null), ArgumentError, "batchNorm", "training: true"],
    [() => F.groupNorm(ones([2]), 1), ShapeError, "groupNorm", "[2]"],
    [() => F.instanceNorm(ones([2, 3, 1])), ShapeError, "instanceNorm", "[2, 3, 1]"],
    [() => F.localResponseNorm(ones([2]), 1), ShapeError, "localResponseNorm", "[2]"],
    [() => F.linear(ones([2, 3]), ones([4, 2])), ShapeError, "linear", "[2, 3]", "[4, 2]"],
    [() => F.linear(masks([2, 3]), masks([4, 3]), masks([4])), DTypeError, "linear", "bool"],
    [() => F.dropout(ones([2]), { p: 2 }), ArgumentError, "dropout", "2"],
    [() => F.featureAlphaDropout(ones([2])), ShapeError, "featureAlphaDropout", "[2]"],
    [() => F.embedding(tensor([0.5]), ones([2, 2])), DTypeError, "embedding", "float32"],
    [() => F.embedding(ints(0), ones([2])), ShapeError, "embedding", "[2]"],
    [() => F.embeddingBag(ints(0, 1), ones([2, 2])), ShapeError, "embeddingBag", "[2]"],
    [() => F.embeddingBag(ints(0, 1).reshape(1, 2), ones([2, 2]), { mode: "first" as never }), ArgumentError, "first"],
    [
      () => F.embeddingBag(ints(0, 1).reshape(1, 2), ones([2, 2]), { mode: "sum", perSampleWeights: ones([2]) }),
      ShapeError,
      "embeddingBag",
      "[1, 2]",
    ],
    [() => F.bilinear(ones([2, 3]), ones([2, 3]), ones([4, 3, 2])), ShapeError, "bilinear", "[4, 3, 2]"],
    [() => F.bilinear(ones([3]), ones([2]), ones([4, 3, 2]), ones([3])), ShapeError, "bilinear", "[4]", "[3]"],
    [() => F.scaledDotProductAttention(ones([2, 3]), ones([4, 5]), ones([4, 6])), ShapeError, "[2, 3]", "[4, 5]"],
    [() => F.oneHot(ints(3), 2), IndexError, "oneHot", "[0, 1]", "got 3"],
    [() => F.oneHot(ints(-1, 2)), IndexError, "oneHot", "[0, 2]", "got -1"],
    [() => ones([2]).matmul(ints(1, 2)), DTypeError, "matmul", "float32 and int32"],
    [() => ones([2]).matmul(ones([3])), ShapeError, "matmul", "[2] and [3]"],
    [() => ones([2]).vdot(ones([3])), ShapeError, "vdot", "[2] and [3]"],
    [() => F.crossEntropy(ones([2, 3]), ints(0, 3)), IndexError, "3"],
    [() => F.crossEntropy(ones([2, 3]), ints(0)), ShapeError, "crossEntropy", "[2, 3]", "[1]"],
    [() => F.crossEntropy(ones([2, 3]), ints(-100, 7)), IndexError, "crossEntropy", "got 7"],
    [() => F.crossEntropy(ones([2, 3]), disposed), DisposedError, "crossEntropy", "[2]"],
    ...[F.crossEntropy, F.nllLoss, F.multiMarginLoss].map((loss): Refusal => [
      () => loss(ones([2, 3]), ints(0, 1), { weight: ones([3], { dtype: "float64" }) }),
      DTypeError,
      "weight",
      "float32",
      "float64",
    ]),
    [() => F.nllLoss(ones([2, 3]), disposed), DisposedError, "nllLoss", "[2]"],
    [() => F.binaryCrossEntropy(tensor([2]), ones([1])), ArgumentError, "binaryCrossEntropy", "[0, 1]"],
    [() => F.binaryCrossEntropy(tensor([NaN]), ones([1])), ArgumentError, "binaryCrossEntropy", "[0, 1]"],
    [() => func.grad((x: Tensor) => F.binaryCrossEntropy(x, ones([1])))(tensor([-1])), ArgumentError, "[0, 1]"],
    ...[[[4], [3, 2]], [[5], [2, 2]], [[2, 2], [3, 1]], [[1, 2], [1, 1]], [[2, 2], [-1, 1]]].map((
      [shape, lengths],
    ): Refusal => [
      () => F.ctcLoss(zeros([4, 2, 3]), ones(shape, { dtype: "int32" }), [4, 4], lengths),
      ShapeError,
      "ctcLoss",
      `lengths [${lengths.join(", ")}], got [${shape.join(", ")}]`,
    ]),
    [() => F.multiMarginLoss(ones([2, 3]), ones([2])), DTypeError, "multiMarginLoss", "float32"],
    [() => F.multilabelMarginLoss(ones([2, 3]), ones([2, 3])), DTypeError, "multilabelMarginLoss", "float32"],
    [() => F.pdist(ones([2, 3]), -1), ArgumentError, "pdist", "-1"],
    [() => F.pdist(ints(1).reshape(1, 1)), DTypeError, "pdist", "int32"],
    [() => F.multiMarginLoss(ones([2, 3]), ints(0, 1), { p: 3 }), ArgumentError, "multiMarginLoss", "3"],
    [() => F.multiMarginLoss(ones([2, 3]), ints(0)), ShapeError, "multiMarginLoss", "[2, 3]", "[1]"],
    [() => F.tripletMarginLoss(ones([2]), ones([1, 2]), ones([2])), ShapeError, "tripletMarginLoss"],
    [() => F.cosineEmbeddingLoss(ones([2]), ones([2]), ones([3])), ShapeError, "cosineEmbeddingLoss", "[3]"],
  ],
  "numbers and dtypes": [
    [() => ints(1, 2).mean(), DTypeError, "mean", "int32"],
    [() => ints(1).requiresGrad_(), DTypeError, "requiresGrad_", "int32"],
    [() => tensor([1, 2]).item(), ShapeError, "item", "[2]"],
    [() => dualtape.arange(0, 1, 0), ArgumentError, "arange", "0"],
    [() => dualtape.linspace(0, 1, -1), ArgumentError, "linspace", "-1"],
    [() => dualtape.rand([2], { dtype: "int32" }), DTypeError, "rand", "int32"],
    [() => dualtape.bernoulli(2, [1]), ArgumentError, "bernoulli", "2"],
    [() => zeros([2]).uniform_(1, 0), ArgumentError, "uniform_", "1 and 0"],
    [() => zeros([2]).normal_(0, -1), ArgumentError, "normal_", "-1"],
    [() => dualtape.manualSeed(-1), ArgumentError, "manualSeed", "-1"],
    [() => dualtape.bincount(ones([2])), DTypeError, "bincount", "float32"],
    [() => dualtape.bincount(ints(1).reshape(1, 1)), ShapeError, "bincount", "[1, 1]"],
    [() => dualtape.histc(ones([2]), { bins: 0 }), ArgumentError, "histc", "0"],
    [() => dualtape.histc(tensor([1, NaN])), ArgumentError, "histc", "[NaN, NaN]"],
    [() => dualtape.histc(tensor([1, Infinity])), ArgumentError, "histc", "[1, Infinity]"],
    [() => dualtape.histc(ones([2]), { min: 0, max: Infinity }), ArgumentError, "histc", "[0, Infinity]"],
    [() => dualtape.histc(ints(1, 2)), DTypeError, "histc", "int32"],
    [() => ones([2]).quantile(2), ArgumentError, "quantile"],
    [() => zeros([0]).max(), ShapeError, "max"],
    [() => ones([2]).softmax(1), IndexError, "softmax", "1"],
  ],
};

for (const [family, refusals] of Object.entries(REFUSALS)) {
  Deno.test(`refused calls of ${family} say what they got`, () => {
    for (const [call, errorClass, ...parts] of refusals) {
      const { message } = assertThrows(call, errorClass, undefined, `${call}`);
      for (const part of parts) assert(message.includes(part), `${call}: "${part}" is not in ${message}`);
    }
  });
}
