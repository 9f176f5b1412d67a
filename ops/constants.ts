/**
 * Constants that the op rows share. They stand apart from the families because rows and families import each other, and
 * only what is evaluated first may be used while modules load.
 *
 * @module
 */
import type { DType } from "../tensor/dtype.ts";
import type { Saves } from "../tensor/op.ts";

/** float32 and float64. */
export const FLOATS: readonly DType[] = ["float32", "float64"];
/** Floats and int32. */
export const NUMBERS: readonly DType[] = ["float32", "float64", "int32"];
/** Floats, int32 and uint8. */
export const REALS: readonly DType[] = ["float32", "float64", "int32", "uint8"];
/** Every dtype. */
export const ALL_DTYPES: readonly DType[] = ["float32", "float64", "int32", "uint8", "bool"];

/** The two scalar parameters of an elementwise kernel. */
export type Scalars = readonly [number, number];

/** For kernels without parameters. */
export const NO_SCALARS: Scalars = [0, 0];

/** The derivative reads the first input. */
export const SAVES_INPUT: Saves = { inputs: [0], outputs: [] };
/** The derivative reads the first output. */
export const SAVES_OUTPUT: Saves = { inputs: [], outputs: [0] };
/** The derivative reads all inputs. */
export const SAVES_INPUTS: Saves = { inputs: "all", outputs: [] };
