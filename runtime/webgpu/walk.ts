/**
 * Arrays seen as rows: the axes that number the rows, and those that number the elements of a row.
 *
 * A program binds the storage of such an array with {@linkcode flat} and finds elements with two generated functions, so
 * that what belongs to the row is computed once per row.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import { type Axes, collapse, type Scalar, u32 } from "./program.ts";

/** The window of an array, without its elements. */
export interface Window {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** Rows of equal length. */
export interface Rows {
  /** Axes that number the rows, row-major. */
  readonly kept: Axes;
  /** Axes that number the elements of a row, row-major. */
  readonly line: Axes;
  /** Number of rows. */
  readonly count: number;
  /** Elements of a row. */
  readonly length: number;
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

function pick({ shape, strides }: Window, dims: readonly number[]): Axes {
  return collapse({ shape: dims.map((d) => shape[d]), strides: dims.map((d) => strides[d]) });
}

/** `x` as rows over the axes `dims`, whose order is that of the elements. Without axes there is a row of one element. */
export function rowsOver(x: Window, dims: readonly number[]): Rows {
  const others = x.shape.map((_, d) => d).filter((d) => !dims.includes(d));
  const own = dims.filter((d) => d < x.shape.length);
  const sizes = (picked: readonly number[]) => sizeOf(picked.map((d) => x.shape[d]));
  return { kept: pick(x, others), line: pick(x, own), count: sizes(others), length: sizes(own) };
}

/** The storage of `x` from its offset on, for programs that compute positions themselves. */
export function flat({ dtype, offset, numel, storage }: ArrayRef): ArrayRef {
  return { dtype, shape: [numel], strides: [1], offset, numel, storage };
}

/** A WGSL function from row-major numbers of elements to positions, and what it needs. */
export interface Walk {
  /** What tells its text from that of others of the same name. */
  readonly key: string;
  readonly uniforms: Readonly<Record<string, Scalar>>;
  readonly declaration: string;
}

/** `fn name(i: u32) -> u32`: the position of the i-th element of `axes`, relative to the first. */
export function walk(name: string, { shape, strides }: Axes): Walk {
  if (shape.length === 1 && strides[0] === 1) {
    return { key: `${name}c`, uniforms: {}, declaration: `fn ${name}(i: u32) -> u32 { return i; }` };
  }
  const uniforms: Record<string, Scalar> = {};
  const steps = shape.map((n, d) => {
    uniforms[`${name}_s${d}`] = u32(strides[d]);
    if (d === 0) return `  position += rest * u.${name}_s0;`;
    uniforms[`${name}_n${d}`] = u32(n);
    return `  position += (rest % u.${name}_n${d}) * u.${name}_s${d}; rest /= u.${name}_n${d};`;
  });
  const declaration = `fn ${name}(i: u32) -> u32 {
  var rest = i;
  var position = 0u;
${steps.reverse().join("\n")}
  return position;
}`;
  return { key: `${name}${shape.length}`, uniforms, declaration };
}

/** The functions `name_row` and `name_step`, whose sum is the position of an element of a row. */
export function walkRows(name: string, { kept, line }: Rows): Walk {
  const [row, step] = [walk(`${name}_row`, kept), walk(`${name}_step`, line)];
  return {
    key: `${row.key} ${step.key}`,
    uniforms: { ...row.uniforms, ...step.uniforms },
    declaration: `${row.declaration}\n${step.declaration}`,
  };
}

/** Fewest neighbours that are worth reading side by side: half a sector of memory. */
const LEAST_NEIGHBOURS = 4;

/** True if neighbours in memory belong to neighbouring rows, of which there are enough to read them side by side. */
export function liesInColumns({ kept, line }: Rows): boolean {
  const nearest = kept.strides.at(-1);
  return nearest !== undefined && kept.shape[kept.shape.length - 1] >= LEAST_NEIGHBOURS &&
    nearest < (line.strides.at(-1) ?? Infinity);
}
