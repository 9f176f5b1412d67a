/**
 * For tests of the wasm backend: arrays that exist on it and on the reference backend, with guards around the wasm bytes.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { ArrayRef } from "../array.ts";
import { BYTES_PER_ELEMENT, type DType, newTypedArray, type TypedArray } from "../dtype.ts";
import { allocate, beginOp } from "../heap.ts";
import { u8 } from "../memory.ts";
import { elements, ReferenceStorage } from "../reference/storage.ts";
import { address } from "./address.ts";

/** Elements before and after the window, which no kernel may touch. Odd, so that windows are not aligned to vectors. */
const GUARD = 5;
const GUARD_BYTE = 0xa5;

/** Deterministic numbers in [0, 1) for a seed (Park and Miller's minimal standard). */
export function uniformGenerator(seed: number): () => number {
  let state = seed % 2147483646 + 1;
  return () => (state = state * 48271 % 2147483647) / 2147483647;
}

/** Numbers in [-2, 2) for a seed. */
export function signedGenerator(seed: number): () => number {
  const uniform = uniformGenerator(seed);
  return () => 4 * uniform() - 2;
}

/** How far the wasm result may be from the reference: absolute plus relative. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/** One array on both backends. */
export class Twin {
  readonly wasm: ArrayRef;
  readonly reference: ArrayRef;
  #wasmBytes: number;

  /** Both are filled with what `value` gives for each element in row-major order. */
  constructor(readonly dtype: DType, readonly shape: readonly number[], value: (i: number) => number) {
    const numel = shape.reduce((a, b) => a * b, 1);
    const strides = shape.map((_, d) => shape.slice(d + 1).reduce((a, b) => a * b, 1));
    this.#wasmBytes = (numel + 2 * GUARD) * BYTES_PER_ELEMENT[dtype];
    const common = { dtype, shape, strides, numel };
    this.wasm = { ...common, offset: GUARD, storage: allocate(this.#wasmBytes) };
    const referenceStorage = new ReferenceStorage(numel * BYTES_PER_ELEMENT[dtype]);
    this.reference = { ...common, offset: 0, storage: referenceStorage };
    const target = elements(this.reference);
    for (let i = 0; i < numel; i++) target[i] = value(i);
    const start = this.#start();
    u8.fill(GUARD_BYTE, start, start + this.#wasmBytes);
    u8.set(new Uint8Array(referenceStorage.buffer), address(this.wasm));
  }

  #start(): number {
    return address(this.wasm) - GUARD * BYTES_PER_ELEMENT[this.dtype];
  }

  /** A copy of the elements that the wasm backend holds. */
  result(): TypedArray {
    const start = address(this.wasm);
    const copy = newTypedArray(this.dtype, this.wasm.numel);
    new Uint8Array(copy.buffer).set(u8.subarray(start, start + copy.byteLength));
    return copy;
  }

  /** A copy of the bytes that the wasm backend holds, to compare runs bit by bit. */
  resultBytes(): Uint8Array {
    return new Uint8Array(this.result().buffer);
  }

  /** A copy of the elements that the reference backend holds. */
  expected(): TypedArray {
    return elements(this.reference).slice();
  }

  /** Fails unless the guards are untouched and every element is within `tolerance`; NaN and infinities must coincide. */
  check(what: string, tolerance: Tolerance = { absolute: 0, relative: 0 }): void {
    const start = this.#start();
    const guardBytes = GUARD * BYTES_PER_ELEMENT[this.dtype];
    const guards = [
      ...u8.subarray(start, start + guardBytes),
      ...u8.subarray(start + this.#wasmBytes - guardBytes, start + this.#wasmBytes),
    ];
    assert(guards.every((byte) => byte === GUARD_BYTE), `${what}: wrote outside an operand`);
    const actual = this.result();
    const expected = this.expected();
    assertEquals(actual.length, expected.length);
    for (let i = 0; i < expected.length; i++) {
      const close = Object.is(actual[i], expected[i]) || actual[i] === expected[i] ||
        Math.abs(actual[i] - expected[i]) <= tolerance.absolute + tolerance.relative * Math.abs(expected[i]);
      assert(close, `${what}: element ${i} of [${this.shape}]: expected ${expected[i]}, got ${actual[i]}`);
    }
  }

  /** Frees the wasm bytes. */
  free(): void {
    this.wasm.storage.free();
  }
}

/** Runs `body` as one op and frees the twins that it made. */
export function withTwins(body: (twin: (...parameters: ConstructorParameters<typeof Twin>) => Twin) => void): void {
  beginOp();
  const made: Twin[] = [];
  body((...parameters) => {
    const twin = new Twin(...parameters);
    made.push(twin);
    return twin;
  });
  made.forEach((twin) => twin.free());
}

/** Calls `test` for float32 and float64 with the distance that `epsilons` rounding errors make. */
export function forEachFloat(epsilons: number, test: (dtype: DType, tolerance: Tolerance) => void): void {
  for (const [dtype, epsilon] of [["float32", 2 ** -23], ["float64", 2 ** -52]] as const) {
    test(dtype, { absolute: epsilons * epsilon, relative: epsilons * epsilon });
  }
}
