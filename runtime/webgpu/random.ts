/**
 * Random numbers on a GPU: Philox4x32-10 (Salmon et al., SC 2011), the same words for the same seed and position as on the
 * CPU. One invocation makes the words of one or two blocks and maps them to its elements.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { RandomBackend } from "../backend.ts";
import type { Gpu } from "./gpu.ts";
import { elementType, f32, i32, type Scalar, u32, WORKGROUP_SIZE } from "./program.ts";

/** WGSL multiplies no 32-bit numbers into 64 bits: the upper half is put together from products of 16-bit halves. */
const PHILOX = `
fn upper_product(a: u32, b: u32) -> u32 {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let b0 = b & 0xffffu;
  let b1 = b >> 16u;
  let middle = a1 * b0 + ((a0 * b0) >> 16u);
  let other = a0 * b1 + (middle & 0xffffu);
  return a1 * b1 + (middle >> 16u) + (other >> 16u);
}
fn philox(number: u32) -> vec4<u32> {
  let low = u.block0 + number;
  var c = vec4<u32>(low, u.block1 + select(0u, 1u, low < number), 0u, 0u);
  var key = vec2<u32>(u.key0, u.key1);
  for (var round = 0; round < 10; round++) {
    c = vec4<u32>(
      upper_product(0xCD9E8D57u, c.z) ^ c.y ^ key.x,
      0xCD9E8D57u * c.z,
      upper_product(0xD2511F53u, c.x) ^ c.w ^ key.y,
      0xD2511F53u * c.x,
    );
    key += vec2<u32>(0x9E3779B9u, 0xBB67AE85u);
  }
  return c;
}`;

/**
 * Radius and angle of Box and Muller, "A note on the generation of random normal deviates", 1958. WGSL asks little of its
 * log near 1 and of sin and cos (absolute errors of 2^-21 and 2^-11), hence series: log m = 2 atanh((m - 1) / (m + 1)), and
 * Taylor's for an angle that is first brought within an eighth of a turn, exactly, as an integer.
 */
const BOX_MULLER = `
fn radius_of(word: u32) -> f32 {
  let parts = frexp((f32(word) + 1.0) * 0x1p-32);
  var m = parts.fract;
  var e = f32(parts.exp);
  if (m < 0.70710678) { m *= 2.0; e -= 1.0; }
  let s = (m - 1.0) / (m + 1.0);
  let t = s * s;
  let series = t * (1.0 / 3.0 + t * (1.0 / 5.0 + t * (1.0 / 7.0 + t * (1.0 / 9.0 + t / 11.0))));
  return sqrt(-2.0 * (e * 0.693147181 + 2.0 * (s + s * series)));
}
fn direction_of(word: u32) -> vec2<f32> {
  let turn = i32(word >> 8u);
  let quarter = (turn + 0x200000) >> 22u;
  let x = f32(turn - (quarter << 22u)) * (6.283185307179586 * 0x1p-24);
  let t = x * x;
  let c = 1.0 - t * (0.5 - t * (1.0 / 24.0 - t * (1.0 / 720.0 - t / 40320.0)));
  let s = x - x * t * (1.0 / 6.0 - t * (1.0 / 120.0 - t * (1.0 / 5040.0 - t / 362880.0)));
  let turned = select(vec2<f32>(c, s), vec2<f32>(-s, c), (quarter & 1) == 1);
  return select(turned, -turned, (quarter & 2) == 2);
}`;

/** The largest single-precision number below `x`. */
function below(x: number): number {
  const bytes = new DataView(new ArrayBuffer(4));
  bytes.setFloat32(0, x);
  const bits = bytes.getInt32(0);
  bytes.setInt32(0, (bits & 0x7fffffff) === 0 ? -0x7fffffff : bits + (bits < 0 ? 1 : -1));
  return bytes.getFloat32(0);
}

/** How a distribution maps words to elements. */
interface Mapping {
  /** Blocks of four words that one invocation makes. */
  readonly blocks: number;
  /** Elements that come out of them. */
  readonly elements: number;
  readonly uniforms: Readonly<Record<string, Scalar>>;
  readonly declarations: string;
  /** Statements that call `put(k, value)` for every element k of the invocation, from `words` (and `next`). */
  readonly body: string;
}

/** Calls `put` for each of the four lanes of a vector. */
function putLanes(vector: string, from: number): string {
  return [..."xyzw"].map((lane, k) => `  put(first + ${from + k}u, ${vector}.${lane});`).join("\n");
}

function uniform(a: number, b: number): Mapping {
  return {
    blocks: 1,
    elements: 4,
    uniforms: { origin: f32(a), scale: f32((Math.fround(b) - Math.fround(a)) * 2 ** -24), limit: f32(below(b)) },
    declarations: "",
    // Rounding may carry the sum up to b.
    body: `
  let sum = u.origin + vec4<f32>(words >> vec4<u32>(8u)) * u.scale;
  let value = select(sum, vec4<f32>(u.limit), vec4<f32>(u.limit) < sum);
${putLanes("value", 0)}`,
  };
}

function normal(mean: number, deviation: number): Mapping {
  const pairs = [..."xyzw"].map((lane, k) => `
  let radius${k} = u.deviation * radius_of(words.${lane});
  let direction${k} = direction_of(next.${lane});
  put(first + ${k}u, u.mean + radius${k} * direction${k}.x);
  put(first + ${k + 4}u, u.mean + radius${k} * direction${k}.y);`);
  return {
    blocks: 2,
    elements: 8,
    uniforms: { mean: f32(mean), deviation: f32(deviation) },
    declarations: BOX_MULLER,
    body: pairs.join(""),
  };
}

/** Integers in [a, b): the upper half of the product of 64 random bits with the range, which is at most 2^32. */
function integer(out: ArrayRef, a: number, b: number): Mapping {
  const isFloat = out.dtype === "float32";
  const whole = "integer(words.x, words.y)";
  const other = "integer(words.z, words.w)";
  return {
    blocks: 1,
    elements: 2,
    uniforms: { origin: isFloat ? f32(a) : i32(a), limit: f32(isFloat ? below(b) : 0), range: u32(b - a) },
    // A range of 2^32 arrives as 0.
    declarations: `
fn integer(low: u32, high: u32) -> u32 {
  if (u.range == 0u) { return high; }
  let sum = high * u.range + upper_product(low, u.range);
  return upper_product(high, u.range) + select(0u, 1u, sum < high * u.range);
}
fn placed(value: u32) -> ${elementType(out.dtype)} {
${
      isFloat
        ? "  let sum = u.origin + f32(value);\n  return select(sum, u.limit, u.limit < sum);"
        : "  return u.origin + i32(value);"
    }
}`,
    body: `
  put(first, placed(${whole}));
  put(first + 1u, placed(${other}));`,
  };
}

function bernoulli(out: ArrayRef, probability: number): Mapping {
  const threshold = Math.ceil(probability * 2 ** 32);
  const element = elementType(out.dtype);
  return {
    blocks: 1,
    elements: 4,
    uniforms: { threshold: u32(Math.min(threshold, 2 ** 32 - 1)), certain: u32(Number(threshold === 2 ** 32)) },
    declarations: "",
    body: `
  let chosen = (words < vec4<u32>(u.threshold)) | vec4<bool>(u.certain == 1u);
  let value = select(vec4<${element}>(${element}(0)), vec4<${element}>(${element}(1)), chosen);
${putLanes("value", 0)}`,
  };
}

/** See {@linkcode RandomBackend.random}. `offset` counts blocks of four words. */
function fillRandom(
  gpu: Gpu,
  kind: "uniform" | "normal" | "integer" | "bernoulli",
  out: ArrayRef,
  seed: number,
  offset: number,
  a: number,
  b: number,
): void {
  const mappings = {
    uniform: () => uniform(a, b),
    normal: () => normal(a, b),
    integer: () => integer(out, a, b),
    bernoulli: () => bernoulli(out, a),
  };
  const { blocks, elements, uniforms, declarations, body } = mappings[kind]();
  gpu.run({
    key: `random ${kind}`,
    reads: {},
    writes: { out },
    uniforms: {
      n: u32(out.numel),
      key0: u32(seed),
      key1: u32(Math.floor(seed / 2 ** 32)),
      block0: u32(offset),
      block1: u32(Math.floor(offset / 2 ** 32)),
      ...uniforms,
    },
    groups: Math.ceil(out.numel / (elements * WORKGROUP_SIZE)),
    declarations: () =>
      `${PHILOX}
fn put(i: u32, value: ${elementType(out.dtype)}) { if (i < u.n) { out[out_index(i)] = value; } }
${declarations}`,
    body: () => `
  let first = id * ${elements}u;
  if (first >= u.n) { return; }
  let words = philox(id * ${blocks}u);
${blocks === 2 ? "  let next = philox(id * 2u + 1u);" : ""}
${body}`,
  });
}

/** Random numbers on a GPU. */
export function randomFamily(gpu: Gpu): RandomBackend {
  return {
    random: (kind, out, seed, offset, a, b) => fillRandom(gpu, kind, out, seed, offset, a, b),
  };
}
