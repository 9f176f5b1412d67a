/**
 * Where conformance files come from: a folder, or the project's packed copy.
 *
 * @module
 */
import { unpack } from "./archive.ts";
import type { ConformanceFile } from "./format.ts";

/** The packed copy. */
export const ARCHIVE: URL = new URL("./vectors.gz", import.meta.url);

/** The JSON texts of a folder, by path within it, in the order of their paths. `manifest.json` is left out. */
export async function readFolder(folder: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const visit = async (path: string): Promise<void> => {
    for await (const entry of Deno.readDir(`${folder}/${path}`)) {
      const inner = path === "" ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory) await visit(inner);
      else if (inner.endsWith(".json") && inner !== "manifest.json") {
        texts.set(inner, await Deno.readTextFile(`${folder}/${inner}`));
      }
    }
  };
  await visit("");
  return new Map([...texts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The files of a folder, or of the packed copy when none is given. */
export async function readFiles(folder: string | null): Promise<Map<string, ConformanceFile>> {
  if (folder === null) return await unpack(await Deno.readFile(ARCHIVE));
  return new Map([...await readFolder(folder)].map(([path, text]) => [path, JSON.parse(text)]));
}
