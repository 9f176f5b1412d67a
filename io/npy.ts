/**
 * NumPy's .npy file format, version 1.0 (NEP 1).
 *
 * @module
 */
import { contiguous, permute } from "../ops/shape.ts";
import type { DType } from "../tensor/dtype.ts";
import { numelOf } from "../tensor/shape.ts";
import { backendOf, freshTensor, type Tensor } from "../tensor/tensor.ts";
import { STORED_TYPES, type StoredType } from "./elements.ts";

/** A file that is not what the format says, or of a dtype that has no match. */
export class NpyError extends Error {
  /** Class name, as printed. */
  override readonly name: string = "NpyError";
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const DESCRIPTORS: Readonly<Record<DType, string>> = {
  float32: "<f4",
  float64: "<f8",
  int32: "<i4",
  uint8: "|u1",
  bool: "|b1",
};

/** What is read, by descriptor. */
const STORED: ReadonlyMap<string, StoredType> = new Map([
  ...Object.entries(DESCRIPTORS).map(([dtype, descriptor]) => [descriptor, STORED_TYPES[dtype as DType]] as const),
  ["<f2", STORED_TYPES.float16],
  ["<i8", STORED_TYPES.int64],
  ["<i2", STORED_TYPES.int16],
  ["<u2", STORED_TYPES.uint16],
  ["|i1", STORED_TYPES.int8],
]);

/**
 * A tensor as the bytes of a .npy file.
 *
 * ```ts
 * import { tensor } from "@dualtape/dualtape";
 * import { decodeNpy, encodeNpy } from "@dualtape/dualtape/io";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[1, 2], [3, 4]]);
 * assertEquals(decodeNpy(encodeNpy(x)).toArray(), x.toArray());
 * ```
 */
export function encodeNpy(tensor: Tensor): Uint8Array<ArrayBuffer> {
  const data = tensor.dataSync();
  const shape = tensor.shape.length === 1 ? `${tensor.shape[0]},` : tensor.shape.join(", ");
  const text = `{'descr': '${DESCRIPTORS[tensor.dtype]}', 'fortran_order': False, 'shape': (${shape}), }`;
  // Magic, version and length take 10 bytes; the elements begin at a multiple of 64.
  const total = Math.ceil((10 + text.length + 1) / 64) * 64;
  const header = text.padEnd(total - 11) + "\n";
  const file = new Uint8Array(total + data.byteLength);
  file.set([...MAGIC, 1, 0, header.length & 255, header.length >> 8]);
  file.set(new TextEncoder().encode(header), 10);
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), total);
  return file;
}

/**
 * The tensor in the bytes of a .npy file. Halves become float32, integers other than uint8 become int32, which those of
 * 64 bits must fit. Big-endian files are refused.
 *
 * @throws NpyError for bytes that are no such file.
 */
export function decodeNpy(bytes: Uint8Array): Tensor {
  if (bytes.length < 10 || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw new NpyError("expected the magic bytes of a .npy file");
  }
  const version = bytes[6];
  if (version < 1 || version > 3) throw new NpyError(`expected version 1, 2 or 3, got ${version}`);
  const wide = version > 1;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begin = wide ? 12 : 10;
  if (bytes.length < begin) throw new NpyError("expected a header, got the end of the file");
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if (begin + length > bytes.length) {
    throw new NpyError(`expected a header of ${length} bytes, got the end of the file`);
  }
  const header = new TextDecoder().decode(bytes.subarray(begin, begin + length));
  const descriptor = /'descr': *'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order': *(True|False)/.exec(header)?.[1];
  const sizes = /'shape': *\(([\d, ]*)\)/.exec(header)?.[1];
  const stored = STORED.get(descriptor ?? "");
  if (stored === undefined) {
    throw new NpyError(`expected a dtype of ${[...STORED.keys()].join(", ")}, got ${descriptor}`);
  }
  if (order === undefined || sizes === undefined) {
    throw new NpyError(`expected a header with an order and a shape, got ${header.trim()}`);
  }
  const shape = sizes.split(",").map((s) => s.trim()).filter((s) => s !== "").map(Number);
  const start = begin + length;
  const size = numelOf(shape) * stored.bytes;
  if (bytes.length - start !== size) {
    throw new NpyError(`expected ${size} bytes for shape [${shape.join(", ")}], got ${bytes.length - start}`);
  }
  const elements = stored.read(bytes.subarray(start));
  if (elements === null) throw new NpyError("expected 64-bit integers in the range of int32, got one outside it");
  // Fortran order runs through the first axis fastest: row-major order of the reversed axes.
  const fortran = order === "True";
  const out = freshTensor(backendOf(), fortran ? shape.toReversed() : shape, stored.dtype, true);
  out.storage.backend.write(out, elements);
  return fortran ? contiguous(permute(out, shape.map((_, axis) => axis).reverse())) : out;
}

/**
 * Writes a tensor to a .npy file. Needs write permission.
 *
 * ```ts
 * import { tensor } from "@dualtape/dualtape";
 * import { loadNpy, saveNpy } from "@dualtape/dualtape/io";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".npy" });
 * await saveNpy(path, tensor([1.5, 2.5]));
 * assertEquals((await loadNpy(path)).toArray(), [1.5, 2.5]);
 * await Deno.remove(path);
 * ```
 */
export async function saveNpy(path: string | URL, tensor: Tensor): Promise<void> {
  await Deno.writeFile(path, encodeNpy(await tensor.cpu()));
}

/** Reads a tensor from a .npy file (needs read permission) or from bytes. */
export async function loadNpy(source: string | URL | Uint8Array): Promise<Tensor> {
  return decodeNpy(source instanceof Uint8Array ? source : await Deno.readFile(source));
}
