/**
 * The safetensors file format: an 8-byte little-endian header length, a JSON header, and the elements.
 *
 * Source: the format description of the safetensors project (github.com/huggingface/safetensors). Everything is checked
 * before it is used: a hostile file gives a named error, never a read outside it.
 *
 * @module
 */
import type { DType } from "../tensor/dtype.ts";
import { checkShape, numelOf } from "../tensor/shape.ts";
import { backendOf, freshTensor, Tensor } from "../tensor/tensor.ts";
import { STORED_TYPES, type StoredType } from "./elements.ts";

/** A file that is not what the format says. */
export class SafetensorsError extends Error {
  /** Class name, as printed. */
  override readonly name: string = "SafetensorsError";
}

/** Headers above this size are refused, as the format demands. */
const MAX_HEADER_BYTES = 100_000_000;

const CODES: Readonly<Record<DType, string>> = {
  float32: "F32",
  float64: "F64",
  int32: "I32",
  uint8: "U8",
  bool: "BOOL",
};

/** What is read, by code. */
const STORED: ReadonlyMap<string, StoredType> = new Map([
  ...Object.entries(CODES).map(([dtype, code]) => [code, STORED_TYPES[dtype as DType]] as const),
  ["F16", STORED_TYPES.float16],
  ["BF16", STORED_TYPES.bfloat16],
  ["I64", STORED_TYPES.int64],
  ["I16", STORED_TYPES.int16],
  ["U16", STORED_TYPES.uint16],
  ["I8", STORED_TYPES.int8],
]);

/** What the header says of one tensor. */
interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/**
 * Tensors by name as the bytes of a safetensors file; `metadata` is free text by key.
 *
 * ```ts
 * import { ones } from "@dualtape/dualtape";
 * import { decodeSafetensors, encodeSafetensors } from "@dualtape/dualtape/io";
 * import { assertEquals } from "@std/assert";
 *
 * const file = encodeSafetensors({ weight: ones([2, 3]) }, { format: "pt" });
 * assertEquals(decodeSafetensors(file).weight.shape, [2, 3]);
 * ```
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const header: Record<string, Entry | Readonly<Record<string, string>>> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const [name, tensor] of Object.entries(tensors)) {
    if (!(tensor instanceof Tensor)) {
      throw new SafetensorsError(`encodeSafetensors: expected tensors, got ${typeof tensor} for "${name}"`);
    }
    if (name === "__metadata__") {
      throw new SafetensorsError('encodeSafetensors: expected a name other than "__metadata__"');
    }
    const data = tensor.dataSync();
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    header[name] = { dtype: CODES[tensor.dtype], shape: tensor.shape, data_offsets: [end, end + bytes.length] };
    parts.push(bytes);
    end += bytes.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Spaces after the header keep the elements aligned to 8 bytes.
  const headerLength = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerLength + end).fill(0x20, 8 + json.length, 8 + headerLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.set(json, 8);
  let position = 8 + headerLength;
  for (const part of parts) {
    file.set(part, position);
    position += part.length;
  }
  return file;
}

/**
 * The tensors in the bytes of a safetensors file. Halves (F16, BF16) become float32, integers other than uint8 become int32,
 * which those of 64 bits must fit.
 *
 * @throws SafetensorsError for bytes that are no such file.
 */
export function decodeSafetensors(bytes: Uint8Array): Record<string, Tensor> {
  const [header, start] = readHeader(bytes);
  const length = bytes.length - start;
  const entries = Object.entries(header).filter(([name]) => name !== "__metadata__");
  const checked = entries.map(([name, entry]) => checkEntry(name, entry, length));
  checkCoverage(checked, length);
  const read = checked.map(({ name, stored, shape, begin, end }) => {
    const elements = stored.read(bytes.subarray(start + begin, start + end));
    if (elements !== null) return { name, elements, shape, dtype: stored.dtype };
    throw new SafetensorsError(`"${name}": expected 64-bit integers in the range of int32, got one outside it`);
  });
  return Object.fromEntries(read.map(({ name, elements, shape, dtype }) => {
    const out = freshTensor(backendOf(), shape, dtype, true);
    out.storage.backend.write(out, elements);
    return [name, out];
  }));
}

/**
 * The free text by key that a safetensors file carries beside its tensors.
 *
 * ```ts
 * import { ones } from "@dualtape/dualtape";
 * import { encodeSafetensors, safetensorsMetadata } from "@dualtape/dualtape/io";
 * import { assertEquals } from "@std/assert";
 *
 * const file = encodeSafetensors({ weight: ones([2, 3]) }, { format: "pt" });
 * assertEquals(safetensorsMetadata(file), { format: "pt" });
 * ```
 *
 * @throws SafetensorsError for bytes that are no such file.
 */
export function safetensorsMetadata(bytes: Uint8Array): Record<string, string> {
  const { __metadata__: metadata = {} } = readHeader(bytes)[0];
  if (typeof metadata !== "object" || metadata === null || Object.values(metadata).some((v) => typeof v !== "string")) {
    throw new SafetensorsError(`expected metadata of text by key, got ${JSON.stringify(metadata)}`);
  }
  // Every value is text, as was just checked.
  return metadata as Record<string, string>;
}

function readHeader(bytes: Uint8Array): [Readonly<Record<string, unknown>>, number] {
  if (bytes.length < 8) throw new SafetensorsError(`expected at least 8 bytes of header length, got ${bytes.length}`);
  const size = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (size > BigInt(MAX_HEADER_BYTES) || size > BigInt(bytes.length - 8)) {
    throw new SafetensorsError(`expected a header inside the file of ${bytes.length} bytes, got a length of ${size}`);
  }
  const start = 8 + Number(size);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, start)));
  } catch (cause) {
    throw new SafetensorsError("expected a header in JSON", { cause });
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw new SafetensorsError("expected a JSON object as header");
  }
  return [header as Record<string, unknown>, start];
}

interface Checked {
  readonly name: string;
  readonly stored: StoredType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function checkEntry(name: string, value: unknown, length: number): Checked {
  const entry = value as Partial<Entry> | null;
  const stored = STORED.get(String(entry?.dtype));
  if (stored === undefined) {
    throw new SafetensorsError(`"${name}": expected a dtype of ${[...STORED.keys()].join(", ")}, got ${entry?.dtype}`);
  }
  const { shape, data_offsets: offsets } = entry!;
  if (!Array.isArray(shape)) throw new SafetensorsError(`"${name}": expected a shape, got ${JSON.stringify(shape)}`);
  try {
    checkShape(`"${name}"`, shape);
  } catch (cause) {
    throw new SafetensorsError(`"${name}": expected a shape of sizes, got ${JSON.stringify(shape)}`, { cause });
  }
  const [begin, end] = Array.isArray(offsets) && offsets.length === 2 ? offsets : [NaN, NaN];
  if (!Number.isSafeInteger(begin) || !Number.isSafeInteger(end) || begin < 0 || end > length || begin > end) {
    throw new SafetensorsError(`"${name}": expected offsets inside ${length} bytes, got ${JSON.stringify(offsets)}`);
  }
  const size = numelOf(shape) * stored.bytes;
  if (end - begin !== size) {
    throw new SafetensorsError(`"${name}": expected ${size} bytes for its shape and dtype, got ${end - begin}`);
  }
  return { name, stored, shape, begin, end };
}

/** The elements must fill the file without holes or overlaps, as the format demands. */
function checkCoverage(entries: readonly Checked[], length: number): void {
  let position = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== position) throw new SafetensorsError(`"${name}": expected offset ${position}, got ${begin}`);
    position = end;
  }
  if (position !== length) throw new SafetensorsError(`expected ${position} bytes of elements, got ${length}`);
}

/**
 * Writes tensors by name to a file. Needs write permission; the file appears whole or not at all.
 *
 * ```ts
 * import { nn } from "@dualtape/dualtape";
 * import { loadSafetensors, saveSafetensors } from "@dualtape/dualtape/io";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".safetensors" });
 * await saveSafetensors(path, new nn.Linear(3, 2).stateDict());
 * assertEquals((await loadSafetensors(path)).weight.shape, [2, 3]);
 * await Deno.remove(path);
 * ```
 */
export async function saveSafetensors(
  path: string | URL,
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  // What is no tensor goes on to be refused.
  const onCpu = Object.entries(tensors).map(async ([name, x]) =>
    [name, x instanceof Tensor ? await x.cpu() : x] as const
  );
  const bytes = encodeSafetensors(Object.fromEntries(await Promise.all(onCpu)), metadata);
  // A name of its own for each call, so that two that save to one path do not write into each other's file.
  const temporary = `${path instanceof URL ? path.href : path}.${crypto.randomUUID()}.part`;
  const target = path instanceof URL ? new URL(temporary) : temporary;
  try {
    await Deno.writeFile(target, bytes);
    await Deno.rename(target, path);
  } catch (error) {
    await Deno.remove(target).catch(() => {}); // It may not exist; the first error is the one to hear of.
    throw error;
  }
}

/** Reads tensors by name from a file (needs read permission) or from bytes. */
export async function loadSafetensors(source: string | URL | Uint8Array): Promise<Record<string, Tensor>> {
  return decodeSafetensors(source instanceof Uint8Array ? source : await Deno.readFile(source));
}
