/**
 * The family of ops that put or add a source into a copy of their input at the places an index tensor names.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { DTypeError } from "../tensor/errors.ts";
import type { Op, RuleContext } from "../tensor/op.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { zeros } from "./creation.ts";
import type { PlacingRow } from "./family_types.ts";
import { defineOp } from "./table.ts";

function zerosOf(c: RuleContext<number>, i: number, like: Tensor): Tensor {
  return zeros(c.shape(i), { dtype: like.dtype, device: like.device });
}

/** The record of an op of the family: linear in the input and in the source. */
export function placing(row: PlacingRow): Op<number> {
  const op: Op<number> = defineOp<number>({
    name: row.name,
    gradName: row.gradName,
    kind: "kernel",
    shape: ([input, index, source], dim) => {
      if (source.dtype !== input.dtype) {
        throw new DTypeError(`${row.name}: expected a source of dtype ${input.dtype}, got ${source.dtype}`);
      }
      row.check(input, index, source, dim);
      return { shape: input.shape, dtype: input.dtype };
    },
    run: (backend, [input, index, source], [out], dim) => {
      backend.copy(input, out);
      row.place(backend, out, index, source, dim, row.mode);
    },
    rules: "full",
    saves: { inputs: [1], outputs: [] },
    vjp: (c, [g]) => [
      !c.needs(0) ? null : row.mode === "add" ? g! : apply(op, [g!, c.input(1), zerosOf(c, 2, g!)], c.params),
      null,
      c.needs(2) ? row.read(g!, c.params, c.input(1)) : null,
    ],
    jvp: (c, [input, , source]) => {
      if (source === null && row.mode === "add") return [input];
      const like = (input ?? source)!;
      return [apply(op, [input ?? zerosOf(c, 0, like), c.input(1), source ?? zerosOf(c, 2, like)], c.params)];
    },
    batch: row.batch,
    samples: row.samples,
  });
  return op;
}
