/**
 * What is asked of ops on the GPU: how close they come, and which refuse.
 *
 * @module
 */
import type { DType } from "../../tensor/dtype.ts";

/** Ops whose meaning depends on the strides of their input, so that only contiguous inputs can be compared. */
export const CONTIGUOUS_ONLY: ReadonlySet<string> = new Set(["view", "asStrided"]);

/** Ops that need their numbers on the CPU, and what their error says: the name under which they are called. */
export const HOST_ONLY: ReadonlyMap<string, string> = new Map([
  // Shapes that depend on numbers.
  ["nonzero", "nonzero"],
  ["nonzeroPositions", "nonzero"],
  ["repeatIndex", "repeatInterleave"],
  // Leaving the device takes time.
  ["move", "to"],
  // Decompositions work in double precision, which WGSL lacks.
  ["cholesky", "cholesky"],
  ["cofactor", "cofactor"],
  ["cofactorAlong", "cofactorAlong"],
  ["det", "det"],
  ["eigh", "eigh"],
  ["inv", "inv"],
  ["lu", "lu"],
  ["matrixExp", "matrixExp"],
  ["pinv", "pinv"],
  ["qr", "qr"],
  ["slogdet", "slogdet"],
  ["solve", "solve"],
  ["solveTriangular", "solveTriangular"],
  ["svd", "svd"],
]);

/** Agreement |a - b| <= tolerance (1 + |b|) that is asked of an op where 2e-5 is too much to ask of a GPU. */
const TOLERANCES: Readonly<Record<string, number>> = {};

/** The agreement that is asked of an output of an op. */
export function toleranceOf(op: string, dtype: DType): number {
  return dtype === "float32" ? TOLERANCES[op] ?? 2e-5 : 0;
}
