/**
 * In-place writes and what they do to histories: PyTorch's rules.
 *
 * @module
 */
import { asStrided, asStridedScatterOp, placement } from "../ops/as_strided.ts";
import { add } from "../ops/binary.ts";
import { cast } from "../ops/cast.ts";
import { clone, expand } from "../ops/shape.ts";
import { apply } from "../tensor/apply.ts";
import type { AutogradMeta } from "../tensor/autograd_meta.ts";
import { category } from "../tensor/dtype.ts";
import { ArgumentError, DTypeError, GradError, ShapeError } from "../tensor/errors.ts";
import { gradMode, runningTape, seenUpTo, setGradMode } from "../tensor/grad_mode.ts";
import type { Level } from "../tensor/level.ts";
import type { Node } from "../tensor/node.ts";
import { created, outsideScopes } from "../tensor/scope.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import { alias, checkUsable, resurrect, Tensor, unbox } from "../tensor/tensor.ts";
import { adopt } from "../tensor/unboxing.ts";
import { newestLevel, recordCall } from "./tape.ts";

/** Brings history and level of a view up to date after its storage was written through another handle. */
export function refreshViewNode(view: Tensor): void {
  const { base, storage } = view;
  if (base === null || view.viewVersion === storage.version) return;
  view.viewVersion = storage.version;
  if (base.level === null && (!base.tracked || base.node === null)) return;
  const mode = setGradMode("enabled");
  try {
    adopt(view, asStrided(resurrect(base), view.shape, view.strides, view.offset));
    moveRetainedGrad(view);
  } finally {
    setGradMode(mode);
  }
}

/** Throws where `result` cannot be written into `target`; returns it in the dtype and shape of the target. */
function fit(name: string, target: Tensor, result: Tensor): Tensor {
  if (category(result.dtype) > category(target.dtype)) {
    throw new DTypeError(
      `${name}: expected a result that fits the ${target.dtype} tensor written to, got ${result.dtype}; ` +
        `use the out-of-place form, or convert the tensor first`,
    );
  }
  if (!sameShape(target.shape, result.shape) && result.ndim > target.ndim) throw misfit(name, target, result);
  for (let i = 1; i <= result.ndim; i++) {
    const have = result.shape[result.ndim - i];
    if (have !== 1 && have !== target.shape[target.ndim - i]) throw misfit(name, target, result);
  }
  for (const [i, size] of target.shape.entries()) {
    if (size > 1 && target.strides[i] === 0 && target.numel > 0) {
      throw new ArgumentError(
        `${name}: expected every element of the written tensor to have memory of its own, got an expanded tensor of shape ` +
          `${formatShape(target.shape)}; clone() it first`,
      );
    }
  }
  return expand(cast(result, target.dtype), target.shape);
}

function misfit(name: string, target: Tensor, result: Tensor): ShapeError {
  return new ShapeError(
    `${name}: expected a result of shape ${formatShape(target.shape)} to write in place, got ${
      formatShape(result.shape)
    }; in-place operations cannot grow their tensor`,
  );
}

/** Writes `result` into `target`: the common end of every in-place op. */
export function write(name: string, target: Tensor, result: Tensor): void {
  checkUsable(name, target);
  const fitted = fit(name, target, result);
  const { base } = target;
  const top = newestLevel(base === null ? [target, fitted] : [target, fitted, base]);
  if (runningTape !== null && (top === null || top.id < runningTape.id)) {
    return seenUpTo(top?.id ?? 0, () => write(name, target, fitted));
  }
  refreshViewNode(fitted);
  const recording = gradMode === "enabled";
  // A copy hangs on a node of its own, not on that of a tensor which others may look at.
  const own = recording && name === "copy_" && fitted === result && fitted.node !== null ? clone(fitted) : fitted;
  if (top !== null) {
    if (base === null) {
      if (target.level !== top) refuseCaptured(name, top, target);
      top.write(target, own);
    } else {
      // Levels know histories of whole tensors: the base is written, and the view looks at it anew.
      write(name, base, apply(asStridedScatterOp, [base, own], placement(base, target)));
      refreshViewNode(target);
    }
    return;
  }
  if ((base ?? target).isInference && gradMode !== "inference") {
    throw new GradError(
      `${name}: expected a normal tensor, got one made in inference mode; clone() it outside`,
    );
  }
  if (recording) checkWritable(name, target);
  const history = recording && (own.tracked || target.tracked);
  // A leaf has no node of its own to hang on; the copy gives it one.
  const source = history && own.tracked && own.node === null ? clone(own) : own;
  target.storage.backend.copy(source, target);
  target.storage.version++;
  if (!history) return;
  const whole = base ?? target;
  if (base === null && source.tracked) {
    target.node = source.node;
    target.outputIndex = source.outputIndex;
    target.tracked = true;
  } else {
    // A constant written over a tensor leaves it a history of gradient 0: PyTorch's ZeroBackward0.
    const gradName = base === null ? name[0].toUpperCase() + name.slice(1, -1) : asStridedScatterOp.gradName;
    recordCall(null, { ...asStridedScatterOp, gradName }, [whole, source], [whole], placement(whole, target));
  }
  if (base === null) moveRetainedGrad(target);
}

/** Keeps the gradient of the newest value, if any is kept. */
function moveRetainedGrad({ level, meta, node, outputIndex }: Tensor): void {
  if (meta?.retainedFrom && node && !level) retainGradAt(meta, node, outputIndex);
}

/** Keeps the gradient at a node, and no longer that at the node before, as the `grad` of a tensor. */
export function retainGradAt(meta: AutogradMeta, node: Node, index: number): void {
  meta.retainedFrom = node;
  (node.watchers ??= []).push({
    index,
    hook: (gradient) => {
      if (meta.retainedFrom !== node) return;
      meta.grad = outsideScopes(() => meta.grad === null ? clone(gradient) : add(meta.grad, gradient));
    },
  });
}

/** Throws where a transform would leave its box in a tensor that outlives it. */
function refuseCaptured(name: string, level: Level, target: Tensor): void {
  // Duals of forwardAD become plain at the end; vmap complains in words of its own.
  if (level.unwraps || level.transform === "vmap" || created === null) return;
  if (created.lastIndexOf(target) >= level.mark) return;
  throw new GradError(
    `${name}: expected a tensor made inside func.${level.transform}, got another: this would mutate a captured tensor; ` +
      `pass it as an argument`,
  );
}

/** Outputs of custom functions in memory of an input: a write to one would pass by the derivative that the user wrote. */
export const borrowing: WeakSet<Tensor> = new WeakSet();

function checkWritable(name: string, target: Tensor): void {
  if (borrowing.has(target.base ?? target)) {
    throw new GradError(
      `${name}: expected a tensor of its own, got the output of a custom function in the memory of an input; clone() it first`,
    );
  }
  if (target.tracked && target.node === null && target.base === null) {
    throw new GradError(
      `${name}: expected a tensor without gradient or the result of an op, got a leaf that requires grad, whose value ` +
        `backward() relies on; write to it inside noGrad(), or use the out-of-place form`,
    );
  }
  refreshViewNode(target);
  const { base } = target;
  if (base !== null && base.tracked && (base.node === null || !target.tracked)) {
    throw new GradError(
      `${name}: expected a tensor of its own, got a view ${
        base.node === null ? "of a leaf that requires grad" : "made in noGrad()"
      }; write to it inside noGrad(), or clone() first`,
    );
  }
}

/** Writes through a box at `level`: into the value inside, or turns a plain target into a box around itself. */
export function writeThrough(level: Level, target: Tensor, result: Tensor): void {
  const inner = result.level === level ? unbox(result) : result;
  const own = target.level === level;
  const value = own ? unbox(target) : alias(target);
  write("copy_", value, inner);
  // Another handle than before, where that was disposed, has the history.
  if (value !== target.value) target.setBox(level, value, own ? target.tangent : null);
}

/**
 * A stand-in for `target` as an operand of the in-place op that is about to overwrite it: when the call is recorded, the
 * residuals must keep the old values.
 */
export function snapshot(target: Tensor, others: readonly unknown[]): Tensor {
  checkUsable("in-place operation", target);
  // A write through another view may have given the target a history that it does not know yet.
  refreshViewNode(target);
  // Inside a transform older levels may record what its own tape does not.
  if (gradMode !== "enabled" && runningTape === null) return target;
  if (!target.requiresGrad && !others.some((x) => x instanceof Tensor && x.requiresGrad)) return target;
  const copy = alias(target);
  if (target.level === null) {
    const mode = setGradMode("disabled");
    try {
      replaceStorage(copy, clone(target));
    } finally {
      setGradMode(mode);
    }
  } else {
    const value = clone(unbox(target));
    copy.setBox(target.level, value, target.tangent);
    replaceStorage(copy, value);
  }
  return copy;
}

/** Moves a handle onto the storage of `source`, which is contiguous as the handle is not assumed to be. */
export function replaceStorage(handle: Tensor, source: Tensor): void {
  handle.storage.release();
  handle.storage = source.storage;
  handle.storage.holds++;
  handle.strides = source.strides;
  handle.offset = source.offset;
  handle.base = null;
}
