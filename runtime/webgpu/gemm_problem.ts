/**
 * What the kernels of matrix products are told, and the end that they share.
 *
 * Where the elements of an operand come from is up to the caller, so the same kernels multiply matrices of any strides
 * and convolve without a buffer of unfolded windows. An operand has an outer axis (rows of the result for `a`, columns
 * for `b`) and an inner one, over which the products are summed.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { Gpu } from "./gpu.ts";
import { elementType, type Scalar, u32, WORKGROUP_SIZE } from "./program.ts";

/** Where elements come from. All texts are WGSL; `id` is the name of what is defined, an index is a `u32`. */
export interface Operand {
  /** Statements that define `id`, what elements of one outer index share. */
  outer(id: string, index: string): string;
  /** Statements that define `id`, what elements of one inner index share. */
  inner(id: string, index: string): string;
  /** The element at what `outer` and `inner` defined. */
  element(outer: string, inner: string): string;
  /** The axis along which neighbours lie side by side in memory. */
  readonly along: "outer" | "inner";
  /** Four neighbours as one vector, or null where they are not aligned to 16 bytes or do not come in fours. */
  readonly vector: ((outer: string, inner: string) => string) | null;
}

/** Where the elements of the result go. */
export interface Target {
  /** Position in `out` of the element in row `i` and column `j`: the sum of what both contribute. */
  row(i: string): string;
  column(j: string): string;
  /** True if the columns of a row lie side by side in `out`, in fours that are aligned to 16 bytes. */
  readonly isVector: boolean;
  /** What is added to the element in row `i` and column `j`, or null. */
  readonly bias: ((i: string, j: string) => string) | null;
  /** Add to what `out` holds. */
  readonly accumulate: boolean;
}

/** A batch of products `out = a b (+ bias)`. Texts may use `batch`, the number of the product, and `u.m`, `u.n`, `u.k`. */
export interface Gemm {
  /** What profiles call it. */
  readonly label: string;
  /** Name of the kernel and of every variant of its texts. */
  readonly key: string;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Number of products. */
  readonly batches: number;
  readonly a: Operand;
  readonly b: Operand;
  /** Arrays that the operands and the bias read. Those that are read as vectors come under the names `a` and `b`. */
  readonly reads: Readonly<Record<string, ArrayRef>>;
  readonly out: ArrayRef;
  readonly target: Target;
  readonly uniforms: Readonly<Record<string, Scalar>>;
  readonly declarations: string;
  /** Statements that define what the elements of one product share. */
  readonly setup: string;
}

/** How the sums of a product are cut, so that a few long ones keep a GPU busy. */
export interface Split {
  /** Number of parts. */
  readonly parts: number;
  /** Products in one part. */
  readonly length: number;
}

/** Cuts a sum of `k` products into about `parts`, whose length is a multiple of `step`. */
export function splitOf(k: number, parts: number, step: number): Split {
  const length = Math.max(1, Math.ceil(k / parts / step)) * step;
  return { parts: Math.max(1, Math.ceil(k / length)), length };
}

/** The numbers from 0 up to `n`. */
export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/**
 * `a4`, `b4` and `out4`: second variables on the bindings of the arrays, which hold vectors. WGSL lets two variables share
 * a binding where an entry point uses one of them.
 */
export function vectorViews(problem: Gemm, target: Target): string {
  const type = elementType(problem.out.dtype);
  const names = Object.keys(problem.reads);
  const view = (name: string, binding: number, access: string): string =>
    `@group(0) @binding(${binding}) var<storage, ${access}> ${name}4: array<vec4<${type}>>;`;
  const lines = (["a", "b"] as const).filter((name) => problem[name].vector !== null)
    .map((name) => view(name, 1 + names.indexOf(name), "read"));
  if (target.isVector) lines.push(view("out", 1 + names.length, "read_write"));
  return lines.join("\n");
}

/** What a target contributes to the key of a kernel. */
export function targetKey({ isVector, bias, accumulate }: Target): string {
  return `${isVector ? " vector" : ""}${bias === null ? "" : " bias"}${accumulate ? " accumulate" : ""}`;
}

/** The parameters of every kernel of products, and those of the problem. */
export function gemmUniforms({ m, n, k, batches, uniforms }: Gemm): Record<string, Scalar> {
  return { m: u32(m), n: u32(n), k: u32(k), batches: u32(batches), ...uniforms };
}

/** Sums that are not whole yet: one matrix per part and product, in which `product` numbers both. */
const PARTIAL: Target = {
  row: (i) => `(product * u.m + ${i}) * u.n`,
  column: (j) => j,
  isVector: false,
  bias: null,
  accumulate: false,
};

/**
 * Runs `kernel` once, or, where the sums are cut, into a temporary array, from which the parts are then added in order:
 * the bits do not depend on which workgroup was faster.
 */
export function withSplit(
  gpu: Gpu,
  problem: Gemm,
  { parts: count }: Split,
  kernel: (out: ArrayRef, target: Target) => void,
): void {
  const { m, n, batches, out, target, reads } = problem;
  if (count === 1) return kernel(out, target);
  const total = batches * m * n;
  const parts = gpu.scratch([count, total], out.dtype);
  kernel(parts, { ...PARTIAL, isVector: n % 4 === 0 });
  gpu.run({
    key: `sum of parts ${problem.key}${targetKey(target)}`,
    label: problem.label,
    reads: { ...reads, parts },
    writes: { out },
    uniforms: { ...gemmUniforms(problem), total: u32(total), parts_count: u32(count) },
    groups: Math.ceil(total / WORKGROUP_SIZE),
    declarations: () => problem.declarations,
    body: () =>
      `  if (id >= u.total) { return; }
  let j = id % u.n;
  let i = id / u.n % u.m;
  let batch = id / (u.n * u.m);
${problem.setup}
  var sum = parts[id];
  for (var part = 1u; part < u.parts_count; part++) { sum += parts[part * u.total + id]; }
  let at = ${target.row("i")} + ${target.column("j")};
  out[at] = ${target.accumulate ? "out[at] + " : ""}sum${target.bias === null ? "" : ` + ${target.bias("i", "j")}`};`,
  });
  parts.storage.release();
}
