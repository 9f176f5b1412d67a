/**
 * Functions that WGSL lacks or that its built-in ones compute too coarsely. A program gets those that its text calls.
 *
 * A function that has the name of a built-in one carries its type in its name: `exp_f32`. So does the form for integers
 * of a function that is about floats: `maximum` and `maximum_i32`. {@linkcode typed} chooses.
 *
 * @module
 */
import { ACTIVATION } from "./functions/activation.ts";
import { EXPONENTIAL } from "./functions/exponential.ts";
import { NUMBERS } from "./functions/numbers.ts";
import { SPECIAL } from "./functions/special.ts";
import { TRIGONOMETRY } from "./functions/trigonometry.ts";

/** The functions by name; each may call others. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  ...NUMBERS,
  ...EXPONENTIAL,
  ...TRIGONOMETRY,
  ...SPECIAL,
  ...ACTIVATION,
};

/** Names in call position. */
const CALLS = /\b[a-z_]\w*(?=\()/g;

/**
 * An expression for operands of `type`: `T` becomes the type, and a function that has a form of that type in its name is
 * called by it.
 */
export function typed(expression: string, type: "f32" | "i32"): string {
  return expression.replace(/\bT\b/g, type).replace(CALLS, (name) => {
    const form = `${name}_${type}`;
    return Object.hasOwn(FUNCTIONS, form) ? form : name;
  });
}

/** The functions that `source` calls, directly or through others, in an order of their own: WGSL has no forward rule. */
export function library(source: string): string {
  const chosen = new Set<string>();
  const visit = (text: string): void => {
    for (const [name] of text.matchAll(CALLS)) {
      if (chosen.has(name) || !Object.hasOwn(FUNCTIONS, name) || source.includes(`fn ${name}(`)) continue;
      chosen.add(name);
      visit(FUNCTIONS[name]);
    }
  };
  visit(source);
  return [...chosen].map((name) => FUNCTIONS[name]).join("\n");
}
