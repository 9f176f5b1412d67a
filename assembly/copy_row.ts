// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// The copy of one contiguous row.

/** Rows of at least this many bytes are worth a call of memory.copy. */
const LONG_ROW: usize = 512;

/** Copies n contiguous elements. */
// @ts-ignore: decorator
@inline
export function copyRow<T>(x: usize, y: usize, n: i32): void {
  const bytes = <usize>n * sizeof<T>();
  if (bytes >= LONG_ROW) {
    memory.copy(y, x, bytes);
    return;
  }
  const end = x + bytes;
  for (; x + 64 <= end; x += 64) {
    const a = v128.load(x);
    const b = v128.load(x, 16);
    const c = v128.load(x, 32);
    const d = v128.load(x, 48);
    v128.store(y, a);
    v128.store(y, b, 16);
    v128.store(y, c, 32);
    v128.store(y, d, 48);
    y += 64;
  }
  for (; x + 16 <= end; x += 16) {
    v128.store(y, v128.load(x));
    y += 16;
  }
  for (; x < end; x += sizeof<T>()) {
    store<T>(y, load<T>(x));
    y += sizeof<T>();
  }
}
