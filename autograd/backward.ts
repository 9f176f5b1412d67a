/**
 * The backward pass.
 *
 * @module
 */
import { beginOp } from "../runtime/heap.ts";
import { add } from "../ops/binary.ts";
import { cast } from "../ops/cast.ts";
import { isnan } from "../ops/compare.ts";
import { full, onesLike } from "../ops/creation.ts";
import { clone, sumTo } from "../ops/shape.ts";
import { profiler } from "../tensor/apply.ts";
import { isFloating } from "../tensor/dtype.ts";
import { GradError, ShapeError } from "../tensor/errors.ts";
import { setGradMode, setRunningTape } from "../tensor/grad_mode.ts";
import type { ProfilerHook, TensorHook } from "../tensor/hook_types.ts";
import type { Level } from "../tensor/level.ts";
import type { Node } from "../tensor/node.ts";
import type { MaybeTensor } from "../tensor/op.ts";
import { closeScope, created, disposeSince, forget, openScope, outsideScopes } from "../tensor/scope.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import { AutogradMeta } from "../tensor/autograd_meta.ts";
import { Tensor } from "../tensor/tensor.ts";
import { innermost } from "../tensor/unboxing.ts";
import type { PassOptions, Root, Target } from "./pass_types.ts";
import { nodeOf } from "./tape.ts";

/** The kernel of `add`, for sums that are taken in place, past the op and its allocation. */
const ADD = { name: "add", reference: (a: number, b: number): number => a + b, wgsl: "a + b" };

/** Where tensors stand on the tape of `level`, as far as they do. */
export function cutsOf(tensors: readonly Tensor[], level: Level | null): Target[] {
  return tensors.flatMap((tensor) => {
    const node = nodeOf(tensor, level);
    return node === null ? [] : [{ node, index: tensor.outputIndex }];
  });
}

let passes = 0;

/** Number of the oldest pass that is running: one that a hook or a user's rule starts runs inside another. 0: none. */
let oldestRunning = 0;

let checkNaN = false;

/** Makes every rule's result be checked for NaN (anomaly detection); returns the previous setting. */
export function setNaNChecks(on: boolean): boolean {
  const previous = checkNaN;
  checkNaN = on;
  return previous;
}

/** What a running pass noted at a node that another pass, started inside it, goes through. */
type Interrupted = Pick<Node, "visit" | "wanted" | "target" | "cotangents"> & { readonly node: Node };

/** Keeps what a running pass noted at `node`, if one did. */
function interrupt(node: Node, interrupted: Interrupted[]): void {
  const { visit, wanted, target, cotangents } = node;
  if (visit >= oldestRunning || target >= oldestRunning) interrupted.push({ node, visit, wanted, target, cotangents });
}

/**
 * The nodes that lead from `roots` to what is wanted, each after the nodes behind its edges, so that the reverse is the
 * order of the pass. Marks them `wanted`.
 */
function plan(roots: readonly Root[], targets: PassOptions["targets"], interrupted: Interrupted[] | null): Node[] {
  const pass = ++passes;
  const order: Node[] = [];
  const stack: Node[] = [];
  if (targets !== null) {
    for (const { node } of targets) {
      if (interrupted !== null && node.target !== pass) interrupt(node, interrupted);
      node.target = pass;
    }
  }
  const enter = (node: Node): void => {
    if (interrupted !== null && node.target !== pass) interrupt(node, interrupted);
    node.visit = pass;
    node.cursor = 0;
    node.cotangents = null;
    node.wanted = targets === null || node.target === pass;
    stack.push(node);
  };
  for (const root of roots) {
    if (root.node.visit !== pass) enter(root.node);
    while (stack.length > 0) {
      const node = stack[stack.length - 1];
      if (node.cursor < node.next.length) {
        const next = node.next[node.cursor++];
        if (next !== null && next.visit !== pass) enter(next);
      } else {
        stack.pop();
        for (const next of node.next) if (next !== null && next.wanted && next.visit === pass) node.wanted = true;
        if (node.wanted) order.push(node);
      }
    }
  }
  return order;
}

/** Adds a cotangent to those that wait at a node. Sums belong to the pass, which frees them. */
function accumulate(node: Node, index: number, gradient: Tensor): void {
  const slots = node.cotangents ??= node.outputShapes.length === 1
    ? [null]
    : new Array<MaybeTensor>(node.outputShapes.length).fill(null);
  const previous = slots[index];
  if (previous === null) {
    if (gradient.uses >= 0) gradient.uses++;
    slots[index] = gradient;
    return;
  }
  if (isExclusive(previous) && !previous.tracked && addInto(previous, gradient)) return;
  const total = add(previous, gradient);
  release(previous);
  total.uses = 1;
  slots[index] = total;
}

/** True if the running pass alone can see the bytes of a gradient. */
function isExclusive(gradient: Tensor): boolean {
  return gradient.uses === 1 && gradient.owners === 0 && gradient.storage.holds === 1;
}

/** `sum += gradient` without a new tensor; false where the two do not allow it. */
function addInto(sum: Tensor, gradient: Tensor): boolean {
  if (
    sum.level !== null || gradient.level !== null || gradient.tracked || sum.dtype !== gradient.dtype ||
    !sum.isContiguous() || !sameShape(sum.shape, gradient.shape)
  ) return false;
  beginOp();
  sum.storage.backend.binary(ADD, sum, gradient, sum, 0, 0);
  return true;
}

/** One slot fewer holds the gradient; the last one frees it if the pass owns it. */
function release(gradient: MaybeTensor): void {
  if (gradient !== null && gradient.uses > 0 && --gradient.uses === 0) gradient.dispose();
}

/** Checks what a rule returned against the input it belongs to: the contract that every derivative has to meet. */
function conform(node: Node, i: number, gradient: Tensor): Tensor {
  const shape = node.inputShapes[i];
  let g = gradient;
  if (!sameShape(g.shape, shape)) {
    // What the input broadcasts to may be summed; a mere equal number of elements is no fit.
    const lead = g.ndim - shape.length;
    if (lead < 0 || shape.some((size, d) => size !== 1 && size !== g.shape[lead + d])) throw wrongGradient(node, i, g);
    g = sumTo(g, shape);
  }
  return g.dtype === node.inputDTypes[i] ? g : cast(g, node.inputDTypes[i]);
}

function wrongGradient(node: Node, i: number, g: Tensor): ShapeError {
  return new ShapeError(
    `backward: expected ${node.name} to give a gradient of shape ${
      formatShape(node.inputShapes[i])
    } for input ${i}, got ` +
      formatShape(g.shape),
  );
}

/**
 * Sends cotangents from `roots` through the graph. Returns the gradients of `targets` (null where there is none); without
 * targets, gradients accumulate into the leaves and the result is empty.
 */
export function runBackward(roots: readonly Root[], options: PassOptions): MaybeTensor[] {
  const { retainGraph, createGraph, targets, cuts } = options;
  const outermost = oldestRunning;
  const interrupted: Interrupted[] | null = outermost > 0 ? [] : null;
  const order = plan(roots, targets, interrupted);
  if (outermost === 0) oldestRunning = passes;
  const mode = setGradMode(options.mode);
  const tape = setRunningTape(options.tape);
  const mark = openScope();
  try {
    for (const root of roots) if (root.node.wanted) accumulate(root.node, root.index, root.cotangent);
    const captured = new Map<Node, readonly MaybeTensor[]>();
    for (let i = order.length - 1; i >= 0; i--) {
      const node = order[i];
      const { cotangents } = node;
      if (cotangents === null) continue;
      node.cotangents = null;
      if (cuts !== undefined) drop(cuts, node, cotangents);
      if (node.watchers !== null) callWatchers(node, cotangents);
      const wantedHere = targets !== null && node.target === node.visit;
      if (wantedHere) captured.set(node, cotangents);
      if (node.op !== null || targets === null) {
        if (profiler === null) visit(node, cotangents, createGraph);
        else profileVisit(profiler, node, cotangents, createGraph);
      }
      // What only stops the pass keeps its residuals: its rule has not run.
      if (!retainGraph && (targets === null || leadsOn(node))) node.free();
      if (!wantedHere) { for (const cotangent of cotangents) release(cotangent); }
    }
    return (targets ?? []).map(({ node, index }) => {
      const gradient = captured.get(node)?.[index] ?? null;
      return gradient === null ? null : unshared(gradient);
    });
  } finally {
    for (const node of order) node.cotangents = null;
    if (interrupted !== null) { for (const { node, ...state } of interrupted) Object.assign(node, state); }
    oldestRunning = outermost;
    for (let i = mark; i < created!.length; i++) created![i].uses = -1;
    closeScope();
    setGradMode(mode);
    setRunningTape(tape);
  }
}

/** Whether the pass goes on behind a node. */
function leadsOn({ next }: Node): boolean {
  for (const node of next) if (node !== null && node.wanted) return true;
  return false;
}

/** What the pass does at one node: the rule of a call, or the gradient of a leaf that still wants one. */
function visit(node: Node, cotangents: readonly MaybeTensor[], createGraph: boolean): void {
  if (node.op !== null) propagate(node, cotangents, createGraph);
  else if (node.variable!.requiresGrad) accumulateGrad(node.variable!, cotangents[0]!, createGraph);
}

/** {@linkcode visit} under the eyes of a profiler. */
function profileVisit(
  hook: ProfilerHook,
  node: Node,
  cotangents: readonly MaybeTensor[],
  createGraph: boolean,
): void {
  hook.begin("backward", node.name, cotangents);
  try {
    visit(node, cotangents, createGraph);
  } finally {
    hook.end();
  }
}

/** Forgets the cotangents of what counts as constant. */
function drop(cuts: readonly Target[], node: Node, cotangents: MaybeTensor[]): void {
  for (const cut of cuts) {
    if (cut.node !== node) continue;
    release(cotangents[cut.index]);
    cotangents[cut.index] = null;
  }
}

/** Runs the rule of a node and hands its gradients on; frees at once what the rule made and nobody needs. */
function propagate(node: Node, cotangents: readonly MaybeTensor[], createGraph: boolean): void {
  if (!leadsOn(node) || cotangents.every((g) => g === null)) return;
  const mark = created!.length;
  // Rules that users wrote may keep what they see and what they make.
  const owning = !node.userRule;
  let seen = cotangents;
  if (!owning) {
    for (const g of cotangents) if (g !== null) g.uses = -1;
    seen = cotangents.map((g) => g === null ? null : unshared(g));
  }
  const gradients = runRule(node, seen, createGraph);
  for (let i = 0; i < node.next.length; i++) {
    const next = node.next[i];
    const gradient = gradients[i] ?? null;
    if (next === null || !next.wanted || gradient === null) continue;
    const conformed = conform(node, i, gradient);
    if (owning) { for (let k = mark; k < created!.length; k++) if (created![k].uses < 0) created![k].uses = 0; }
    accumulate(next, node.nextIndex[i], conformed);
  }
  if (owning) disposeSince(mark, (tensor) => tensor.uses > 0);
}

/** Runs the derivative rule of a node. */
function runRule(node: Node, cotangents: readonly MaybeTensor[], createGraph: boolean): readonly MaybeTensor[] {
  const op = node.op!;
  if (op.rules === "none" || op.vjp === null) throw new GradError(`backward: ${op.name} has no derivative`);
  node.recording = createGraph;
  const gradients = op.vjp(node, cotangents);
  if (checkNaN) checkForNaN(node, gradients);
  return gradients;
}

/** Anomaly detection: names the forward op and where it was called. */
function checkForNaN({ name, callSite }: Node, gradients: readonly MaybeTensor[]): void {
  for (const [i, gradient] of gradients.entries()) {
    if (gradient === null) continue;
    const complaint = (): GradError =>
      new GradError(
        `backward: expected numbers, got NaN in gradient ${i} of ${name} (anomaly detection); the forward op was ` +
          `called at\n${callSite ?? "  (unknown: run the forward pass inside detectAnomaly too)"}`,
      );
    const isNaN = cast(isnan(innermost(gradient)), "int32");
    const range = isNaN.storage.backend.indexRange(isNaN, { low: 0, high: 0, complaint });
    if (range !== null && range[1] > 0) throw complaint();
  }
}

/** Shows gradients to the hooks of the tensors they belong to, newest last. */
function callWatchers(node: Node, cotangents: MaybeTensor[]): void {
  for (const { index, hook } of node.watchers!.slice()) {
    if (cotangents[index] === null) continue;
    const gradient = unshared(cotangents[index]);
    gradient.uses = -1;
    cotangents[index] = callHook(hook, gradient);
  }
}

/** What a hook makes of a gradient: a tensor in its place, or the gradient itself. */
function callHook(hook: TensorHook, gradient: Tensor): Tensor {
  return checkDerivative("registerHook", "its result", gradient, hook(gradient) ?? gradient);
}

/** A derivative that a user's function gave, which must be a tensor that looks like `model`. */
export function checkDerivative(op: string, what: string, model: Tensor, value: unknown): Tensor {
  const form = ({ shape, dtype }: Tensor): string => `${dtype} of shape ${formatShape(shape)}`;
  if (value instanceof Tensor && form(value) === form(model)) return value;
  const got = value instanceof Tensor ? form(value) : typeof value;
  throw new GradError(`${op}: expected ${what} to be ${form(model)}, got ${got}`);
}

/** Adds a gradient to the `grad` of a tensor. The gradient itself becomes `grad` where nobody else can see it. */
export function accumulateGrad(leaf: Tensor, gradient: Tensor, createGraph: boolean): void {
  const meta = leaf.meta ??= new AutogradMeta();
  let g = gradient;
  for (const hook of meta.hooks?.slice() ?? []) {
    g.uses = -1;
    g = callHook(hook, g);
  }
  const { grad } = meta;
  if (grad !== null) {
    if (createGraph || !addInto(grad, g)) {
      meta.grad = outsideScopes(() => add(grad, g));
      meta.exposed = true;
    } else grad.storage.version++;
    return;
  }
  if (isExclusive(g) && (createGraph || g.isContiguous())) {
    g.uses = -1;
    meta.grad = g;
    forget(g);
  } else meta.grad = outsideScopes(() => clone(g));
  meta.exposed = createGraph;
}

const ONES = new Map<string, Tensor>();

/** The cotangent 1 of a root of one element. Those of the CPU are made once; `unshared` keeps users away from them. */
function one(root: Tensor): Tensor {
  if (root.ndim > 0 || root.device !== "cpu") return outsideScopes(() => onesLike(root));
  let ones = ONES.get(root.dtype);
  if (ones === undefined) {
    ones = outsideScopes(() => full([], 1, { dtype: root.dtype }));
    ONES.set(root.dtype, ones);
  }
  return ones;
}

/** A gradient that hooks, users' rules or callers may keep and write to: a copy of what looks at a cached one. */
function unshared(gradient: Tensor): Tensor {
  return gradient.storage === ONES.get(gradient.dtype)?.storage ? clone(gradient) : gradient;
}

/** The cotangent of a root: the given one, checked, or ones for a tensor of one element. */
export function rootCotangent(op: string, root: Tensor, gradient: Tensor | null): Tensor {
  if (gradient === null) {
    if (root.numel !== 1) {
      throw new GradError(
        `${op}: expected a gradient for an output of shape ${
          formatShape(root.shape)
        }, got none; only a tensor of one ` +
          `element has an implicit gradient of 1; pass one, or reduce the output with sum()`,
      );
    }
    return one(root);
  }
  if (!sameShape(gradient.shape, root.shape)) {
    throw new ShapeError(
      `${op}: expected a gradient of shape ${formatShape(root.shape)}, got ${formatShape(gradient.shape)}`,
    );
  }
  return gradient.dtype === root.dtype ? gradient : cast(gradient, root.dtype);
}

/** The node of an output on the base tape; an error if it has no history. */
export function rootNode(op: string, root: Tensor): Node {
  const node = isFloating(root.dtype) ? nodeOf(root, null) : null;
  if (node === null) {
    throw new GradError(
      `${op}: expected an output with a gradient history, got a tensor of shape ${
        formatShape(root.shape)
      } that does not ` +
        `require grad; set requiresGrad on an input, and check for detach() and noGrad()`,
    );
  }
  return node;
}
