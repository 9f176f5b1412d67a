// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// How scattered values meet what is there: a mode is a constant wherever it is passed, so that loops know it.

export const SET: i32 = 0;
export const ADD: i32 = 1;
export const MUL: i32 = 2;
export const MAX: i32 = 3;
export const MIN: i32 = 4;

/** What becomes of element a when b arrives. */
// @ts-ignore: decorator
@inline
export function meet<T>(mode: i32, a: T, b: T): T {
  if (mode == ADD) return <T>(a + b);
  if (mode == MUL) return <T>(a * b);
  if (mode == MAX) return max<T>(a, b);
  if (mode == MIN) return min<T>(a, b);
  return b;
}

/** The same, lane by lane; MUL has no vector form for bytes. */
// @ts-ignore: decorator
@inline
export function meetVectors<T>(mode: i32, a: v128, b: v128): v128 {
  if (mode == ADD) return v128.add<T>(a, b);
  if (sizeof<T>() > 1) {
    if (mode == MUL) return v128.mul<T>(a, b);
  }
  if (mode == MAX) return v128.max<T>(a, b);
  if (mode == MIN) return v128.min<T>(a, b);
  return b;
}
