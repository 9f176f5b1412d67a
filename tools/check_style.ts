/**
 * Checks what `deno lint` cannot: error texts, unfinished work, narrowed tests, paths and hosts of one machine, file length.
 *
 * @module
 */
import { readText, repositoryFiles } from "./files.ts";

/** Longer files need a reason. */
const MAX_LINES = 600;

/** Files that may be longer, each with its reason. */
const LONG_FILES: Readonly<Record<string, string>> = {
  "tensor/methods.ts": "generated: one signature per op",
};

interface Rule {
  readonly pattern: RegExp;
  readonly complaint: string;
}

// This file and its test name the patterns that they look for.
const EXEMPT: readonly string[] = ["tools/check_style.ts", "tools/check_style_test.ts"];

const EVERYWHERE: readonly Rule[] = [
  { pattern: /\/(?:work|farm|tmp|home|root)\//, complaint: "path of one machine" },
  { pattern: /npmjs\.org|\.\.\/shared/, complaint: "host or folder of one machine" },
  {
    pattern: /[Ii]ssue #[0-9]|\bCEO\b|developers.? session/,
    complaint: "how the work is organised does not belong here",
  },
  { pattern: /\b(?:TODO|FIXME|XXX|HACK)\b|not implemented yet/, complaint: "unfinished work" },
];

const CODE: readonly Rule[] = [
  {
    pattern: /\b(?:it|describe|test)\.(?:ignore|skip|only)\b|\b(?:ignore|only): *true/,
    complaint: "skipped or narrowed test",
  },
  { pattern: /\bthrow ["'`]/, complaint: "throw an Error, not a string" },
  {
    pattern: /new \w*Error\(\s*(["'`])(?:(?!\1).)*\.\1\s*[,)]/,
    complaint: "an error text is a phrase without a final period, as in `op(name): expected ..., got ...`",
  },
  {
    pattern: /new \w*Error\(\s*(["'`])(?:(?!\1).)*\b(?:can't|won't|don't|doesn't|isn't|aren't|didn't|wasn't)\b/i,
    complaint: "no contractions in an error text",
  },
  { pattern: /throw new \w*Error\(\s*\)/, complaint: "an error needs a text" },
];

/** Complaints about one file, as `path:line: message`. */
export function checkStyle(path: string, source: string): string[] {
  if (EXEMPT.includes(path)) return [];
  const isCode = /\.(ts|js)$/.test(path);
  const lines = source.split("\n");
  const complaints = lines.flatMap((line, i) =>
    [...EVERYWHERE, ...(isCode ? CODE : [])]
      .filter(({ pattern }) => pattern.test(line))
      .map(({ complaint }) => `${path}:${i + 1}: ${complaint}`)
  );
  if (isCode && lines.length > MAX_LINES && !(path in LONG_FILES)) {
    complaints.push(`${path}:${MAX_LINES + 1}: ${lines.length} lines: split it, or list it with a reason`);
  }
  return complaints;
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
