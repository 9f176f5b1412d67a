/**
 * Padding at the ends of axes.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { type Op, SAVES_NOTHING } from "../tensor/op.ts";
import { formatShape, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { PadOptions } from "./functional_types.ts";
import { indexSelect } from "./index_select.ts";
import { apart } from "./layout.ts";
import { narrow } from "./slicing.ts";
import { defineOp } from "./table.ts";
import { fromTyped } from "./tensor_data.ts";

/** Elements before and after each axis, all axes, none negative. */
interface ConstantPad {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly value: number;
}

/** The part of `x` that `before` and `after` leave. */
function interior(x: Tensor, before: Shape, after: Shape): Tensor {
  return before.reduce(
    (part, start, d) => start === 0 && after[d] === 0 ? part : narrow(part, d, start, part.shape[d] - start - after[d]),
    x,
  );
}

const constantPadOp: Op<ConstantPad> = defineOp<ConstantPad>({
  name: "constantPad",
  gradName: "ConstantPadNd",
  kind: "kernel",
  shape: ([x], { before, after }) => ({ shape: x.shape.map((s, d) => before[d] + s + after[d]), dtype: x.dtype }),
  run: (backend, [x], [out], { before, value }) => {
    backend.fill(out, value);
    const offset = before.reduce((at, n, d) => at + n * out.strides[d], 0);
    if (x.numel > 0) {
      const { storage, dtype, strides } = out;
      backend.copy(x, { storage, dtype, shape: x.shape, strides, offset, numel: x.numel });
    }
  },
  rules: "full",
  saves: SAVES_NOTHING,
  vjp: (c, [g]) => [interior(g!, c.params.before, c.params.after)],
  jvp: (c, [t]) => [apply(constantPadOp, [t!], { ...c.params, value: 0 })],
  batch: (_size, _batched, [x], { before, after, value }) =>
    apply(constantPadOp, [x], { before: [0, ...before], after: [0, ...after], value }),
  samples: () => [
    { inputs: [{ shape: [2, 3] }], params: { before: [1, 0], after: [0, 2], value: 0.5 } },
    { inputs: [{ shape: [0] }], params: { before: [1], after: [1], value: 0 } },
  ],
});

/** For each element of a padded axis, the element of the axis that it shows. */
function sourceIndex(
  mode: "reflect" | "replicate" | "circular",
  size: number,
  before: number,
  after: number,
): Int32Array {
  return Int32Array.from({ length: before + size + after }, (_, i) => {
    const at = i - before;
    if (mode === "replicate") return Math.min(Math.max(at, 0), size - 1);
    if (mode === "circular") return (at + size) % size;
    return at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at;
  });
}

function padAxis(
  x: Tensor,
  axis: number,
  before: number,
  after: number,
  mode: "reflect" | "replicate" | "circular",
): Tensor {
  if (before === 0 && after === 0) return x;
  const size = x.shape[axis];
  const limit = mode === "reflect" ? size - 1 : mode === "circular" ? size : size > 0 ? Infinity : 0;
  if (Math.max(before, after) > limit || before + size + after < 0) {
    throw new ShapeError(
      `pad: expected padding of at most ${limit} for the ${size} elements of axis ${axis} in mode "${mode}", got ${
        formatShape([before, after])
      }`,
    );
  }
  // Negative padding takes elements away: before a circle closes, but a mirror at the other end still shows them.
  const kept = narrow(x, axis, Math.max(0, -before), size + Math.min(0, before) + Math.min(0, after));
  if (before <= 0 && after <= 0) return kept;
  const [source, ...ends] = mode === "circular" ? [kept, Math.max(0, before), Math.max(0, after)] : [x, before, after];
  const index = sourceIndex(mode, source.shape[axis], ends[0], ends[1]);
  return indexSelect(source, axis, fromTyped(index, [index.length], "int32", { device: x.device }));
}

/**
 * Pads the ends of the last axes.
 *
 * @param padding [before, after] of the last axis, then of the one before it, and so on. Negative numbers cut elements off.
 */
export function pad(input: Tensor, padding: readonly number[], options: PadOptions = {}): Tensor {
  const { mode = "constant", value = 0 } = options;
  if (padding.length % 2 !== 0 || padding.length > 2 * input.ndim || !padding.every(Number.isInteger)) {
    throw new ArgumentError(
      `pad: expected pairs of integers for at most the ${input.ndim} axes of shape ${formatShape(input.shape)}, got ${
        formatShape(padding)
      }`,
    );
  }
  const pairs = input.shape.map((_, d) => {
    const at = 2 * (input.ndim - 1 - d);
    return at < padding.length ? [padding[at], padding[at + 1]] : [0, 0];
  });
  switch (mode) {
    case "constant":
      return padConstant(input, pairs.map(([before]) => before), pairs.map(([, after]) => after), value);
    case "reflect":
    case "replicate":
    case "circular":
      return apart(pairs.reduce((x, [before, after], d) => padAxis(x, d, before, after, mode), input), input);
    default:
      throw new ArgumentError(
        `pad: expected mode "constant", "reflect", "replicate" or "circular", got ${String(mode)}`,
      );
  }
}

function padConstant(input: Tensor, before: Shape, after: Shape, value: number): Tensor {
  for (const [d, size] of input.shape.entries()) {
    if (size + before[d] + after[d] < 0) {
      throw new ShapeError(
        `pad: expected padding that leaves no negative size, got ${
          formatShape([before[d], after[d]])
        } for axis ${d} of shape ${formatShape(input.shape)}`,
      );
    }
  }
  const cut = (n: number): number => Math.max(0, -n);
  const grow = (n: number): number => Math.max(0, n);
  const kept = interior(input, before.map(cut), after.map(cut));
  return apply(constantPadOp, [kept], { before: before.map(grow), after: after.map(grow), value });
}
