/**
 * What the examples print: a number from here beside the same number from elsewhere. A program in which two of them differ
 * ends with exit code 1.
 *
 * @module
 */
import { Tensor } from "../mod.ts";

/** A number, a tensor, or several of them. */
type Values = number | Tensor | readonly Values[];

/** The numbers of `values` in order. */
function flatten(values: Values): number[] {
  if (typeof values === "number") return [values];
  if (values instanceof Tensor) return Array.from(values.detach().dataSync());
  return values.flatMap(flatten);
}

/** True if all tensors in `values` have double precision; plain numbers have it. */
function isDouble(values: Values): boolean {
  if (typeof values === "number") return true;
  return values instanceof Tensor ? values.dtype === "float64" : values.every(isDouble);
}

/** The first few numbers. */
function show(numbers: readonly number[]): string {
  const shown = numbers.slice(0, 3).map((x) => String(Number(x.toPrecision(5))));
  return `[${shown.join(", ")}${numbers.length > shown.length ? `, ... ${numbers.length}` : ""}]`;
}

function print(isRight: boolean, text: string): void {
  console.log(`${isRight ? "ok       " : "DIFFERENT"} ${text}`);
  if (!isRight) Deno.exitCode = 1;
}

/** Prints a heading. */
export function section(title: string): void {
  console.log(`\n${title}`);
}

/**
 * Compares numbers from two sources: they must be as many, and no further apart than `tolerance` times the largest of the
 * expected ones.
 *
 * @param tolerance Default: 1e-10, or 1e-5 where one side has single precision.
 */
export function compare(what: string, actual: Values, expected: Values, tolerance?: number): void {
  const [a, e] = [flatten(actual), flatten(expected)];
  const allowed = tolerance ?? (isDouble([actual, expected]) ? 1e-10 : 1e-5);
  const scale = e.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0) || 1;
  const distance = a.reduce((largest, x, i) => Math.max(largest, Math.abs(x - e[i])), 0) / scale;
  const isRight = a.length === e.length && distance <= allowed;
  print(isRight, `${what}: ${show(a)} and ${show(e)}, ${distance.toExponential(1)} apart`);
}

/** Compares what has no tolerance: words, truth values, shapes, counts. */
export function expect(what: string, actual: unknown, expected: unknown): void {
  const [a, e] = [JSON.stringify(actual), JSON.stringify(expected)];
  print(a === e, a === e ? `${what}: ${a}` : `${what}: ${a}, expected ${e}`);
}

/** Runs what must fail, and prints the first line of the error, which must contain `text`. */
export function expectError(what: string, fn: () => unknown, text: string): void {
  try {
    fn();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [firstLine] = message.split("\n");
    print(message.includes(text), `${what}: ${firstLine}`);
    return;
  }
  print(false, `${what}: no error, expected one with "${text}"`);
}

/** Shortest time of a few runs of each function, in milliseconds; the runs take turns. */
function shortestTimes(functions: readonly (() => unknown)[], runs: number = 5): number[] {
  const times = functions.map(() => Infinity);
  for (let run = 0; run < runs; run++) {
    functions.forEach((fn, i) => {
      const start = performance.now();
      fn();
      times[i] = Math.min(times[i], performance.now() - start);
    });
  }
  return times;
}

/** Prints how long each function takes beside the first one. Nothing is compared: times are the machine's. */
export function printTimes(functions: Readonly<Record<string, () => unknown>>): void {
  const names = Object.keys(functions);
  const times = shortestTimes(Object.values(functions));
  const parts = names.map((name, i) => `${name} ${(times[i] / times[0]).toFixed(2)}`);
  console.log(`time      ${times[0].toFixed(2)} ms for ${names[0]}; as multiples of it: ${parts.join(", ")}`);
}
