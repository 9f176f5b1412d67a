/**
 * Installs the automatic-differentiation layer behind the methods of tensors.
 *
 * @module
 */
import { setEngine } from "../tensor/engine.ts";
import { GradError } from "../tensor/errors.ts";
import type { Engine, TensorHook } from "../tensor/hook_types.ts";
import type { Node } from "../tensor/node.ts";
import { AutogradMeta } from "../tensor/autograd_meta.ts";
import { box, checkUsable, Tensor, unbox } from "../tensor/tensor.ts";
import type { HookHandle } from "../tensor/types.ts";
import { DualLevel } from "./dual.ts";
import { backward } from "./grad.ts";
import { refreshViewNode, retainGradAt, snapshot, write } from "./inplace.ts";
import { nodeOf, recordCall } from "./tape.ts";

/** The same window without a history, at every level that differentiates. */
function detach(tensor: Tensor): Tensor {
  checkUsable("detach", tensor);
  if (tensor.level !== null) {
    const inner = detach(unbox(tensor));
    // Of the levels only vmap keeps its box: its axis is not a derivative.
    return tensor.level.transform === "vmap" ? box(tensor.level, inner, null, tensor.shape, tensor.strides) : inner;
  }
  const { storage, dtype, shape, strides, offset, numel } = tensor;
  return new Tensor(storage, dtype, shape, strides, offset, numel);
}

/** Hangs a hook on the node behind a tensor, or on the leaf itself. */
function registerHook(tensor: Tensor, hook: TensorHook): HookHandle {
  checkUsable("registerHook", tensor);
  if (tensor.level instanceof DualLevel) return registerHook(unbox(tensor), hook);
  const node = nodeOf(tensor, tensor.level);
  if (node === null) {
    throw new GradError("registerHook: expected a tensor that requires grad, got one that does not");
  }
  if (node.op === null && tensor.level === null) {
    const hooks = (tensor.meta ??= new AutogradMeta()).hooks ??= [];
    hooks.push(hook);
    return { remove: () => removeFrom(hooks, hook) };
  }
  const watchers = node.watchers ??= [];
  const watcher = { index: tensor.outputIndex, hook };
  watchers.push(watcher);
  return { remove: () => removeFrom(watchers, watcher) };
}

function removeFrom<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}

/** Keeps the gradient of a tensor that is not a leaf. */
function retainGrad(tensor: Tensor): void {
  checkUsable("retainGrad", tensor);
  const node = nodeOf(tensor, null);
  if (node === null) throw new GradError("retainGrad: expected a tensor that requires grad, got one that does not");
  if (node.op === null) return;
  const meta = tensor.meta ??= new AutogradMeta();
  if (meta.retainedFrom !== node) retainGradAt(meta, node, tensor.outputIndex);
}

const installed: Engine = {
  record: (op, inputs, outputs, params) => recordCall(null, op, inputs, outputs, params),
  write,
  snapshot,
  refreshView: (view) => {
    refreshViewNode(view);
    return view.tracked;
  },
  backward: (tensor, gradient, options) => backward(tensor, gradient, options),
  gradFn: (tensor): Node | null => {
    // The history of a dual tensor is that of its primal.
    const traced = tensor.level instanceof DualLevel ? unbox(tensor) : tensor;
    const node = nodeOf(traced, traced.level);
    return node === null || node.op === null ? null : node;
  },
  detach,
  registerHook,
  retainGrad,
};

setEngine(installed);
