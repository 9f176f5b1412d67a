/**
 * Elementwise ops, generated from their own expressions; neighbours of one shape run as one kernel.
 *
 * An op is not recorded at once but joins a chain. The chain is recorded when something else needs the stream. What it
 * computes is written for those results only that somebody still holds by then.
 *
 * The results have the same bits as those of the ops one by one. WGSL lets a compiler reassociate, so that it would find
 * x in (x + y) - y; what goes from one op to the next therefore passes an exclusive or with 0, of which the compiler does
 * not know that it is 0.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { ElementwiseBackend, ElementwiseKernel } from "../backend.ts";
import type { DType } from "../dtype.ts";
import type { Gpu, PendingWork } from "./gpu.ts";
import { typed } from "./library.ts";
import { elementType, f32, i32, type Scalar, u32, WORKGROUP_SIZE } from "./program.ts";
import { type GpuStorage, storageOf } from "./storage.ts";

/** Ops that one kernel may hold. */
const CHAIN_LIMIT = 24;

/** Arrays that one kernel may bind: WebGPU's least maximum. */
const ARRAY_LIMIT = 8;

/** What one op computes: its name for profiles and its WGSL expression. */
export type Formula = Pick<ElementwiseKernel, "name" | "wgsl">;

/** The operand, as it is. */
export const COPY: Formula = { name: "copy", wgsl: "a" };

/** All elements `p0`. */
export const FILL: Formula = { name: "fill", wgsl: "p0" };

/** WGSL type in which elements of a dtype are computed: bytes and bools as signed integers. */
function computeType(dtype: DType): "f32" | "i32" {
  return dtype === "float32" ? "f32" : "i32";
}

/** An operand of a node: the result of an earlier one, an array of the chain, or a number. */
type Operand = { readonly node: number } | { readonly array: number } | { readonly constant: number };

interface Node {
  readonly formula: Formula;
  readonly operands: readonly Operand[];
  readonly dtypes: readonly DType[];
  readonly out: ArrayRef;
  readonly scalars: readonly [number, number];
}

function sameWindow(a: ArrayRef, b: ArrayRef): boolean {
  return a.storage === b.storage && a.offset === b.offset && a.dtype === b.dtype &&
    a.shape.length === b.shape.length && a.strides.every((s, d) => s === b.strides[d] || a.shape[d] === 1);
}

/** `x` seen in `shape`: axes that it lacks or has once have stride 0. */
function broadcastTo(x: ArrayRef, shape: readonly number[]): ArrayRef {
  const missing = shape.length - x.shape.length;
  const strides = shape.map((n, d) => d < missing || x.shape[d - missing] !== n ? 0 : x.strides[d - missing]);
  return {
    dtype: x.dtype,
    shape,
    strides,
    offset: x.offset,
    numel: shape.reduce((a, b) => a * b, 1),
    storage: x.storage,
  };
}

/** Ops of one shape that wait to become one kernel. */
class Chain implements PendingWork {
  readonly #gpu: Gpu;
  readonly shape: readonly number[];
  readonly #nodes: Node[] = [];
  /** What is read from memory. */
  readonly #arrays: ArrayRef[] = [];
  /** The node whose result each storage holds at last. */
  readonly #results = new Map<GpuStorage, number>();

  constructor(gpu: Gpu, shape: readonly number[]) {
    this.#gpu = gpu;
    this.shape = shape;
  }

  needs(storage: GpuStorage): boolean {
    return this.#results.has(storage) || this.#arrays.some((array) => array.storage === storage);
  }

  /** Adds an op; false, with nothing changed, when it cannot be computed together with the others. */
  add(formula: Formula, inputs: readonly ArrayRef[], out: ArrayRef, scalars: readonly [number, number]): boolean {
    if (this.#nodes.length === CHAIN_LIMIT) return false;
    const fresh: ArrayRef[] = [];
    const operands: Operand[] = [];
    for (const input of inputs) {
      const result = this.#results.get(storageOf(input));
      if (result !== undefined) {
        if (!sameWindow(input, this.#nodes[result].out)) return false;
        operands.push({ node: result });
        continue;
      }
      const { constant } = storageOf(input);
      if (constant !== null) {
        operands.push({ constant: constant.value });
        continue;
      }
      const arrays = [...this.#arrays, ...fresh];
      const known = arrays.findIndex((array) => sameWindow(array, input));
      if (known < 0) fresh.push(input);
      operands.push({ array: known < 0 ? arrays.length : known });
    }
    const target = storageOf(out);
    // An element is read before it is written only if both are at one place.
    const isOverwritten = [...this.#arrays, ...fresh].some((x) => x.storage === target && !sameWindow(x, out));
    const earlier = this.#results.get(target);
    if (isOverwritten || (earlier !== undefined && !sameWindow(this.#nodes[earlier].out, out))) return false;
    let written = earlier === undefined ? 1 : 0;
    for (const storage of this.#results.keys()) if (!storage.freed) written++;
    if (this.#arrays.length + fresh.length + written > ARRAY_LIMIT) return false;
    this.#arrays.push(...fresh);
    // Memory that nobody wrote has no buffer yet, and could get none once it is freed.
    for (const array of fresh) this.#gpu.materialise(storageOf(array));
    this.#results.set(target, this.#nodes.length);
    target.overwrite();
    this.#nodes.push({ formula, operands, dtypes: inputs.map((x) => x.dtype), out, scalars });
    return true;
  }

  emit(): void {
    const results = [...this.#results].filter(([storage]) => !storage.freed);
    const reads: Record<string, ArrayRef> = {};
    const writes: Record<string, ArrayRef> = {};
    const places: string[] = [];
    results.forEach(([, node], i) => writes[`y${i}`] = this.#nodes[node].out);
    this.#arrays.forEach((array, i) => {
      // An array that is overwritten is bound once, as the result.
      const same = results.findIndex(([storage]) => storage === array.storage);
      if (same < 0) reads[`x${i}`] = array;
      places.push(same < 0 ? `x${i}` : `y${same}`);
    });
    if (results.length > 0) {
      this.#gpu.run({
        key: this.#key(places, results),
        label: this.#nodes.map(({ formula }) => formula.name).join(", "),
        reads,
        writes,
        uniforms: this.#uniforms(),
        groups: Math.ceil(this.#nodes[0].out.numel / WORKGROUP_SIZE),
        declarations: () => this.#declarations(),
        body: () => this.#body(places, results),
      });
    }
    for (const storage of new Set([...this.#arrays.map(storageOf), ...this.#results.keys()])) {
      if (storage.freed) storage.drop();
    }
  }

  #key(places: readonly string[], results: readonly (readonly [GpuStorage, number])[]): string {
    const nodes = this.#nodes.map(({ formula, operands, dtypes, out }) => {
      const names = operands.map((x) => "node" in x ? `v${x.node}` : "array" in x ? places[x.array] : "c");
      return `${formula.wgsl}(${names.join()} ${dtypes.join()}):${out.dtype}`;
    });
    return `chain ${nodes.join(";")} to ${results.map(([, node]) => node).join()}`;
  }

  #uniforms(): Record<string, Scalar> {
    const uniforms: Record<string, Scalar> = { n: u32(this.#nodes[0].out.numel), zero: u32(0) };
    this.#nodes.forEach(({ scalars, operands, dtypes, out }, i) => {
      operands.forEach((x, k) => {
        if ("constant" in x) uniforms[`c${i}_${k}`] = (computeType(dtypes[k]) === "f32" ? f32 : i32)(x.constant);
      });
      const scalar = computeType(dtypes.at(-1) ?? out.dtype) === "f32" ? f32 : i32;
      uniforms[`p${i}_0`] = scalar(scalars[0]);
      uniforms[`p${i}_1`] = scalar(scalars[1]);
    });
    return uniforms;
  }

  #declarations(): string {
    return this.#nodes.map(({ formula, dtypes, out }, i) => {
      const type = computeType(dtypes.at(-1) ?? out.dtype);
      const parameters = dtypes.map((dtype, k) => `${"abc"[k]}: ${computeType(dtype)}, `).join("");
      const value = typed(formula.wgsl, type);
      const result = computeType(out.dtype);
      return `fn f${i}(${parameters}p0: ${type}, p1: ${type}) -> ${result} { return ${
        out.dtype === "uint8" ? `${result}(${value}) & 255` : `${result}(${value})`
      }; }`;
    }).join("\n");
  }

  /** The result of a node as an operand of others. */
  #settled(node: number): string {
    return this.#nodes[node].out.dtype === "float32" ? `bitcast<f32>(bitcast<u32>(v${node}) ^ u.zero)` : `v${node}`;
  }

  #body(places: readonly string[], results: readonly (readonly [GpuStorage, number])[]): string {
    const lines = ["  if (id >= u.n) { return; }"];
    this.#arrays.forEach(({ dtype }, i) => lines.push(`  let a${i} = ${computeType(dtype)}(${places[i]}_at(id));`));
    this.#nodes.forEach(({ operands }, i) => {
      const values = operands.map((x, k) =>
        "node" in x ? this.#settled(x.node) : "array" in x ? `a${x.array}` : `u.c${i}_${k}`
      );
      lines.push(`  let v${i} = f${i}(${[...values, `u.p${i}_0`, `u.p${i}_1`].join(", ")});`);
    });
    results.forEach(([, node], i) => {
      lines.push(`  y${i}[y${i}_index(id)] = ${elementType(this.#nodes[node].out.dtype)}(v${node});`);
    });
    return lines.join("\n");
  }
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, d) => n === b[d]);
}

/** Lets an elementwise op join the chain that waits, or begin a new one. Inputs broadcast to the shape of `out`. */
export function enqueue(
  gpu: Gpu,
  formula: Formula,
  inputs: readonly ArrayRef[],
  out: ArrayRef,
  p0: number = 0,
  p1: number = 0,
): void {
  if (out.numel === 0) return;
  const target = storageOf(out);
  if (target.constant !== null && 4 * out.numel < target.byteLength) {
    // The rest of the storage keeps its value.
    gpu.emitPending();
    gpu.materialise(target);
  }
  const operands = inputs.map((x) => broadcastTo(x, out.shape));
  const { pending } = gpu;
  if (
    pending instanceof Chain && sameShape(pending.shape, out.shape) && pending.add(formula, operands, out, [p0, p1])
  ) {
    return;
  }
  gpu.emitPending();
  const chain = new Chain(gpu, out.shape);
  if (!chain.add(formula, operands, out, [p0, p1])) {
    // An operand lies in the storage of the result at another place: it is read from a copy.
    const copies = operands.map((x) => x.storage === out.storage && !sameWindow(x, out) ? contiguousCopy(gpu, x) : x);
    gpu.emitPending();
    chain.add(formula, copies, out, [p0, p1]);
    gpu.pending = chain;
    copies.forEach((copy, i) => copy !== operands[i] && copy.storage.release());
    return;
  }
  gpu.pending = chain;
}

/** The elements of `x` in row-major order in fresh memory; release its storage when what reads it is recorded. */
export function contiguousCopy(gpu: Gpu, x: ArrayRef): ArrayRef {
  const copy = gpu.scratch(x.shape, x.dtype);
  enqueue(gpu, COPY, [x], copy);
  return copy;
}

/** Elementwise maps on a GPU. */
export function elementwiseFamily(gpu: Gpu): ElementwiseBackend {
  return {
    unary: (kernel, x, out, p0, p1) => enqueue(gpu, kernel, [x], out, p0, p1),
    binary: (kernel, a, b, out, p0, p1) => enqueue(gpu, kernel, [a, b], out, p0, p1),
    ternary: (kernel, a, b, c, out, p0, p1) => enqueue(gpu, kernel, [a, b, c], out, p0, p1),
  };
}
