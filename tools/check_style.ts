/**
 * Checks what `deno lint` cannot: error texts, unfinished work, narrowed tests, paths and hosts of one machine, file length.
 *
 * @module
 */
import { errorTexts } from "./error_texts.ts";
import { readText, repositoryFiles } from "./files.ts";

/** Longer files need a reason. */
const MAX_LINES = 450;

/** Files that may be longer, each with its reason. */
const LONG_FILES: Readonly<Record<string, string>> = {
  "assembly/reduce.ts": "one template of loops, inlined into every reduction",
  "assembly/trig.ts": "constants, and the reduction of arguments that all functions share, in two precisions",
  "ops/activation.ts": "a table: one row and one documented function per op",
  "ops/unary.ts": "a table: one row and one documented function per op",
  "tensor/methods.ts": "generated: one signature per op",
  "tensor/tensor.ts": "one class",
};

interface Rule {
  readonly pattern: RegExp;
  readonly complaint: string;
}

// This file and its test name the patterns that they look for.
const EXEMPT: readonly string[] = ["tools/check_style.ts", "tools/check_style_test.ts"];

const EVERYWHERE: readonly Rule[] = [
  { pattern: /\/(?:home|mnt|root|tmp|Users|var|work)\//, complaint: "path of one machine" },
  { pattern: /\bregistry\.\w+\.(?:com|io|org)\b|\bnpmjs\./, complaint: "host of a registry" },
  { pattern: /\b(?:TODO|FIXME|XXX|HACK)\b|not implemented yet/, complaint: "unfinished work" },
];

const CODE: readonly Rule[] = [
  {
    pattern: /\b(?:it|describe|test)\.(?:ignore|skip|only)\b|\b(?:ignore|only): *true/,
    complaint: "skipped or narrowed test",
  },
  { pattern: /\bthrow ["'`]/, complaint: "throw an Error, not a string" },
  { pattern: /throw new \w*Error\(\s*\)/, complaint: "an error needs a text" },
];

/** What is looked for in the texts of errors. */
const ERROR_TEXTS: readonly Rule[] = [
  {
    pattern: /\.$/,
    complaint: "an error text is a phrase without a final period, as in `op: expected ..., got ...`",
  },
  {
    pattern: /\b(?:can't|won't|don't|doesn't|isn't|aren't|didn't|wasn't)\b/i,
    complaint: "no contractions in an error text",
  },
];

/** Complaints about one file, as `path:line: message`. */
export function checkStyle(path: string, source: string): string[] {
  if (EXEMPT.includes(path)) return [];
  const isCode = /\.(ts|js)$/.test(path);
  const lines = source.split("\n");
  const found: { line: number; complaint: string }[] = [];
  const check = (rules: readonly Rule[], text: string, line: number): void => {
    for (const { pattern, complaint } of rules) if (pattern.test(text)) found.push({ line, complaint });
  };
  lines.forEach((text, i) => check(isCode ? [...EVERYWHERE, ...CODE] : EVERYWHERE, text, i + 1));
  if (isCode) {
    for (const { line, text } of errorTexts(source)) check(ERROR_TEXTS, text, line);
    if (lines.length > MAX_LINES && !(path in LONG_FILES)) {
      found.push({ line: MAX_LINES, complaint: `${lines.length} lines: split it, or list it with a reason` });
    }
  }
  return found.sort((a, b) => a.line - b.line).map(({ line, complaint }) => `${path}:${line}: ${complaint}`);
}

if (import.meta.main) {
  const complaints: string[] = [];
  for (const path of await repositoryFiles()) {
    if (!/\.(wasm|gz|lock|png|svg)$/.test(path)) complaints.push(...checkStyle(path, await readText(path)));
  }
  for (const complaint of complaints) console.error(complaint);
  if (complaints.length > 0) Deno.exit(1);
  console.log("style: nothing found");
}
