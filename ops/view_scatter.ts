/**
 * Copies of a tensor in which a window, as a view op sees it, holds other values.
 *
 * @module
 */
import { ShapeError } from "../tensor/errors.ts";
import { apply } from "../tensor/apply.ts";
import { type Op, SAVES_NOTHING } from "../tensor/op.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import { zeros, zerosLike } from "./creation.ts";
import type { ScatterIntoRow } from "./family_types.ts";
import { expand } from "./shape.ts";
import { defineOp } from "./table.ts";

/** The record of a function of (base, source): the base with the window replaced by the source. */
export function scatterInto<P>(row: ScatterIntoRow<P>): Op<P> {
  const op: Op<P> = defineOp<P>({
    name: row.name,
    gradName: row.gradName,
    kind: "kernel",
    shape: ([base, source], params) => {
      const { shape } = row.window(base, params);
      if (!sameShape(shape, source.shape)) {
        throw new ShapeError(
          `${row.name}: expected a source of shape ${formatShape(shape)} for an input of shape ${
            formatShape(base.shape)
          }, got ${formatShape(source.shape)}`,
        );
      }
      return { shape: base.shape, dtype: base.dtype };
    },
    run: (backend, [base, source], [out], params) => {
      backend.copy(base, out);
      const { storage, dtype } = out;
      backend.copy(source, { storage, dtype, ...row.window(out, params), numel: source.numel });
    },
    rules: "full",
    saves: SAVES_NOTHING,
    vjp: (c, [g]) => [
      c.needs(0) ? apply(op, [g!, zeros(c.shape(1), { dtype: g!.dtype, device: g!.device })], c.params) : null,
      c.needs(1) ? row.read(g!, c.params) : null,
    ],
    jvp: (c, [base, source]) => [
      apply(op, [base ?? zerosLike(c.input(0)), source ?? zerosLike(c.input(1))], c.params),
    ],
    batch: (size, batched, [base, source], params) =>
      apply(op, [
        batched[0] ? base : expand(base, [size, ...base.shape]),
        batched[1] ? source : expand(source, [size, ...source.shape]),
      ], row.shifted(params)),
    samples: row.samples,
  });
  return op;
}
