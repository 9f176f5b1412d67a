// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// Stable sorts along the middle axis of contiguous [outer, n, inner], and the k first of what a sort would give.
//
// Elements become unsigned keys whose order is the order wanted: NaN is the largest number, both zeros are equal, and a
// descending sort complements the keys, which keeps it stable. Long columns are sorted by digits of 8 bits, the least
// significant first (D. E. Knuth, The Art of Computer Programming vol. 3, 5.2.5); short ones, and the first few of a
// long one, by insertion.

/** Values of a digit. */
const RADIX: i32 = 256;

/** Up to this many sorted elements insertion is used. */
const INSERTION: i32 = 32;

/** Bytes of scratch memory that sorting columns of n elements takes, for elements of `size` bytes. */
export function sort_scratch(n: i32, size: i32): usize {
  return 2 * <usize>n * (keySize(size) + 4) + keySize(size) * RADIX * 4;
}

// @ts-ignore: decorator
@inline
function keySize(size: i32): usize {
  return size == 8 ? 8 : 4;
}

// @ts-ignore: decorator
@inline
function keyOf<T, K>(v: T, descending: bool): K {
  let key: K;
  if (isFloat<T>()) {
    const sign = <K>1 << (<K>(sizeof<K>() * 8 - 1));
    const bits = reinterpret<K>(v);
    if (v != v) key = ~(<K>0);
    else if (v == 0) key = sign;
    else key = (bits & sign) != 0 ? ~bits : bits | sign;
  } else if (sizeof<T>() == 4) {
    key = <K>v ^ 0x80000000;
  } else {
    key = <K>v;
  }
  return descending ? ~key : key;
}

/** Keeps the `k` smallest keys of a column, in order, at `keys`, and where they come from at `order`. */
// @ts-ignore: decorator
@inline
function insertionSort<T, K>(
  x: usize,
  step: usize,
  n: i32,
  k: i32,
  descending: bool,
  keys: usize,
  order: usize,
): void {
  let kept = 0;
  for (let i = 0; i < n; i++) {
    const key = keyOf<T, K>(load<T>(x), descending);
    x += step;
    if (kept == k && load<K>(keys + (k - 1) * sizeof<K>()) <= key) continue;
    let at = kept < k ? kept++ : k - 1;
    while (at > 0 && load<K>(keys + (at - 1) * sizeof<K>()) > key) {
      store<K>(keys + at * sizeof<K>(), load<K>(keys + (at - 1) * sizeof<K>()));
      store<i32>(order + at * 4, load<i32>(order + (at - 1) * 4));
      at--;
    }
    store<K>(keys + at * sizeof<K>(), key);
    store<i32>(order + at * 4, i);
  }
}

/** One stable pass by the digit at `shift`; `next` holds how many keys have each digit. */
// @ts-ignore: decorator
@inline
function distribute<K>(
  keys: usize,
  order: usize,
  toKeys: usize,
  toOrder: usize,
  n: i32,
  next: usize,
  shift: i32,
): void {
  let position = 0;
  for (let d = 0; d < RADIX; d++) {
    const count = load<i32>(next + d * 4);
    store<i32>(next + d * 4, position);
    position += count;
  }
  for (let i = 0; i < n; i++) {
    const key = load<K>(keys + i * sizeof<K>());
    const slot = next + (<usize>(key >> <K>shift) & 255) * 4;
    const at = load<i32>(slot);
    store<i32>(slot, at + 1);
    store<K>(toKeys + at * sizeof<K>(), key);
    store<i32>(toOrder + at * 4, load<i32>(order + i * 4));
  }
}

/** Sorts a whole column; gives the address of the order. */
// @ts-ignore: decorator
@inline
function radixSort<T, K>(x: usize, step: usize, n: i32, descending: bool, scratch: usize): usize {
  let keys = scratch;
  let toKeys = keys + n * sizeof<K>();
  let order = toKeys + n * sizeof<K>();
  let toOrder = order + n * 4;
  const counts = toOrder + n * 4;
  const digits = <i32>sizeof<T>();
  memory.fill(counts, 0, digits * RADIX * 4);
  for (let i = 0; i < n; i++) {
    const key = keyOf<T, K>(load<T>(x), descending);
    x += step;
    store<K>(keys + i * sizeof<K>(), key);
    store<i32>(order + i * 4, i);
    for (let digit = 0; digit < digits; digit++) {
      const slot = counts + (digit * RADIX + (<i32>(key >> <K>(8 * digit)) & 255)) * 4;
      store<i32>(slot, load<i32>(slot) + 1);
    }
  }
  for (let digit = 0; digit < digits; digit++) {
    const next = counts + digit * RADIX * 4;
    // All keys share this digit: nothing would move.
    if (load<i32>(next + (<usize>(load<K>(keys) >> <K>(8 * digit)) & 255) * 4) == n) continue;
    distribute<K>(keys, order, toKeys, toOrder, n, next, 8 * digit);
    const keysBefore = keys;
    const orderBefore = order;
    keys = toKeys;
    order = toOrder;
    toKeys = keysBefore;
    toOrder = orderBefore;
  }
  return order;
}

/**
 * The `k` first of each sorted column and their positions, into contiguous [outer, k, inner], for columns (o, j) number
 * `begin` to `end` - 1.
 */
// @ts-ignore: decorator
@inline
function sort<T, K>(
  x: usize,
  values: usize,
  indices: usize,
  n: i32,
  k: i32,
  inner: i32,
  descending: bool,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const step = <usize>inner * sizeof<T>();
  for (let column = begin; column < end; column++) {
    const o = column / inner;
    const j = column - o * inner;
    const from = x + <usize>(o * n * inner + j) * sizeof<T>();
    let order = scratch + k * sizeof<K>();
    if (k <= INSERTION) insertionSort<T, K>(from, step, n, k, descending, scratch, order);
    else order = radixSort<T, K>(from, step, n, descending, scratch);
    let to = o * k * inner + j;
    for (let i = 0; i < k; i++) {
      const at = load<i32>(order + i * 4);
      store<T>(values + to * sizeof<T>(), load<T>(from + <usize>at * step));
      store<i32>(indices + to * 4, at);
      to += inner;
    }
  }
}

export function f32_sort(
  x: usize,
  values: usize,
  indices: usize,
  n: i32,
  k: i32,
  inner: i32,
  descending: bool,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  sort<f32, u32>(x, values, indices, n, k, inner, descending, scratch, begin, end);
}

export function f64_sort(
  x: usize,
  values: usize,
  indices: usize,
  n: i32,
  k: i32,
  inner: i32,
  descending: bool,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  sort<f64, u64>(x, values, indices, n, k, inner, descending, scratch, begin, end);
}

export function i32_sort(
  x: usize,
  values: usize,
  indices: usize,
  n: i32,
  k: i32,
  inner: i32,
  descending: bool,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  sort<i32, u32>(x, values, indices, n, k, inner, descending, scratch, begin, end);
}

export function u8_sort(
  x: usize,
  values: usize,
  indices: usize,
  n: i32,
  k: i32,
  inner: i32,
  descending: bool,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  sort<u8, u32>(x, values, indices, n, k, inner, descending, scratch, begin, end);
}
