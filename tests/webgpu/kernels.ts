/**
 * The elementwise kernels of the op table, found by asking each op what it would run.
 *
 * @module
 */
import "../../mod.ts";
import { opTable } from "../../ops/table.ts";
import type { Backend, ElementwiseKernel } from "../../runtime/backend.ts";
import type { DType } from "../../tensor/dtype.ts";
import { empty } from "../../tensor/tensor.ts";
import { backendOf } from "../../tensor/tensor.ts";
import type { AnyOp } from "../ops/support.ts";

/** One kernel with the calls that the samples of its op make. */
export interface KernelCase {
  /** Name of the op. */
  readonly op: string;
  readonly kernel: ElementwiseKernel;
  readonly arity: 1 | 2 | 3;
  /** True if the first operand is a bool. */
  readonly conditional: boolean;
  /** Scalar parameters of the samples. */
  readonly scalars: readonly (readonly [number, number])[];
  /** Dtypes of a GPU that the op takes. */
  readonly dtypes: readonly DType[];
  /** The dtype of the result. */
  readonly output: (dtype: DType) => DType;
}

const GPU_DTYPES: readonly DType[] = ["float32", "int32", "uint8", "bool"];

/** What an op asks of a backend if it is elementwise: one call of one of three methods. */
function elementwiseCall(op: AnyOp): Pick<KernelCase, "kernel" | "arity"> | null {
  if (op.kind !== "kernel") return null;
  const calls: Pick<KernelCase, "kernel" | "arity">[] = [];
  const note = (arity: 1 | 2 | 3) => (kernel: ElementwiseKernel): void => {
    calls.push({ kernel, arity });
  };
  const spy = new Proxy({} as Backend, {
    get: (_, method) => {
      if (method === "unary") return note(1);
      if (method === "binary") return note(2);
      if (method === "ternary") return note(3);
      throw new TypeError(`${String(method)} is not elementwise`);
    },
  });
  const x = empty(backendOf("cpu"), [], "float32");
  try {
    op.run(spy, [x, x, x], [x], [0, 0]);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
  return calls.length === 1 ? calls[0] : null;
}

function caseOf(op: AnyOp): KernelCase | null {
  const call = elementwiseCall(op);
  if (call === null || op.kind !== "kernel") return null;
  const samples = op.samples();
  const conditional = samples[0].inputs[0].dtype === "bool" && call.arity === 3;
  const specOf = (dtype: DType) => {
    const operand = (k: number) => empty(backendOf("cpu"), [0], conditional && k === 0 ? "bool" : dtype);
    return op.shape(Array.from({ length: call.arity }, (_, k) => operand(k)), [0, 0]);
  };
  const output = (dtype: DType): DType => {
    const spec = specOf(dtype);
    return (Array.isArray(spec) ? spec[0] : spec).dtype;
  };
  const takes = (dtype: DType): boolean => {
    try {
      specOf(dtype);
      return true;
    } catch {
      return false;
    }
  };
  const scalars = new Map(samples.map(({ params }) => [JSON.stringify(params), params as readonly [number, number]]));
  return {
    op: op.name,
    ...call,
    conditional,
    scalars: [...scalars.values()],
    dtypes: GPU_DTYPES.filter(takes),
    output,
  };
}

/** All elementwise kernels. */
export const KERNEL_CASES: readonly KernelCase[] = opTable().map(caseOf).filter((found) => found !== null);
