/**
 * Getting out of boxes.
 *
 * @module
 */
import { AutogradMeta } from "./autograd_meta.ts";
import { type Tensor, unbox } from "./tensor.ts";

/** Turns a box into another handle on the value inside. */
export function unwrap(box: Tensor): void {
  const value = box.value!;
  // Both handles of a leaf must fill one `grad`.
  if (value.tracked && value.node === null) value.meta ??= new AutogradMeta();
  box.meta = value.meta;
  box.base = value.base;
  box.viewVersion = value.viewVersion;
  adopt(box, value);
}

/** Gives `tensor` the history and the box of `source`, another handle on the same window. */
export function adopt(tensor: Tensor, source: Tensor): void {
  const { value, tangent } = source;
  value?.own();
  tangent?.own();
  tensor.value?.disown();
  tensor.tangent?.disown();
  tensor.level = source.level;
  tensor.value = value;
  tensor.tangent = tangent;
  tensor.tracked = source.tracked;
  tensor.node = source.node;
  tensor.outputIndex = source.outputIndex;
}

/** The plain tensor inside any number of boxes. */
export function innermost(tensor: Tensor): Tensor {
  let inner = tensor;
  while (inner.level !== null) inner = unbox(inner);
  return inner;
}
