/**
 * File formats: round trips, and hostile input.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type DType, full, type Tensor, tensor, zeros } from "../mod.ts";
import {
  decodeNpy,
  decodeSafetensors,
  encodeNpy,
  encodeSafetensors,
  loadNpy,
  loadSafetensors,
  NpyError,
  SafetensorsError,
  safetensorsMetadata,
  saveNpy,
  saveSafetensors,
} from "../io/mod.ts";

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
    () => decodeSafetensors(file({ a: { dtype: "C64", shape: [1], data_offsets: [0, 8] } }, 8)),
    SafetensorsError,
    "C64",
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

/** The bytes of a .npy file with this header. */
function npy(descriptor: string, shape: string, data: ArrayBuffer, fortran = false, version = 1): Uint8Array {
  const text = `{'descr': '${descriptor}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': ${shape}, }\n`;
  const length = version === 1 ? [text.length, 0] : [text.length, 0, 0, 0];
  const start = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, ...length];
  return Uint8Array.from([...start, ...new TextEncoder().encode(text), ...new Uint8Array(data)]);
}

/** The bytes of a safetensors file with one tensor "x". */
function safetensors(dtype: string, shape: number[], data: ArrayBuffer, metadata?: unknown): Uint8Array {
  const entry = { dtype, shape, data_offsets: [0, data.byteLength] };
  const json = new TextEncoder().encode(JSON.stringify({ x: entry, __metadata__: metadata }));
  const length = new BigUint64Array([BigInt(json.length)]);
  return Uint8Array.from([...new Uint8Array(length.buffer), ...json, ...new Uint8Array(data)]);
}

Deno.test("element types without a dtype of their own are widened, and 64-bit integers become int32", () => {
  const halves = Uint16Array.of(0x3c00, 0xc100, 0x0001).buffer;
  const cases: [npy: string | null, code: string, data: ArrayBuffer, dtype: DType, values: number[]][] = [
    ["<f2", "F16", halves, "float32", [1, -2.5, 2 ** -24]],
    [null, "BF16", Uint16Array.of(0x3f80, 0xc020, 0x7f80).buffer, "float32", [1, -2.5, Infinity]],
    ["<i8", "I64", BigInt64Array.of(1n, -(2n ** 31n), 2n ** 31n - 1n).buffer, "int32", [1, -(2 ** 31), 2 ** 31 - 1]],
    ["<i2", "I16", Int16Array.of(1, -32768, 7).buffer, "int32", [1, -32768, 7]],
    ["<u2", "U16", Uint16Array.of(1, 65535, 7).buffer, "int32", [1, 65535, 7]],
    ["|i1", "I8", Int8Array.of(1, -128, 7).buffer, "int32", [1, -128, 7]],
    ["|b1", "BOOL", Uint8Array.of(0, 2, 255).buffer, "bool", [0, 1, 1]],
  ];
  for (const [descriptor, code, data, dtype, values] of cases) {
    const expected = [dtype, [3], values];
    assertEquals(plain(decodeSafetensors(safetensors(code, [3], data)).x), expected);
    if (descriptor !== null) assertEquals(plain(decodeNpy(npy(descriptor, "(3,)", data))), expected);
  }
  for (const far of [2n ** 31n, -(2n ** 31n) - 1n, 2n ** 62n]) {
    const data = BigInt64Array.of(0n, far).buffer;
    assertThrows(() => decodeSafetensors(safetensors("I64", [2], data)), SafetensorsError, "range of int32");
    assertThrows(() => decodeNpy(npy("<i8", "(2,)", data)), NpyError, "range of int32");
  }
});

Deno.test("npy files of every version and in Fortran order", () => {
  const data = Float64Array.of(1, 4, 2, 5, 3, 6).buffer;
  for (const version of [1, 2, 3]) {
    assertEquals(decodeNpy(npy("<f8", "(2, 3)", data, true, version)).toArray(), [[1, 2, 3], [4, 5, 6]]);
    assertEquals(decodeNpy(npy("<f8", "(3, 2)", data, false, version)).toArray(), [[1, 4], [2, 5], [3, 6]]);
  }
  assertThrows(() => decodeNpy(npy(">f8", "(2, 3)", data)), NpyError, ">f8");
});

Deno.test("bytes in a Node buffer, which begin anywhere, are read as they are", () => {
  const x = tensor([[1.5, 2.5], [3.5, 4.5]], { dtype: "float64" });
  for (const begin of [0, 1, 3]) {
    const place = (bytes: Uint8Array): Buffer => {
      const pool = Buffer.alloc(bytes.length + 8, 0x55);
      pool.set(bytes, begin);
      return pool.subarray(begin, begin + bytes.length);
    };
    assertEquals(plain(decodeNpy(place(encodeNpy(x)))), plain(x));
    assertEquals(plain(decodeSafetensors(place(encodeSafetensors({ x }))).x), plain(x));
  }
});

Deno.test("safetensors metadata is read back, and must be text by key", () => {
  const file = encodeSafetensors({ x: tensor([1]) }, { format: "pt", author: "test" });
  assertEquals(safetensorsMetadata(file), { format: "pt", author: "test" });
  assertEquals(safetensorsMetadata(encodeSafetensors({ x: tensor([1]) })), {});
  for (const metadata of [5, null, { step: 3 }]) {
    const bytes = safetensors("F32", [0], new ArrayBuffer(0), metadata);
    assertThrows(() => safetensorsMetadata(bytes), SafetensorsError, "metadata");
  }
});

Deno.test("files are written whole, beside nothing, and read back", async () => {
  const folder = await Deno.makeTempDir();
  const x = tensor([[1.5, NaN], [-0, Infinity]]);
  const saves = Array.from({ length: 8 }, () => saveSafetensors(`${folder}/x.safetensors`, { x }));
  await Promise.all(saves);
  await saveNpy(`${folder}/x.npy`, x);
  assertEquals(plain((await loadSafetensors(`${folder}/x.safetensors`)).x), plain(x));
  assertEquals(plain(await loadNpy(`${folder}/x.npy`)), plain(x));
  await assertRejects(() => saveSafetensors(`${folder}/missing/x.safetensors`, { x }), Deno.errors.NotFound);
  await Deno.mkdir(`${folder}/taken`);
  await assertRejects(() => saveSafetensors(`${folder}/taken`, { x }));
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  assertEquals(names, ["taken", "x.npy", "x.safetensors"]);
  await Deno.remove(folder, { recursive: true });
});
