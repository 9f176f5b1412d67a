/**
 * Finds the texts of errors in source code.
 *
 * @module
 */

/** Stands for what a text has from elsewhere: a substitution or a call. */
const ELSEWHERE = "\u{FFFD}";

/** A text that code gives to an error. */
export interface ErrorText {
  /** Where the error is made, counted from 1. */
  readonly line: number;
  /** Its literal parts, joined. */
  readonly text: string;
}

/** A string literal that begins at `start`: its text and where it ends. */
function literalAt(source: string, start: number): { text: string; end: number } {
  const quote = source[start];
  let text = "";
  let i = start + 1;
  for (; i < source.length && source[i] !== quote; i++) {
    if (source[i] === "\\") text += source[++i];
    else if (quote === "`" && source.startsWith("${", i)) {
      i = argumentEnd(source, i + 2, () => {}).end;
      text += ELSEWHERE;
    } else text += source[i];
  }
  return { text, end: i + 1 };
}

/**
 * Walks to the end of an expression: a comma, or a bracket that it did not open. `piece` is given the literals of its top
 * level and {@linkcode ELSEWHERE} for anything else but `+`.
 */
function argumentEnd(source: string, start: number, piece: (text: string) => void): { end: number; last: boolean } {
  let depth = 0;
  let i = start;
  while (i < source.length) {
    const c = source[i];
    if (depth === 0 && c === ",") return { end: i, last: false };
    if (`"'\``.includes(c)) {
      const { text, end } = literalAt(source, i);
      if (depth === 0) piece(text);
      i = end;
      continue;
    }
    if ("([{".includes(c)) depth++;
    else if (")]}".includes(c) && --depth < 0) break;
    if (depth === 0 && !/[\s+]/.test(c)) piece(ELSEWHERE);
    i++;
  }
  return { end: i, last: true };
}

/** The texts that `new ...Error()` and `refused()` are given in `source`, wherever their lines break. */
export function errorTexts(source: string): ErrorText[] {
  const found: ErrorText[] = [];
  for (const call of source.matchAll(/\b(?:new \w*Error|refused)\(/g)) {
    const line = source.slice(0, call.index).split("\n").length;
    for (let start = call.index + call[0].length;;) {
      let text = "";
      const { end, last } = argumentEnd(source, start, (part) => text += part);
      if (text.replaceAll(ELSEWHERE, "") !== "") found.push({ line, text });
      if (last) break;
      start = end + 1;
    }
  }
  return found;
}
