/**
 * The one function through which every op runs.
 *
 * @module
 */
import { engine } from "./engine.ts";
import { DeviceError } from "./errors.ts";
import { gradMode, runningTape, seenUpTo } from "./grad_mode.ts";
import type { ProfilerHook } from "./hook_types.ts";
import type { Level } from "./level.ts";
import type { Op, Outputs, Spec, ViewSpec } from "./op.ts";
import { formatShape, numelOf } from "./shape.ts";
import { checkUsable, empty, Tensor } from "./tensor.ts";
import { beginOp } from "../runtime/heap.ts";

/** The profiler that listens, or null; read on every op, so a plain live binding. */
export let profiler: ProfilerHook | null = null;

/** Starts or stops listening. */
export function setProfilerHook(hook: ProfilerHook | null): void {
  profiler = hook;
}

/**
 * Runs `op` on `inputs`: the newest level among them handles it; without levels the kernel runs and the base tape
 * records the call if an input is tracked.
 */
export function applyOp<P>(op: Op<P>, inputs: readonly Tensor[], params: P): Outputs {
  let top: Level | null = null;
  let tracked = false;
  for (let i = 0; i < inputs.length; i++) {
    const x = inputs[i];
    // What is no tensor has no level, not even null.
    if (x.disposed || (x.level !== null && !x.level?.alive)) checkUsable(op.name, x);
    // A write to what a stale view looks at may have given it a history, or a level.
    if (x.base !== null && x.viewVersion !== x.storage.version) engine.refreshView(x);
    if (x.level !== null) {
      if (top === null || x.level.id > top.id) top = x.level;
    } else if (x.tracked) tracked = true;
  }
  if (runningTape !== null && (top === null ? tracked : top.id < runningTape.id)) {
    return seenUpTo(top?.id ?? 0, () => applyOp(op, inputs, params));
  }
  if (top !== null) {
    const outputs = top.process(op, inputs, params);
    if (op.kind === "view") noteViews(inputs[0], outputs);
    return outputs;
  }
  const recording = tracked && gradMode === "enabled" && op.rules !== "none";
  if (recording && op.rules === "fused" && op.vjp === null) return op.decompose(inputs, params);
  const outputs = profiler === null ? runForward(op, inputs, params) : profileForward(profiler, op, inputs, params);
  if (recording) engine.record(op, inputs, Array.isArray(outputs) ? outputs : [outputs as Tensor], params);
  return outputs;
}

/** {@linkcode applyOp} for an op with one output. */
export function apply<P>(op: Op<P>, inputs: readonly Tensor[], params: P): Tensor {
  // The arity of an op is fixed by its record; ops with several outputs go through applyMany.
  return applyOp(op, inputs, params) as Tensor;
}

/** {@linkcode applyOp} for an op with several outputs. */
export function applyMany<P>(op: Op<P>, inputs: readonly Tensor[], params: P): readonly Tensor[] {
  return applyOp(op, inputs, params) as readonly Tensor[];
}

/** {@linkcode runForward} under the eyes of a profiler. */
function profileForward<P>(hook: ProfilerHook, op: Op<P>, inputs: readonly Tensor[], params: P): Outputs {
  hook.begin("op", op.name, inputs);
  try {
    return runForward(op, inputs, params);
  } finally {
    hook.end();
  }
}

/** Runs the forward part on plain tensors. */
function runForward<P>(op: Op<P>, inputs: readonly Tensor[], params: P): Outputs {
  const backend = inputs[0].storage.backend;
  for (let i = 1; i < inputs.length; i++) {
    if (inputs[i].storage.backend !== backend) throw mixedDevices(op.name, inputs[0], inputs[i]);
  }
  if (op.kind === "view") {
    const views = op.view(inputs[0], params);
    return Array.isArray(views)
      ? views.map((view: ViewSpec) => viewOf(inputs[0], view))
      : viewOf(inputs[0], views as ViewSpec);
  }
  const spec = op.shape(inputs, params);
  beginOp();
  if (Array.isArray(spec)) {
    const many = (spec as readonly Spec[]).map((s) => empty(backend, s.shape, s.dtype));
    op.run(backend, inputs, many, params);
    return many;
  }
  const { shape, dtype, backend: target } = spec as Spec;
  const one = empty(target ?? backend, shape, dtype);
  op.run(backend, inputs, [one], params);
  return one;
}

/** A window on the storage of `input`. */
function viewOf(input: Tensor, view: ViewSpec): Tensor {
  const out = new Tensor(input.storage, input.dtype, view.shape, view.strides, view.offset, numelOf(view.shape));
  out.base = input.base ?? input;
  out.viewVersion = input.storage.version;
  return out;
}

/** Tells the boxes that a view op gave what they are views of. A batch rule may have had to copy. */
function noteViews(input: Tensor, outputs: Outputs): void {
  for (const out of Array.isArray(outputs) ? outputs as readonly Tensor[] : [outputs as Tensor]) {
    if (out.storage !== input.storage) continue;
    out.base = input.base ?? input;
    out.viewVersion = out.storage.version;
  }
}

function mixedDevices(op: string, a: Tensor, b: Tensor): DeviceError {
  return new DeviceError(
    `${op}: expected operands on one device, got shape ${formatShape(a.shape)} on ${a.device} and shape ` +
      `${formatShape(b.shape)} on ${b.device}; move one with to("${a.device}")`,
  );
}
