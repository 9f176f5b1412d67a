/**
 * Bad calls: the class of the error, a text that names the op, what was expected, what came and what to do, and nothing
 * changed by the attempt.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import * as dualtape from "../mod.ts";
import {
  arange,
  ArgumentError,
  autograd,
  cat,
  data,
  DTypeError,
  EscapedTensorError,
  func,
  GradError,
  IndexError,
  linspace,
  nn,
  noGrad,
  ones,
  optim,
  rand,
  ShapeError,
  stack,
  type Tensor,
  tensor,
  tidy,
  VmapError,
  where,
  zeros,
} from "../mod.ts";

const { functional: F } = nn;

/** Operands of the bad calls. None may change. */
const OPERANDS = {
  a: tensor([[1, 2, 3], [4, 5, 6]]),
  b: ones([4, 5]),
  double: ones([3, 2], { dtype: "float64" }),
  vector: tensor([1, 2]),
  three: tensor([1, 2, 3]),
  row: ones([1, 3]),
  scalar: tensor(7),
  ints: tensor(Int32Array.of(1, 2)),
  far: tensor(Int32Array.of(0, 3)),
  bools: tensor([true, false]),
  bytes: ones([2, 2], { dtype: "uint8" }),
  none: zeros([2, 0]),
  leaf: tensor([1, 2], { requiresGrad: true }),
  other: tensor([1], { requiresGrad: true }),
  image: ones([1, 3, 8, 8]),
  kernel: ones([4, 2, 3, 3]),
  indefinite: tensor([[-1]]),
};

const {
  a,
  b,
  double,
  vector,
  three,
  row,
  scalar,
  ints,
  far,
  bools,
  bytes,
  none,
  leaf,
  other,
  image,
  kernel,
  indefinite,
} = OPERANDS;

// deno-lint-ignore no-explicit-any
type ErrorClass = new (...args: any[]) => Error;
type BadCall = readonly [call: () => unknown, error: ErrorClass, ...fragments: string[]];

const sum = (x: Tensor): Tensor => x.sum();

const TABLE: Readonly<Record<string, readonly BadCall[]>> = {
  "broadcasting and dtypes": [
    [() => a.add(b), ShapeError, "add: expected shapes that broadcast", "[2, 3]", "[4, 5]", "axis -1", "reshape"],
    [() => a.mul(vector), ShapeError, "mul:", "[2, 3]", "[2]", "3 and 2", "axis -1"],
    [() => where(bools, a, a), ShapeError, "where:", "[2]", "[2, 3]"],
    [() => where(a as never, a, a), DTypeError, "where:", "bool", "float32", "bool()"],
    [() => bools.sub(bools), DTypeError, "sub:", "bool", "logicalXor()"],
    [() => bools.neg(), DTypeError, "neg:", "got bool", "to("],
    [() => a.bitwiseAnd(a), DTypeError, "bitwiseAnd:", "int32", "got float32"],
    [() => ints.pow(-1), ArgumentError, "pow:", "exponent of at least 0", "got -1", "float()"],
    [() => a.clamp(), ArgumentError, "clamp:", "min, max or both", "neither"],
  ],
  products: [
    [() => a.matmul(b), ShapeError, "matmul:", "[2, 3] and [4, 5]", "3 columns", "axis -1", "axis -2", "transpose"],
    [() => scalar.matmul(scalar), ShapeError, "matmul:", "[] and []", "mul()"],
    [() => a.matmul(double), DTypeError, "matmul:", "float32 and float64", "to()"],
    [() => bytes.matmul(bytes), DTypeError, "matmul:", "float32, float64 or int32", "got uint8", "float() or int()"],
    [() => bytes.flatten().dot(bytes.flatten()), DTypeError, "dot:", "int32", "got uint8", "int()"],
    [() => bools.dot(bools), DTypeError, "dot:", "got bool", "int()"],
    [() => vector.mm(a), ShapeError, "mm:", "2 dimensions", "[2]", "matmul()"],
    [() => a.bmm(a), ShapeError, "bmm:", "3 dimensions", "[2, 3]", "matmul()"],
    [() => vector.dot(three), ShapeError, "dot:", "[2] and [3]"],
    [() => dualtape.einsum("ij,jk", a, b), ShapeError, 'einsum("ij,jk")', '"j"', "3 and 4", "[4, 5]"],
  ],
  reductions: [
    [() => a.sum(2), IndexError, "sum:", "[-2, 1]", "2 dimensions", "got 2"],
    [() => a.mean(-3), IndexError, "mean:", "[-2, 1]", "got -3"],
    [() => a.sum([0, -2]), ArgumentError, "sum:", "each dim once", "dim 0 twice", "[0, -2]"],
    [() => none.max(1), ShapeError, "max:", "[2, 0]", "axis 1", "numel"],
    [() => a.argmax(5), IndexError, "argmax:", "got 5"],
    [() => a.cumsum(2), IndexError, "cumsum:", "got 2"],
    [() => a.topk(4), ArgumentError, "topk:", "[0, 3]", "axis 1", "got 4"],
    [() => F.softmax(a, 2), IndexError, "softmax:", "[-2, 1]", "got 2"],
  ],
  shapes: [
    [() => a.reshape(4, 2), ShapeError, "reshape:", "6 elements", "[2, 3]", "[4, 2]"],
    [() => a.reshape(-1, 4), ShapeError, "reshape:", "divide 6", "[-1, 4]"],
    [() => a.T.view(6), ShapeError, "view:", "[6]", "strides [1, 3]", "reshape()"],
    [() => a.permute(0, 0), ShapeError, "permute:", "[0, 0]"],
    [() => a.transpose(0, 2), IndexError, "transpose:", "got 2"],
    [() => a.unsqueeze(4), IndexError, "unsqueeze:", "[-3, 2]", "got 4"],
    [() => a.expand(2, 4), ShapeError, "expand:", "3 against 4", "axis 1"],
    [() => a.repeat(2), ShapeError, "repeat:", "[2, 3]", "got [2]"],
    [() => cat([a, b]), ShapeError, "cat:", "[2, 3] and [4, 5]", "axis 0", "tensor 1"],
    [() => cat([]), ArgumentError, "cat:", "at least one tensor"],
    [() => stack([a, b]), ShapeError, "stack:", "[2, 3] and [4, 5]"],
    [() => a.split([1, 2], 0), ShapeError, "split:", "2 elements of axis 0", "[1, 2]"],
    [() => a.split(0), ArgumentError, "split:", "got 0"],
    [() => vector.mT, ShapeError, "mT:", "[2]", "unsqueeze()"],
  ],
  indexing: [
    [() => a.get(2), IndexError, "[-2, 1]", "axis 0", "[2, 3]", "got 2"],
    [() => a.get(0, 0, 0), IndexError, "get:", "at most 2", "[2, 3]", "got 3"],
    [() => a.narrow(1, 2, 2), IndexError, "narrow:", "axis 1", "[2, 3]", "start 2", "length 2"],
    [() => a.select(1, 3), IndexError, "select:", "[-3, 2]", "axis 1", "got 3"],
    [() => a.indexSelect(1, far), IndexError, "indexSelect:", "[0, 2]", "axis 1", "size 3", "got 3"],
    [() => a.gather(1, a), DTypeError, "gather:", "int32", "float32", "int()"],
    [() => a.item(), ShapeError, "item:", "one element", "[2, 3]", "toArray()"],
  ],
  "making tensors": [
    [() => tensor([[1, 2], [3]]), ShapeError, "tensor:", "1 elements where others have 2", "data[1]", "pad"],
    [() => tensor("x" as never), ArgumentError, "tensor:", "nested arrays", 'got "x"'],
    [() => zeros([-1]), ShapeError, "non-negative integers", "[-1]"],
    [() => zeros([1], { dtype: "float16" as never }), DTypeError, "float32", "got float16"],
    [() => arange(0, 1, 0), ArgumentError, "arange:", "step 0"],
    [() => linspace(0, 1, -1), ArgumentError, "linspace:", "got -1"],
    [() => dualtape.randint(5, 5, [1]), ArgumentError, "randint:", "low 5", "high 5"],
    [() => dualtape.manualSeed(-1), ArgumentError, "manualSeed:", "got -1"],
    [() => dualtape.setNumThreads(0), RangeError, "setNumThreads", "1 to 64", "got 0"],
    [() => tidy(() => Promise.resolve()), ArgumentError, "tidy:", "synchronous", "await outside"],
  ],
  "in-place operations": [
    [() => leaf.add_(1), GradError, "add_:", "leaf that requires grad", "noGrad()"],
    [() => leaf.narrow(0, 0, 1).mul_(2), GradError, "mul_:", "view of a leaf", "noGrad()", "clone()"],
    [() => row.add_(a), ShapeError, "add_:", "[1, 3]", "[2, 3]", "cannot grow"],
    [() => ints.add_(0.5), DTypeError, "add_:", "int32", "float32", "out-of-place"],
    [() => other.detach().expand(3).add_(1), ArgumentError, "add_:", "[3]", "clone()"],
    [() => vector.copy_(three), ShapeError, "copy_:", "[2]", "[3]"],
    [() => a.sub_(b), ShapeError, "sub", "[2, 3]", "[4, 5]"],
  ],
  autograd: [
    [() => vector.sum().backward(), GradError, "backward:", "[]", "requiresGrad", "detach()"],
    [() => leaf.mul(2).backward(), GradError, "backward:", "[2]", "sum()"],
    [() => leaf.mul(2).backward(three), ShapeError, "backward:", "[2]", "[3]"],
    [() => ints.requiresGrad_(), DTypeError, "requiresGrad_:", "int32", "float()"],
    [() => leaf.mul(2).requiresGrad_(false), GradError, "requiresGrad_:", "detach()"],
    [() => leaf.grad = three, ShapeError, "grad:", "[2]", "[3]"],
    [() => autograd.grad([leaf.sum()], [other]), GradError, "grad:", "input 0", "[1]", "allowUnused: true"],
    [() => autograd.grad([leaf.sum()], [vector]), GradError, "grad:", "input 0", "[2]", "requiresGrad_()"],
    [() => (noGrad as (fn: unknown) => unknown)(3), ArgumentError, "noGrad:", "a function", "got 3"],
    [
      () => {
        const y = leaf.mul(leaf).sum();
        autograd.grad([y], [leaf]);
        autograd.grad([y], [leaf]);
      },
      GradError,
      "MulBackward0",
      "freed",
      "retainGraph: true",
    ],
    [
      () => {
        const x = leaf.mul(1);
        const y = x.square().sum();
        x.add_(1);
        autograd.grad([y], [leaf]);
      },
      GradError,
      "[2]",
      "version 0",
      "version 1",
      "in-place",
      "clone()",
    ],
  ],
  transforms: [
    [() => func.grad((x: Tensor) => x)(vector), GradError, "grad:", "one element", "[2]", "sum()", "jacrev"],
    [() => func.grad(sum)(ints), DTypeError, "grad:", "int32", "float()"],
    [() => func.grad(sum, { argnums: 1 })(vector), ArgumentError, "grad:", "[-1, 0]", "got 1"],
    [() => func.jvp(sum, [vector], [three]), ShapeError, "jvp:", "[2]", "[3]"],
    [() => func.vmap((x: Tensor, y: Tensor) => x.add(y))(vector, three), ShapeError, "vmap:", "2 and 3", "[3]"],
    [() => func.vmap(sum)(scalar), ShapeError, "vmap:", "0-d", "leaf 0"],
    [() => func.vmap(sum, { inDims: null })(vector), ArgumentError, "vmap:", "inDims null"],
    [() => func.vmap((x: Tensor) => x.item())(vector), VmapError, "vmap", "where()"],
    [() => func.vmap((x: Tensor) => x.add(rand([1])))(vector), VmapError, "rand:", 'randomness: "different"'],
    [
      () => {
        let escaped = vector;
        func.grad((x: Tensor) => sum(escaped = x.mul(2)))(vector);
        escaped.sum();
      },
      EscapedTensorError,
      "sum:",
      "[2]",
      "escaped from grad",
      "return",
    ],
  ],
  "modules, losses and data": [
    [() => F.linear(a, b), ShapeError, "linear:", "5 columns", "[4, 5]", "[2, 3]"],
    [() => F.conv2d(image, kernel), ShapeError, "conv2d:", "2 input channels", "[4, 2, 3, 3]", "got 3", "axis 1"],
    [() => F.conv2d(a, kernel), ShapeError, "conv2d:", "3 (one image) or 4 (batch)", "[2, 3]"],
    [() => F.maxPool2d(image, 9), ShapeError, "maxPool2d:", "[9, 9]", "[8, 8]"],
    [() => F.crossEntropy(a, far), IndexError, "crossEntropy:", "[0, 2]", "got 3"],
    [() => F.mseLoss(a, a, { reduction: "avg" as never }), ArgumentError, "mseLoss:", '"mean"', '"avg"'],
    [() => F.layerNorm(a, [4]), ShapeError, "layerNorm:", "[4]", "[2, 3]"],
    [() => F.embedding(far, a), IndexError, "embedding:", "[0, 1]", "got 3"],
    [() => F.dropout(a, { p: 2 }), ArgumentError, "dropout:", "[0, 1]", "got 2"],
    [() => new nn.Linear(2, 3).loadStateDict({}), ArgumentError, "loadStateDict:", "weight", "strict: false"],
    [() => new optim.Adam([leaf.mul(1)]), GradError, "Adam:", "leaf"],
    [() => new optim.Adam([leaf], { lr: -1 }), ArgumentError, "Adam:", "lr", "got -1"],
    [() => new data.TensorDataset(vector, three), ShapeError, "TensorDataset:", "[2], [3]"],
  ],
  "linear algebra": [
    [() => dualtape.linalg.inv(a), ShapeError, "inv:", "square", "[2, 3]"],
    [() => dualtape.linalg.cholesky(indefinite), ArgumentError, "cholesky:", "positive definite"],
  ],
};

/** Everything of the operands that a call could change. */
function stateOf(x: Tensor): unknown {
  return [[...x.dataSync()], x.shape, x.strides, x.storage.version, x.requiresGrad, x.isLeaf, x.meta?.grad ?? null];
}

for (const [group, calls] of Object.entries(TABLE)) {
  Deno.test(`bad calls are named and change nothing: ${group}`, () => {
    const before = Object.values(OPERANDS).map(stateOf);
    for (const [call, error, ...fragments] of calls) {
      const { message } = assertThrows(call, error, undefined, String(call)) as Error;
      for (const fragment of fragments) assert(message.includes(fragment), `${call}: ${fragment} in: ${message}`);
    }
    assertEquals(Object.values(OPERANDS).map(stateOf), before);
    assertEquals(autograd.grad([leaf.square().sum()], [leaf])[0].toArray(), [2, 4], "recording goes on");
  });
}

Deno.test("every message of this library says what was expected and what came", () => {
  for (const [call, error] of Object.values(TABLE).flat()) {
    const { message } = assertThrows(call, error) as Error;
    assert(/^[\w."(), ]+: expected .*, got /s.test(message), message);
  }
});
