/**
 * File formats: round trips, and hostile input.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type DType, full, type Tensor, tensor, zeros } from "../mod.ts";
import { decodeNpy, decodeSafetensors, encodeNpy, encodeSafetensors, NpyError, SafetensorsError } from "../io/mod.ts";

const DTYPES: readonly DType[] = ["float32", "float64", "int32", "uint8", "bool"];

const plain = (x: Tensor): unknown => [x.dtype, [...x.shape], [...x.dataSync()]];

Deno.test("safetensors keeps names, shapes, dtypes and values", () => {
  const tensors = Object.fromEntries(DTYPES.map((dtype, i) => [`layer.${i}`, full([i, 2], 1, { dtype })]));
  const more = { ...tensors, scalar: tensor(-2.5), matrix: tensor([[1, NaN], [-0, Infinity]]).transpose(0, 1) };
  const back = decodeSafetensors(encodeSafetensors(more, { author: "test" }));
  assertEquals(Object.keys(back), Object.keys(more));
  for (const [name, x] of Object.entries(more)) assertEquals(plain(back[name]), plain(x));
});

Deno.test("npy keeps shape, dtype and values", () => {
  for (const dtype of DTYPES) {
    for (const shape of [[], [3], [2, 3], [0, 4]]) {
      const x = full(shape, 1, { dtype });
      assertEquals(plain(decodeNpy(encodeNpy(x))), plain(x));
    }
  }
});

Deno.test("damaged safetensors files are named errors", () => {
  const good = encodeSafetensors({ a: zeros([2, 3]), b: zeros([4]) });
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, length) => {
      const bad = good.slice(0, length);
      if (at < bad.length) bad[at] = byte;
      try {
        decodeSafetensors(bad);
      } catch (error) {
        if (!(error instanceof SafetensorsError)) throw error;
      }
    }),
    { seed: 1, numRuns: 2000 },
  );
});

Deno.test("a header may not point outside the file, overlap or leave holes", () => {
  const file = (header: unknown, size: number): Uint8Array => {
    const json = new TextEncoder().encode(JSON.stringify(header));
    const bytes = new Uint8Array(8 + json.length + size);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
    bytes.set(json, 8);
    return bytes;
  };
  const entry = (begin: number, end: number) => ({ dtype: "F32", shape: [1], data_offsets: [begin, end] });
  assertThrows(() => decodeSafetensors(file({ a: entry(0, 8) }, 8)), SafetensorsError, "4 bytes");
  assertThrows(() => decodeSafetensors(file({ a: entry(4, 8) }, 4)), SafetensorsError, "inside");
  assertThrows(() => decodeSafetensors(file({ a: entry(0, 4), b: entry(0, 4) }, 4)), SafetensorsError, "offset 4");
  assertThrows(() => decodeSafetensors(file({ a: entry(0, 4) }, 8)), SafetensorsError, "8");
  assertThrows(
    () => decodeSafetensors(file({ a: { dtype: "F16", shape: [1], data_offsets: [0, 2] } }, 2)),
    SafetensorsError,
  );
  assertThrows(() => decodeSafetensors(file([], 0)), SafetensorsError, "JSON object");
  const huge = new Uint8Array(16).fill(255);
  assertThrows(() => decodeSafetensors(huge), SafetensorsError, "header inside the file");
});

Deno.test("damaged npy files are named errors", () => {
  const good = encodeNpy(zeros([2, 3]));
  assertThrows(() => decodeNpy(good.slice(0, 5)), NpyError, "magic");
  assertThrows(() => decodeNpy(good.slice(0, 100)), NpyError);
  assertThrows(() => decodeNpy(good.slice(0, good.length - 1)), NpyError, "24 bytes");
});
