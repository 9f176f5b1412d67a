/**
 * Gzip of byte arrays.
 *
 * @module
 */

async function pipe(bytes: Uint8Array<ArrayBuffer>, transform: GenericTransform): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(transform)).arrayBuffer());
}

type GenericTransform = ReadableWritablePair<Uint8Array<ArrayBuffer>, BufferSource>;

/** Compresses `bytes`. */
export function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return pipe(bytes, new CompressionStream("gzip"));
}

/** Decompresses `bytes`. */
export function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return pipe(bytes, new DecompressionStream("gzip"));
}

/** Length of `bytes` once compressed. */
export async function gzipSize(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
  return (await gzip(bytes)).length;
}
