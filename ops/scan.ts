/**
 * Cumulative operations along one axis. Running extrema are in `sort.ts`, with the other functions that select elements.
 *
 * @module
 */
import type { Scan } from "../runtime/backend.ts";
import { apply } from "../tensor/apply.ts";
import { checkTensor } from "../tensor/arguments.ts";
import { type DType, isFloating } from "../tensor/dtype.ts";
import type { Op, Sample } from "../tensor/op.ts";
import { normalizeDim } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { mul } from "./binary.ts";
import { cast } from "./cast.ts";
import { linear } from "./families.ts";
import { cat } from "./join.ts";
import { logaddexp } from "./power.ts";
import { floatOperand } from "./promote.ts";
import { flip } from "./rearrange.ts";
import { reshape } from "./shape.ts";
import { narrow } from "./slicing.ts";
import { defineOp } from "./table.ts";
import type { ScanOptions } from "./types.ts";

const SAMPLES: readonly Sample<number>[] = [
  { inputs: [{ shape: [5] }], params: 0 },
  { inputs: [{ shape: [2, 3, 4] }], params: 1 },
  { inputs: [{ shape: [3, 6] }], params: 1 },
  { inputs: [{ shape: [2, 0] }], params: 1 },
];

const cumsumOp: Op<number> = linear<number>({
  forward: {
    name: "cumsum",
    gradName: "Cumsum",
    kind: "kernel",
    shape: ([x]) => x,
    run: (backend, [x], [out], dim) => backend.scan("sum", x, out, null, dim),
    samples: () => SAMPLES,
  },
  transpose: (g, c) => flip(apply(cumsumOp, [flip(g, c.params)], c.params), c.params),
  batch: (x, dim) => apply(cumsumOp, [x], dim + 1),
});

/**
 * An inclusive scan in about log2(n) steps of whole-tensor operations: in step k every element takes in the one 2^k places
 * before it (Hillis and Steele 1986).
 */
function scanByDoubling(x: Tensor, dim: number, combine: (earlier: Tensor, later: Tensor) => Tensor): Tensor {
  const size = x.shape[dim];
  let y = x;
  for (let shift = 1; shift < size; shift *= 2) {
    const rest = combine(narrow(y, dim, 0, size - shift), narrow(y, dim, shift, size - shift));
    y = cat([narrow(y, dim, 0, shift), rest], dim);
  }
  return y;
}

/** A scan whose derivatives come from its definition, so that they are right at zeros and infinities, at every order. */
function fusedScan(
  name: string,
  gradName: string,
  kind: Scan,
  combine: (earlier: Tensor, later: Tensor) => Tensor,
): Op<number> {
  const op: Op<number> = defineOp<number>({
    name,
    gradName,
    kind: "kernel",
    shape: ([x]) => x,
    run: (backend, [x], [out], dim) => backend.scan(kind, x, out, null, dim),
    rules: "fused",
    saves: { inputs: [], outputs: [] },
    vjp: null,
    jvp: null,
    batch: (_size, _batched, [x], dim) => apply(op, [x], dim + 1),
    decompose: ([x], dim) => scanByDoubling(x, dim, combine),
    samples: () => SAMPLES,
  });
  return op;
}

const cumprodOp: Op<number> = fusedScan("cumprod", "Cumprod", "prod", (a, b) => mul(a, b));
const logcumsumexpOp: Op<number> = fusedScan(
  "logcumsumexp",
  "Logcumsumexp",
  "logsumexp",
  (a, b) => logaddexp(a, b),
);

/** Runs a scan along `dim`; a 0-d tensor is a line of one element. */
function scanAlong(op: Op<number>, x: Tensor, dim: number): Tensor {
  const axis = normalizeDim(op.name, dim, x.ndim);
  return x.ndim === 0 ? reshape(apply(op, [reshape(x, [1])], 0), []) : apply(op, [x], axis);
}

/** Runs a scan in the dtype that was asked for; integers and bools are scanned as int32. */
function accumulate(op: Op<number>, input: Tensor, dim: number, dtype: DType | undefined): Tensor {
  checkTensor(op.name, input);
  const converted = dtype === undefined ? input : cast(input, dtype);
  if (isFloating(converted.dtype)) return scanAlong(op, converted, dim);
  const result = scanAlong(op, cast(converted, "int32"), dim);
  return dtype === undefined ? result : cast(result, dtype);
}

/**
 * Sums of the first 1, 2, ... elements along `dim`. Integers and bools give int32.
 *
 * @inplace
 */
export function cumsum(input: Tensor, dim: number, options: ScanOptions = {}): Tensor {
  return accumulate(cumsumOp, input, dim, options.dtype);
}

/**
 * Products of the first 1, 2, ... elements along `dim`. Integers and bools give int32.
 *
 * @inplace
 */
export function cumprod(input: Tensor, dim: number, options: ScanOptions = {}): Tensor {
  return accumulate(cumprodOp, input, dim, options.dtype);
}

/**
 * log(sum(exp(x))) of the first 1, 2, ... elements along `dim`, computed without overflow.
 *
 * @throws DTypeError for integers and bools.
 */
export function logcumsumexp(input: Tensor, dim: number): Tensor {
  return scanAlong(logcumsumexpOp, floatOperand("logcumsumexp", input), dim);
}
