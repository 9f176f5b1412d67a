/**
 * Softmax and its logarithm.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import type { DType } from "../tensor/dtype.ts";
import type { Op } from "../tensor/op.ts";
import { normalizeDim } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { mul, sub } from "./binary.ts";
import { rowMajor } from "./layout.ts";
import { floatOperand } from "./promote.ts";
import { sum } from "./reduce.ts";
import { reshape } from "./shape.ts";
import { defineOp } from "./table.ts";
import { exp } from "./unary.ts";

/** Axis, and whether the logarithm is taken. */
interface SoftmaxParams {
  readonly dim: number;
  readonly log: boolean;
}

const SAMPLES: readonly { inputs: { shape: number[] }[]; params: SoftmaxParams }[] = [
  { inputs: [{ shape: [3, 4] }], params: { dim: 1, log: false } },
  { inputs: [{ shape: [2, 3, 4] }], params: { dim: 1, log: true } },
  { inputs: [{ shape: [0, 3] }], params: { dim: 1, log: false } },
  { inputs: [{ shape: [] }], params: { dim: 0, log: true } },
];

const inner = (p: SoftmaxParams): SoftmaxParams => ({ ...p, dim: p.dim + 1 });

const softmaxOp: Op<SoftmaxParams> = defineOp<SoftmaxParams>({
  name: "softmax",
  gradName: "Softmax",
  kind: "kernel",
  shape: ([x]) => x,
  run: (backend, [x], [y], { dim, log }) => backend.softmax(rowMajor(backend, x), y, dim, log),
  rules: "full",
  saves: { inputs: [], outputs: [0] },
  vjp: (c, [g]) => [apply(softmaxBackwardOp, [g!, c.output()], c.params)],
  // The Jacobian of softmax is symmetric; that of its logarithm is not.
  jvp: (c, [t]) => {
    const { dim, log } = c.params;
    const y = c.output();
    return [
      log ? sub(t!, sum(mul(exp(y), t!), dim, { keepdim: true })) : apply(softmaxBackwardOp, [t!, y], c.params),
    ];
  },
  batch: (_size, _batched, [x], p) => x.ndim === 1 ? perElement(x, p) : apply(softmaxOp, [x], inner(p)),
  samples: () => SAMPLES,
});

/** A batch of 0-d tensors: each is an axis of one element. */
function perElement(x: Tensor, p: SoftmaxParams): Tensor {
  return reshape(apply(softmaxOp, [reshape(x, [x.shape[0], 1])], inner(p)), [x.shape[0]]);
}

/** (g - sum(g y)) y for softmax, g - exp(y) sum(g) for its logarithm. */
const softmaxBackwardOp: Op<SoftmaxParams> = defineOp<SoftmaxParams>({
  name: "softmaxBackward",
  gradName: "SoftmaxBackward",
  kind: "kernel",
  shape: ([g]) => g,
  run: (backend, [g, y], [out], { dim, log }) =>
    backend.softmaxBackward(rowMajor(backend, g), rowMajor(backend, y), out, dim, log),
  rules: "fused",
  saves: { inputs: [], outputs: [] },
  vjp: null,
  jvp: null,
  batch: null,
  decompose: ([g, y], { dim, log }) =>
    log ? sub(g, mul(exp(y), sum(g, dim, { keepdim: true }))) : mul(sub(g, sum(mul(g, y), dim, { keepdim: true })), y),
  samples: () => SAMPLES.map(({ inputs, params }) => ({ inputs: [inputs[0], inputs[0]], params })),
});

function normalised(name: string, input: Tensor, dim: number, dtype: DType | undefined, log: boolean): Tensor {
  const x = floatOperand(name, input, dtype);
  return apply(softmaxOp, [x], { dim: normalizeDim(name, dim, x.ndim), log });
}

/**
 * exp(x) / sum(exp(x)) along `dim`, computed without overflow.
 *
 * ```ts
 * import { tensor } from "@dualtape/dualtape";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const p = tensor([[0, Math.log(3)], [1000, 1000]]).softmax(1);
 * assertAlmostEquals(p.get(0, 1).item(), 0.75, 1e-6);
 * assertAlmostEquals(p.get(1, 0).item(), 0.5, 1e-6);
 * ```
 *
 * @throws IndexError for an axis that does not exist.
 * @throws DTypeError for integers and bools without a `dtype` to compute in.
 */
export function softmax(input: Tensor, dim: number, options: { dtype?: DType } = {}): Tensor {
  return normalised("softmax", input, dim, options.dtype, false);
}

/** log(softmax(x)) along `dim`, computed without cancellation. */
export function logSoftmax(input: Tensor, dim: number, options: { dtype?: DType } = {}): Tensor {
  return normalised("logSoftmax", input, dim, options.dtype, true);
}
