/**
 * Checks that imports go downward only: assembly < runtime < tensor < ops < autograd < func < nn < data < io < profiler <
 * testing < mod.ts. Type imports count. Tests, benchmarks, examples and tools may import anything.
 *
 * @module
 */
import { readText, repositoryFiles } from "./files.ts";

const LAYERS: readonly string[] = [
  "assembly",
  "runtime",
  "tensor",
  "ops",
  "autograd",
  "func",
  "nn",
  "data",
  "io",
  "profiler",
  "testing",
];
const FREE: readonly string[] = ["tests", "bench", "examples", "tools", "docs"];

// import ... from "x", export ... from "x", import "x", import("x"), import source m from "x".
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)"([^"\n]+)"/g;

/** Rank of a file's layer; files at the root re-export everything and stand above; Infinity where anything is allowed. */
function layerOf(path: string): number | undefined {
  const folder = path.includes("/") ? path.slice(0, path.indexOf("/")) : "";
  if (folder === "") return LAYERS.length;
  if (FREE.includes(folder) || path.endsWith("_test.ts")) return Infinity;
  const rank = LAYERS.indexOf(folder);
  return rank < 0 ? undefined : rank;
}

/** Complaints about one file, as `path:line: message`. */
export function checkLayers(path: string, source: string): string[] {
  const layer = layerOf(path);
  if (layer === undefined) return [`${path}:1: the folder belongs to no layer: add it to tools/check_layers.ts`];
  if (layer === Infinity) return [];
  const complaints: string[] = [];
  // Comments may quote imports; they keep their line breaks, so that line numbers stay right.
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, " "));
  for (const match of code.matchAll(IMPORT)) {
    const specifier = match[1];
    if (!specifier.startsWith(".")) continue;
    const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
    const targetLayer = layerOf(target);
    if (targetLayer !== undefined && targetLayer <= layer) continue;
    const line = code.slice(0, match.index).split("\n").length;
    complaints.push(`${path}:${line}: imports upward: ${target}`);
  }
  return complaints;
}

if (import.meta.main) {
  const complaints: string[] = [];
  for (const path of await repositoryFiles()) {
    if (/\.(ts|js)$/.test(path)) complaints.push(...checkLayers(path, await readText(path)));
  }
  for (const complaint of complaints) console.error(complaint);
  if (complaints.length > 0) Deno.exit(1);
  console.log("layers: imports go downward only");
}
