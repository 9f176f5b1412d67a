/**
 * For tests: strided views of twins.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { DType } from "../dtype.ts";
import type { Twin } from "./twin_testing.ts";

/** The same view on both backends. */
export interface TwinView {
  readonly wasm: ArrayRef;
  readonly reference: ArrayRef;
}

/** The view of `twin` with `shape` and `strides` that begins `offset` elements in. */
export function viewOf(
  twin: TwinView,
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
): TwinView {
  const numel = shape.reduce((a, b) => a * b, 1);
  const at = (x: ArrayRef): ArrayRef => ({ ...x, shape, strides, numel, offset: x.offset + offset });
  return { wasm: at(twin.wasm), reference: at(twin.reference) };
}

/** Creates a twin that the caller will free. */
export type MakeTwin = (...parameters: ConstructorParameters<typeof Twin>) => Twin;

/**
 * A view of `shape` whose axes lie in memory in random order, with random gaps, and with `broadcast` some of stride 0; and
 * the twin that it is a view of.
 */
export function randomView(
  make: MakeTwin,
  dtype: DType,
  shape: readonly number[],
  random: () => number,
  value: (i: number) => number,
  options: { broadcast?: boolean } = {},
): { view: TwinView; owner: Twin } {
  const order = [...shape.keys()];
  if (random() < 0.6) order.sort(() => random() - 0.5);
  const gap = random() < 0.4 ? 2 : 1;
  const strides = new Array<number>(shape.length);
  let size = 1;
  for (const d of order.toReversed()) {
    if (options.broadcast && random() < 0.15) {
      strides[d] = 0;
      continue;
    }
    const step = random() < 0.3 ? gap : 1;
    strides[d] = size * step;
    size *= Math.max(1, shape[d]) * step;
  }
  const offset = Math.floor(random() * 3);
  const owner = make(dtype, [size + offset], value);
  return { view: viewOf(owner, shape, strides, offset), owner };
}
