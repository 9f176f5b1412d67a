/**
 * What a GPU kernel states about itself, and the WGSL around its body.
 *
 * A program names its arrays. For an array `x` its body may use `x[position]`, `x_index(i)`, the position of the i-th
 * element in row-major order, and `x_at(i)`, that element; any strides are fine. Parameters are fields of `u`. The body
 * runs once per invocation and knows `group` (linear number of the workgroup), `lane` (number of the invocation in it)
 * and `id` (linear number of the invocation).
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { DType } from "../dtype.ts";
import { library } from "./library.ts";

/** A parameter of a program. */
export interface Scalar {
  readonly type: "u32" | "i32" | "f32";
  readonly value: number;
}

/** A non-negative integer below 2^32. */
export function u32(value: number): Scalar {
  return { type: "u32", value };
}

/** A signed integer of 32 bits. */
export function i32(value: number): Scalar {
  return { type: "i32", value };
}

/** A single-precision number. */
export function f32(value: number): Scalar {
  return { type: "f32", value };
}

/** One dispatch of a kernel. */
export interface Program {
  /** Name of the kernel and of every variant of its source, except for dtypes and strides of the arrays. */
  readonly key: string;
  /** What profiles call it. Default: the key. */
  readonly label?: string;
  /** Arrays that are only read. */
  readonly reads: Readonly<Record<string, ArrayRef>>;
  /** Arrays that are written, or read and written. */
  readonly writes: Readonly<Record<string, ArrayRef>>;
  /** Fields of `u`. */
  readonly uniforms?: Readonly<Record<string, Scalar>>;
  /** Number of workgroups; none runs nothing. */
  readonly groups: number;
  /** Invocations per workgroup. */
  readonly workgroupSize?: number;
  /** Constants, `var<workgroup>` and functions of the kernel. */
  readonly declarations?: () => string;
  /** Statements of `main`. */
  readonly body: () => string;
}

/** Invocations per workgroup where a program does not say. */
export const WORKGROUP_SIZE = 64;

/** WGSL's name for the elements of an array: bytes and bools are stored as `u32`. */
export function elementType(dtype: DType): "f32" | "i32" | "u32" {
  return dtype === "float32" ? "f32" : dtype === "int32" ? "i32" : "u32";
}

/** Axes of a window: those that can be walked as one are one. */
export interface Axes {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** The fewest axes that describe the window: none of length 1, neighbours in row-major order merged. */
export function collapse({ shape, strides }: Axes): Axes {
  const n: number[] = [];
  const s: number[] = [];
  for (let d = 0; d < shape.length; d++) {
    if (shape[d] === 1) continue;
    const last = n.length - 1;
    if (last >= 0 && s[last] === strides[d] * shape[d]) {
      n[last] *= shape[d];
      s[last] = strides[d];
    } else {
      n.push(shape[d]);
      s.push(strides[d]);
    }
  }
  return { shape: n, strides: s };
}

/** True if the elements of a window lie in row-major order without gaps, given the fewest axes that describe it. */
export function isGapless({ shape, strides }: Axes): boolean {
  return shape.length === 0 || (shape.length === 1 && strides[0] === 1);
}

/** An array of a program, bound under its name. */
interface Binding {
  readonly name: string;
  readonly array: ArrayRef;
  readonly axes: Axes;
  /** True if the elements lie in row-major order without gaps. */
  readonly isContiguous: boolean;
  readonly access: "read" | "read_write";
}

/** A program with its arrays looked at: what identifies its source, and what a dispatch passes. */
export interface Prepared {
  readonly program: Program;
  readonly key: string;
  readonly bindings: readonly Binding[];
}

/** Largest number of workgroups along one axis of a dispatch (WebGPU's default limit). */
const MAX_GROUPS = 65535;

/** The grid of a number of workgroups: as flat as the limit allows. */
export function gridOf(groups: number): [number, number] {
  if (groups <= MAX_GROUPS) return [groups, 1];
  const rows = Math.ceil(groups / MAX_GROUPS);
  return [Math.ceil(groups / rows), rows];
}

function bind(name: string, array: ArrayRef, access: Binding["access"]): Binding {
  const axes = collapse(array);
  return { name, array, axes, isContiguous: isGapless(axes), access };
}

/** Looks at the arrays of a program; `reads` stands for those that it only reads. */
export function prepare(program: Program, reads: Program["reads"]): Prepared {
  const bindings: Binding[] = [];
  let key = `${program.key}/${program.workgroupSize ?? WORKGROUP_SIZE}`;
  const add = (name: string, array: ArrayRef, access: Binding["access"]): void => {
    const binding = bind(name, array, access);
    key += `/${name}:${array.dtype}${binding.isContiguous ? "" : binding.axes.shape.length}`;
    bindings.push(binding);
  };
  for (const name in reads) add(name, reads[name], "read");
  for (const name in program.writes) add(name, program.writes[name], "read_write");
  return { program, key, bindings };
}

/** Calls `visit` for each field of `u`, in order. */
function forEachField(
  { program, bindings }: Prepared,
  visit: (name: string, type: Scalar["type"], value: number) => void,
): void {
  visit("groups", "u32", program.groups);
  for (const { name, array, axes, isContiguous } of bindings) {
    visit(`${name}_offset`, "u32", array.offset);
    if (isContiguous) continue;
    for (let d = 0; d < axes.shape.length; d++) {
      visit(`${name}_n${d}`, "u32", axes.shape[d]);
      visit(`${name}_s${d}`, "u32", axes.strides[d]);
    }
  }
  for (const name in program.uniforms) visit(name, program.uniforms[name].type, program.uniforms[name].value);
}

/** Bytes of the parameters of a prepared program. */
export function uniformBytes(prepared: Prepared): number {
  let count = 0;
  forEachField(prepared, () => count++);
  return Math.ceil(count / 4) * 16;
}

/** Writes the parameters of a prepared program, the bytes of its `Uniforms`, to `bytes` from `at` on. */
export function packUniforms(prepared: Prepared, bytes: DataView, at: number): void {
  forEachField(prepared, (_, type, value) => {
    if (type === "f32") bytes.setFloat32(at, value, true);
    else bytes.setInt32(at, value, true);
    at += 4;
  });
}

function indexFunction({ name, axes, isContiguous, array }: Binding): string {
  const element = elementType(array.dtype);
  const at = `fn ${name}_at(i: u32) -> ${element} { return ${name}[${name}_index(i)]; }`;
  if (isContiguous) return `fn ${name}_index(i: u32) -> u32 { return u.${name}_offset + i; }\n${at}`;
  const steps = axes.shape.map((_, d) =>
    d === 0
      ? `  position += rest * u.${name}_s0;`
      : `  position += (rest % u.${name}_n${d}) * u.${name}_s${d}; rest /= u.${name}_n${d};`
  );
  return `fn ${name}_index(i: u32) -> u32 {
  var rest = i;
  var position = u.${name}_offset;
${steps.reverse().join("\n")}
  return position;
}
${at}`;
}

/** The whole WGSL text of a prepared program. */
export function sourceOf(prepared: Prepared): string {
  const { program, bindings } = prepared;
  const fields: string[] = [];
  forEachField(prepared, (name, type) => fields.push(`  ${name}: ${type},`));
  const size = program.workgroupSize ?? WORKGROUP_SIZE;
  const own = `${program.declarations?.() ?? ""}
@compute @workgroup_size(${size})
fn main(
  @builtin(workgroup_id) workgroup_id: vec3<u32>,
  @builtin(num_workgroups) num_workgroups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let group = workgroup_id.x + workgroup_id.y * num_workgroups.x;
  if (group >= u.groups) { return; }
  let id = group * ${size}u + lane;
${program.body()}
}
`;
  return `struct Uniforms {
${fields.join("\n")}
}
@group(0) @binding(0) var<uniform> u: Uniforms;
${
    bindings.map(({ name, array, access }, i) =>
      `@group(0) @binding(${i + 1}) var<storage, ${access}> ${name}: array<${elementType(array.dtype)}>;`
    ).join("\n")
  }
${bindings.map(indexFunction).join("\n")}
${library(own)}
${own}`;
}
