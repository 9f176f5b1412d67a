/**
 * Matrix products on a GPU.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { MatmulBackend } from "../backend.ts";
import { BackendError } from "../errors.ts";
import { gemm } from "./gemm.ts";
import type { Operand } from "./gemm_problem.ts";
import type { Gpu } from "./gpu.ts";
import { u32 } from "./program.ts";

/** One axis of a matrix. */
interface Axis {
  readonly size: number;
  readonly step: number;
}

function axisOf(x: ArrayRef, axis: number): Axis {
  return { size: x.shape.at(axis)!, step: x.strides.at(axis)! };
}

/** The matrices of `x`; the first of one begins at `a_base` or `b_base`. */
function matrixOperand(name: "a" | "b", x: ArrayRef, outer: Axis, inner: Axis): Operand {
  const along = inner.step === 1 && (outer.step !== 1 || outer.size === 1) ? "inner" : "outer";
  const [run, across] = along === "inner" ? [inner, outer] : [outer, inner];
  const comesInFours = run.step === 1 && run.size % 4 === 0 && x.offset % 4 === 0 &&
    (across.size === 1 || across.step % 4 === 0) && x.strides.slice(0, -2).every((step) => step % 4 === 0);
  return {
    outer: (id, index) => `  let ${id} = ${name}_base + ${index} * u.${name}_outer;`,
    inner: (id, index) => `  let ${id} = ${index} * u.${name}_inner;`,
    element: (o, i) => `${name}[${o} + ${i}]`,
    along,
    vector: comesInFours ? (o, i) => `${name}4[(${o} + ${i}) / 4u]` : null,
  };
}

function matmul(gpu: Gpu, a: ArrayRef, b: ArrayRef, out: ArrayRef, bias: ArrayRef | null, accumulate: boolean): void {
  if (out.dtype === "uint8" || out.dtype === "bool") {
    throw new BackendError(`matmul: expected float32 or int32 on webgpu, got ${out.dtype}; convert with int()`);
  }
  const [rows, sum, columns] = [axisOf(a, -2), axisOf(a, -1), axisOf(b, -1)];
  const bSum = axisOf(b, -2);
  const [m, k, n] = [rows.size, sum.size, columns.size];
  const aMatrix = matrixOperand("a", a, rows, sum);
  const bMatrix = matrixOperand("b", b, columns, bSum);
  const variant = ({ along, vector }: Operand): string => `${along}${vector === null ? "" : "4"}`;
  gemm(gpu, {
    label: "matmul",
    key: `matmul ${variant(aMatrix)} ${variant(bMatrix)}`,
    m,
    n,
    k,
    batches: m * n === 0 ? 0 : out.numel / (m * n),
    a: aMatrix,
    b: bMatrix,
    reads: bias === null ? { a, b } : { a, b, bias },
    out,
    target: {
      row: (i) => `u.out_offset + (batch * u.m + ${i}) * u.n`,
      column: (j) => j,
      isVector: n % 4 === 0 && out.offset % 4 === 0,
      bias: bias === null ? null : (_, j) => `bias_at(${j})`,
      accumulate,
    },
    uniforms: {
      a_outer: u32(rows.step),
      a_inner: u32(sum.step),
      b_outer: u32(columns.step),
      b_inner: u32(bSum.step),
    },
    declarations: "",
    setup: `  let a_base = a_index(batch * u.m * u.k);
  let b_base = b_index(batch * u.k * u.n);`,
  });
}

/** Matrix products of float32 and int32. */
export function matmulFamily(gpu: Gpu): MatmulBackend {
  return { matmul: (a, b, out, bias, accumulate) => matmul(gpu, a, b, out, bias, accumulate) };
}
