/**
 * Forward mode by hand: dual tensors, which carry a tangent through every op.
 *
 * @module
 */
import { isFloating } from "../tensor/dtype.ts";
import { DTypeError, GradError, ShapeError } from "../tensor/errors.ts";
import { running, setRunning } from "../tensor/level.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import { checkUsable, empty, resurrect, type Tensor, unbox } from "../tensor/tensor.ts";
import { refusePromise } from "../tensor/tidy.ts";
import { BatchLevel } from "./batch.ts";
import { DualLevel } from "./dual.ts";

/** What {@linkcode unpackDual} gives. */
export interface UnpackedDual {
  /** The value without its tangent. */
  primal: Tensor;
  /** The tangent; null for a tensor without one, and once the level is gone. */
  tangent: Tensor | null;
}

/** A running level: `using level = dualLevel();` ends it with its block. */
export interface DualLevelGuard {
  /** Ends the level: its duals lose their tangents. */
  [Symbol.dispose](): void;
}

class ForwardADLevel extends DualLevel {
  override readonly unwraps = true;

  constructor() {
    super("forwardAD.dualLevel");
  }
}

/** The running levels, outermost first. */
const levels: ForwardADLevel[] = [];

function end(level: ForwardADLevel): void {
  level.alive = false;
  const position = levels.indexOf(level);
  if (position < 0) return;
  levels.splice(position, 1);
  setRunning(running - 1);
}

/**
 * Runs `fn` at a new forward-mode level, at which {@linkcode makeDual} makes dual tensors, and returns what it returns.
 * When the level ends, its dual tensors become their primals. Levels nest.
 *
 * ```ts
 * import { forwardAD, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const tangent = forwardAD.dualLevel(() => {
 *   const x = forwardAD.makeDual(tensor([1, 2, 3]), tensor([1, 0, 0]));
 *   return forwardAD.unpackDual(x.mul(x)).tangent;
 * });
 * assertEquals(tangent?.toArray(), [2, 0, 0]);
 * ```
 */
export function dualLevel<R>(fn: () => R): R;
/** Starts a forward-mode level that ends when the guard is disposed. */
export function dualLevel(): DualLevelGuard;
export function dualLevel<R>(fn?: () => R): R | DualLevelGuard {
  const level = new ForwardADLevel();
  levels.push(level);
  setRunning(running + 1);
  if (fn === undefined) return { [Symbol.dispose]: () => end(level) };
  try {
    return refusePromise("dualLevel", fn());
  } finally {
    end(level);
  }
}

/** `tangent` in the memory layout of `primal`: itself if it has it already, else a copy. */
function inLayoutOf(primal: Tensor, tangent: Tensor): Tensor {
  const isSame = primal.strides.every((stride, axis) => primal.shape[axis] <= 1 || stride === tangent.strides[axis]);
  // Boxes have no memory of their own, and a copy would cut a history.
  if (isSame || primal.level !== null || tangent.level !== null || tangent.requiresGrad) return tangent;
  const copy = empty(tangent.storage.backend, tangent.shape, tangent.dtype);
  if (isDense(primal)) copy.strides = primal.strides;
  tangent.storage.backend.copy(tangent, copy);
  return copy;
}

/** True if the elements fill a piece of memory without gaps or overlaps, in any order of the axes. */
function isDense({ shape, strides }: Tensor): boolean {
  const axes = shape.map((size, axis) => ({ size, stride: strides[axis] })).filter(({ size }) => size > 1);
  axes.sort((a, b) => a.stride - b.stride);
  let expected = 1;
  return axes.every(({ size, stride }) => {
    const fits = stride === expected;
    expected *= size;
    return fits;
  });
}

/**
 * A dual tensor: `primal` with the tangent `tangent` at the innermost running level.
 *
 * The tangent has the shape and dtype of the primal. It is kept as it is if it has the primal's memory layout too, else
 * copied into that layout. Either may require grad: what is computed from the dual is recorded as usual.
 *
 * @throws GradError outside {@linkcode dualLevel}.
 */
export function makeDual(primal: Tensor, tangent: Tensor): Tensor {
  checkUsable("makeDual", primal);
  checkUsable("makeDual", tangent);
  const level = levels[levels.length - 1];
  if (level === undefined) {
    throw new GradError(
      "makeDual: expected a running forward-mode level, got none; call it inside forwardAD.dualLevel(() => ...)",
    );
  }
  if (!isFloating(primal.dtype) || tangent.dtype !== primal.dtype) {
    throw new DTypeError(
      `makeDual: expected a floating-point primal and a tangent of its dtype, got ${primal.dtype} and ${tangent.dtype}; ` +
        `convert with to()`,
    );
  }
  if (!sameShape(primal.shape, tangent.shape)) {
    throw new ShapeError(
      `makeDual: expected a tangent of shape ${formatShape(primal.shape)}, got ${formatShape(tangent.shape)}`,
    );
  }
  if (primal.level === level) {
    throw new GradError(
      "makeDual: expected a primal without a tangent, got a dual tensor of the same level; unpackDual() it first",
    );
  }
  return level.dual(primal, inLayoutOf(primal, tangent));
}

/** The primal and the tangent of a dual tensor at the innermost running level; any other tensor is its own primal. */
export function unpackDual(dual: Tensor): UnpackedDual {
  checkUsable("unpackDual", dual);
  const level = levels[levels.length - 1];
  if (level === undefined || dual.level === null || dual.level.id < level.id) return { primal: dual, tangent: null };
  if (dual.level === level) {
    return { primal: unbox(dual), tangent: dual.tangent === null ? null : resurrect(dual.tangent) };
  }
  const around = dual.level;
  if (!(around instanceof BatchLevel)) {
    throw new GradError(
      `unpackDual: expected a tensor of the level itself, got one inside func.${around.transform}, which would lose its ` +
        `derivative; unpack the result of the transform`,
    );
  }
  const { primal, tangent } = unpackDual(unbox(dual));
  return { primal: around.batched(primal), tangent: tangent === null ? null : around.batched(tangent) };
}
