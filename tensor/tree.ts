/**
 * Trees of tensors: the arguments and results of transforms. A tree is a tensor, an array of trees, a plain object of
 * trees, or any other value, which is a leaf without tensors.
 *
 * @module
 */
import { ArgumentError } from "./errors.ts";
import { Tensor } from "./tensor.ts";

/** An array as it is, and anything else as the only element of one. */
export function asList<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

/** True for objects made by literals: the only ones that trees look into. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Deeper trees are taken for one that contains itself. */
function checkDepth(depth: number): void {
  if (depth > 1000) throw new ArgumentError("tree: expected at most 1000 levels, got a tree inside itself");
}

/** The same tree with every tensor replaced by `fn` of it. */
export function mapTree<T>(tree: T, fn: (tensor: Tensor) => unknown): T {
  const visit = (node: unknown, depth: number): unknown => {
    if (node instanceof Tensor) return fn(node);
    checkDepth(depth);
    if (Array.isArray(node)) return node.map((value) => visit(value, depth + 1));
    if (isPlainObject(node)) {
      return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, visit(value, depth + 1)]));
    }
    return node;
  };
  // The structure is kept and tensors become what `fn` gives; callers pass functions from tensors to tensors.
  return visit(tree, 0) as T;
}

/** The tensors of a tree, in order. */
export function leavesOf(tree: unknown): Tensor[] {
  const leaves: Tensor[] = [];
  gather(tree, leaves, 0);
  return leaves;
}

function gather(tree: unknown, leaves: Tensor[], depth: number): void {
  checkDepth(depth);
  if (tree instanceof Tensor) leaves.push(tree);
  else if (Array.isArray(tree)) { for (const subtree of tree) gather(subtree, leaves, depth + 1); }
  else if (isPlainObject(tree)) gather(Object.values(tree), leaves, depth + 1);
}

/** The structure of `tree` filled with `leaves`, one per tensor, in order. */
export function unflatten<T>(tree: T, leaves: readonly unknown[]): T {
  let next = 0;
  const filled = mapTree(tree, () => leaves[next++]);
  if (next !== leaves.length) {
    throw new ArgumentError(`unflatten: expected ${next} leaves for the tree, got ${leaves.length}`);
  }
  return filled;
}

/**
 * One entry per tensor of `tree`, taken from `prefix`, which may stop early: a value that stands where the tree has a
 * subtree holds for all tensors below.
 */
export function broadcastPrefix<L>(
  op: string,
  prefix: unknown,
  tree: unknown,
  isLeaf: (value: unknown) => value is L,
): L[] {
  if (isLeaf(prefix)) return leavesOf(tree).map(() => prefix);
  if (Array.isArray(prefix) && Array.isArray(tree) && prefix.length === tree.length) {
    return tree.flatMap((subtree, i) => broadcastPrefix(op, prefix[i], subtree, isLeaf));
  }
  if (isPlainObject(prefix) && isPlainObject(tree)) {
    const missing = Object.keys(tree).find((key) => !(key in prefix));
    if (missing === undefined) {
      return Object.entries(tree).flatMap(([key, subtree]) => broadcastPrefix(op, prefix[key], subtree, isLeaf));
    }
  }
  throw new ArgumentError(
    `${op}: expected a structure that fits the arguments, got ${
      JSON.stringify(prefix, (_, part) => part instanceof Tensor ? describe(part) : part)
    } for ${describe(tree)}`,
  );
}

function describe(tree: unknown): string {
  if (tree instanceof Tensor) return "a tensor";
  if (Array.isArray(tree)) return `an array of ${tree.length}`;
  if (isPlainObject(tree)) return `an object with keys ${Object.keys(tree).join(", ")}`;
  return String(tree);
}
