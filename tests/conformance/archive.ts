/**
 * The project's own copy of the conformance files, packed without loss: arrays of doubles leave the JSON text and are stored
 * once each, as bytes sorted by significance, which gzip can do more with.
 *
 * Layout, gzipped: [uint32 length of the text][text][8 planes of bytes, all most significant ones first].
 * The text is a JSON object from path to file; `{"$":[start,count]}` stands for a run of the doubles.
 *
 * @module
 */
import { gunzip, gzip } from "../../tools/gzip.ts";
import type { ConformanceFile } from "./format.ts";

/** Flat arrays of numbers of which at least one has a decimal point. */
const DOUBLES = /\[(?=[^\]]*\.)[-+\d.eE,\s]+\]/g;

const PLANES = 8;

/** Packs files, given as JSON texts by path. */
export function pack(files: ReadonlyMap<string, string>): Promise<Uint8Array<ArrayBuffer>> {
  const values: number[] = [];
  const seen = new Map<string, string>();
  const bodies = [...files].map(([path, text]) => {
    const body = text.replace(DOUBLES, (array) => {
      let reference = seen.get(array);
      if (reference === undefined) {
        const numbers: number[] = JSON.parse(array);
        reference = `{"$":[${values.length},${numbers.length}]}`;
        for (const number of numbers) values.push(number);
        seen.set(array, reference);
      }
      return reference;
    });
    return `${JSON.stringify(path)}:${body.trim()}`;
  });
  const text = new TextEncoder().encode(`{${bodies.join(",\n")}}`);
  const bytes = new Uint8Array(4 + text.length + PLANES * values.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  const view = new DataView(new ArrayBuffer(PLANES));
  values.forEach((value, i) => {
    view.setFloat64(0, value);
    for (let plane = 0; plane < PLANES; plane++) {
      bytes[4 + text.length + plane * values.length + i] = view.getUint8(plane);
    }
  });
  return gzip(bytes);
}

/** Puts the doubles back in place of their references, in `node` and below. */
function restore(node: unknown, doubles: Float64Array): unknown {
  if (typeof node !== "object" || node === null) return node;
  if (Array.isArray(node)) return node.map((entry) => restore(entry, doubles));
  const record = node as Record<string, unknown>;
  if (Array.isArray(record.$)) {
    const [start, count] = record.$ as number[];
    return Array.from(doubles.subarray(start, start + count));
  }
  for (const key of Object.keys(record)) record[key] = restore(record[key], doubles);
  return record;
}

/** Unpacks an archive: path -> file. */
export async function unpack(archive: Uint8Array<ArrayBuffer>): Promise<Map<string, ConformanceFile>> {
  const bytes = await gunzip(archive);
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const planes = bytes.subarray(4 + length);
  const count = planes.length / PLANES;
  const view = new DataView(new ArrayBuffer(PLANES));
  const doubles = Float64Array.from({ length: count }, (_, i) => {
    for (let plane = 0; plane < PLANES; plane++) view.setUint8(plane, planes[plane * count + i]);
    return view.getFloat64(0);
  });
  const files: Record<string, ConformanceFile> = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  return new Map(Object.entries(files).map(([path, file]) => [path, restore(file, doubles) as ConformanceFile]));
}
