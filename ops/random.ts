/**
 * Random tensors. Numbers come from Philox4x32-10 by seed and position, so they are the same on every host, backend and
 * number of threads.
 *
 * @module
 */
import { checkOptions, refused } from "../tensor/arguments.ts";
import { checkDType, type DType, isFloating } from "../tensor/dtype.ts";
import { engine } from "../tensor/engine.ts";
import { ArgumentError, DTypeError } from "../tensor/errors.ts";
import { defaultGenerator, Generator } from "../tensor/generator.ts";
import { drawBatched } from "../tensor/random_mode.ts";
import { checkShape, numelOf, type Shape } from "../tensor/shape.ts";
import { backendOf, freshTensor, type Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { lt } from "./compare.ts";
import { clamp } from "./extrema.ts";
import { fill_ } from "./inplace.ts";
import { convert, fromTyped, like } from "./tensor_data.ts";
import type { RandomOptions } from "./types.ts";

export { defaultGenerator, Generator, manualSeed } from "../tensor/generator.ts";

type Distribution = "uniform" | "normal" | "integer" | "bernoulli";

/** The generator that `op` was given, or the default one. */
function generatorOf(op: string, { generator = defaultGenerator() }: RandomOptions): Generator {
  if (generator instanceof Generator) return generator;
  throw refused(op, "a Generator", generator, "; make one with new Generator(seed)");
}

/** Fills a fresh tensor, one axis more for each vmap around that wants different numbers per sample. */
function draw(
  op: string,
  kind: Distribution,
  shape: Shape,
  dtype: DType,
  a: number,
  b: number,
  options: RandomOptions,
): Tensor {
  checkShape(op, shape);
  checkOptions(op, options, "generator");
  checkDType(op, dtype);
  const generator = generatorOf(op, options);
  const wordsPerElement = kind === "bernoulli" || (kind !== "integer" && dtype === "float32") ? 1 : 2;
  const drawn = drawBatched(op, [...shape], (full) => {
    const backend = backendOf(options.device);
    const out = freshTensor(backend, full, dtype, options.requiresGrad === true);
    const { seed, offset } = generator.take(numelOf(full) * wordsPerElement);
    backend.random(kind, out, seed, offset, a, b);
    return out;
  });
  return options.requiresGrad ? drawn.requiresGrad_() : drawn;
}

function floatingDType(op: string, dtype: DType): DType {
  if (!isFloating(dtype)) throw new DTypeError(`${op}: expected a floating-point dtype, got ${dtype}`);
  return dtype;
}

/**
 * Numbers distributed uniformly over [0, 1).
 *
 * ```ts
 * import { manualSeed, rand } from "@dualtape/dualtape";
 * import { assert } from "@std/assert";
 *
 * manualSeed(0);
 * const x = rand([100]);
 * assert(x.min().item() >= 0 && x.max().item() < 1);
 * ```
 */
export function rand(shape: Shape, options: RandomOptions = {}): Tensor {
  return draw("rand", "uniform", shape, floatingDType("rand", options.dtype ?? "float32"), 0, 1, options);
}

/**
 * Numbers of the standard normal distribution.
 *
 * ```ts
 * import { manualSeed, randn } from "@dualtape/dualtape";
 * import { assert } from "@std/assert";
 *
 * manualSeed(0);
 * const x = randn([1000]);
 * assert(Math.abs(x.mean().item()) < 0.2);
 * ```
 */
export function randn(shape: Shape, options: RandomOptions = {}): Tensor {
  return draw("randn", "normal", shape, floatingDType("randn", options.dtype ?? "float32"), 0, 1, options);
}

/** Numbers distributed uniformly over [0, 1), in the shape, dtype and device of `input`. */
export function randLike(input: Tensor, options: RandomOptions = {}): Tensor {
  return rand(input?.shape, { ...like("randLike", input, options), generator: options.generator });
}

/** Numbers of the standard normal distribution, in the shape, dtype and device of `input`. */
export function randnLike(input: Tensor, options: RandomOptions = {}): Tensor {
  return randn(input?.shape, { ...like("randnLike", input, options), generator: options.generator });
}

/** Integers distributed uniformly over [0, high), int32 unless a dtype is given. */
export function randint(high: number, shape: Shape, options?: RandomOptions): Tensor;
/** Integers distributed uniformly over [low, high), int32 unless a dtype is given. */
export function randint(low: number, high: number, shape: Shape, options?: RandomOptions): Tensor;
export function randint(first: number, ...rest: readonly (number | Shape | RandomOptions | undefined)[]): Tensor {
  const bounds = typeof rest[0] === "number" ? [first, rest[0]] : [0, first];
  // The overloads say what follows the bounds.
  const [shape, options = {}] = (typeof rest[0] === "number" ? rest.slice(1) : rest) as [Shape, RandomOptions?];
  const [low, high] = bounds;
  if (!Number.isInteger(low) || !Number.isInteger(high) || high <= low || high - low > 2 ** 32) {
    throw new ArgumentError(
      `randint: expected integers low < high at most 2^32 apart, got low ${low} and high ${high}`,
    );
  }
  const dtype = options.dtype ?? "int32";
  checkDType("randint", dtype);
  convert("randint", [low, high - 1], dtype);
  if (dtype === "bool" || dtype === "uint8") {
    const { requiresGrad: _, ...others } = options;
    return cast(draw("randint", "integer", shape, "int32", low, high, others), dtype);
  }
  return draw("randint", "integer", shape, dtype, low, high, options);
}

/** The integers 0 to n - 1 in random order, int32 unless a dtype is given. */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  checkShape("randperm", [n]);
  const generator = generatorOf("randperm", options);
  const dtype = options.dtype ?? "int32";
  checkDType("randperm", dtype);
  convert("randperm", [n], dtype);
  // Fisher and Yates (Knuth 3.4.2 P), on doubles with 53 random bits.
  const order = drawBatched("randperm", [n], (full) => {
    const uniform = backendOf("cpu");
    const numbers = freshTensor(uniform, full, "float64");
    const { seed, offset } = generator.take(2 * numbers.numel);
    uniform.random("uniform", numbers, seed, offset, 0, 1);
    return fromTyped(shuffledRows(numbers.dataSync(), n), full, "int32", { device: options.device });
  });
  const converted = cast(order, dtype);
  return options.requiresGrad ? converted.requiresGrad_() : converted;
}

/** A permutation of 0 to n - 1 for every n random numbers. */
function shuffledRows(uniform: ArrayLike<number>, n: number): Int32Array {
  const out = new Int32Array(uniform.length);
  for (let row = 0; row < out.length; row += n) {
    for (let i = 0; i < n; i++) out[row + i] = i;
    for (let i = n - 1; i > 0; i--) {
      const j = Math.floor(uniform[row + i] * (i + 1));
      [out[row + i], out[row + j]] = [out[row + j], out[row + i]];
    }
  }
  return out;
}

function checkProbability(op: string, p: number): void {
  if (!(p >= 0 && p <= 1)) throw new ArgumentError(`${op}: expected a probability in [0, 1], got ${p}`);
}

/** 1 with probability `p`, else 0, in a tensor of the given shape. */
export function bernoulli(p: number, shape: Shape, options?: RandomOptions): Tensor;
/** 1 with the probability that each element of `input` states, or with probability `p` for all; else 0. No gradient. */
export function bernoulli(input: Tensor, p?: number | null, options?: RandomOptions): Tensor;
export function bernoulli(
  input: Tensor | number,
  shape?: Shape | number | null,
  options: RandomOptions = {},
): Tensor {
  if (typeof input === "number") {
    checkProbability("bernoulli", input);
    const sizes = typeof shape === "object" && shape !== null ? shape : [];
    return draw("bernoulli", "bernoulli", sizes, options.dtype ?? "float32", input, 0, options);
  }
  const target = { ...like("bernoulli", input, options), generator: options.generator };
  if (typeof shape === "number") {
    checkProbability("bernoulli", shape);
    return draw("bernoulli", "bernoulli", input.shape, target.dtype, shape, 0, target);
  }
  const p = input.detach();
  // Values that cannot be looked at, in a batch or on a GPU, count as the nearest probability.
  if (p.level === null && p.storage.backend.readsAtOnce && !clamp(p, 0, 1).equal(p)) {
    throw new ArgumentError("bernoulli: expected probabilities in [0, 1], got others or NaN");
  }
  const uniform = rand(p.shape, { ...target, dtype: floatingDType("bernoulli", p.dtype), requiresGrad: false });
  const outcome = cast(lt(uniform, p), target.dtype);
  return target.requiresGrad ? outcome.requiresGrad_() : outcome;
}

/** Fills the tensor with numbers distributed uniformly over [from, to). */
export function uniform_(input: Tensor, from: number = 0, to: number = 1, options: RandomOptions = {}): Tensor {
  if (!(from <= to)) throw new ArgumentError(`uniform_: expected from <= to, got ${from} and ${to}`);
  return refill("uniform_", "uniform", input, from, to, options);
}

/** Fills the tensor with numbers of the normal distribution. */
export function normal_(input: Tensor, mean: number = 0, std: number = 1, options: RandomOptions = {}): Tensor {
  if (typeof mean !== "number" || !(std >= 0)) {
    throw new ArgumentError(`normal_: expected a number and a standard deviation of 0 or more, got ${mean} and ${std}`);
  }
  return refill("normal_", "normal", input, mean, std, options);
}

/** Fills the tensor with 1 with probability `p`, else 0. */
export function bernoulli_(input: Tensor, p: number = 0.5, options: RandomOptions = {}): Tensor {
  checkProbability("bernoulli_", p);
  return refill("bernoulli_", "bernoulli", input, p, 0, options);
}

function refill(op: string, kind: Distribution, input: Tensor, a: number, b: number, options: RandomOptions): Tensor {
  const dtype = kind === "bernoulli" ? input.dtype : floatingDType(op, input.dtype);
  // An empty interval, perhaps only in the dtype: the kernel would go below it.
  if (kind === "uniform" && (dtype === "float32" ? Math.fround(a) === Math.fround(b) : a === b)) return fill_(input, a);
  engine.write(
    op,
    input,
    draw(op, kind, input.shape, dtype, a, b, { generator: options.generator, device: input.device }),
  );
  return input;
}
