/**
 * PyTorch's functions and what they are called here, by family.
 *
 * @module
 */
import type { Row, Table } from "../arguments.ts";
import { NotImplemented } from "../outcome.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import { LINALG } from "./linalg.ts";
import { NN_FUNCTIONAL } from "./nn_functional.ts";
import { REDUCTIONS } from "./reductions.ts";
import { SHAPES } from "./shapes.ts";

/** Every function. */
export const FUNCTIONS: Table = { ...ELEMENTWISE, ...REDUCTIONS, ...SHAPES, ...LINALG, ...NN_FUNCTIONAL };

/**
 * The row of a PyTorch name such as `torch.add` or `Tensor.view`.
 *
 * @throws NotImplemented when the table has none.
 */
export function rowOf(call: string): Row {
  const row = FUNCTIONS[call];
  if (row === undefined) throw new NotImplemented(`the table has no ${call}`);
  return row;
}
