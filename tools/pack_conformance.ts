/**
 * Packs a folder of conformance files into the project's own copy, and checks that it unpacks to the same.
 *
 *     deno run -A tools/pack_conformance.ts <folder>
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { pack, unpack } from "../tests/conformance/archive.ts";
import { ARCHIVE, readFolder } from "../tests/conformance/source.ts";

const folder = Deno.args[0];
if (folder === undefined) {
  console.error("pack_conformance: expected the folder to pack");
  Deno.exit(2);
}
const texts = await readFolder(folder);
const archive = await pack(texts);
const files = await unpack(archive);
for (const [path, text] of texts) {
  if (!isDeepStrictEqual(files.get(path), JSON.parse(text))) throw new Error(`pack_conformance: ${path} changed`);
}
await Deno.writeFile(ARCHIVE, archive);
console.log(`${texts.size} files, ${archive.length} bytes`);
