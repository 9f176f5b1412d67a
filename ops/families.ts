/**
 * Combinators that derive whole op records from a few facts.
 *
 * @module
 */
import type { ElementwiseKernel } from "../runtime/backend.ts";
import { apply } from "../tensor/apply.ts";
import { isFloating } from "../tensor/dtype.ts";
import { DTypeError, GradError } from "../tensor/errors.ts";
import {
  type BatchRule,
  type JvpRule,
  type MaybeTensor,
  type Op,
  type Sample,
  type SampleInput,
  SAVES_NOTHING,
  type Spec,
  type VjpRule,
} from "../tensor/op.ts";
import { broadcastShapes, type Shape } from "../tensor/shape.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { FLOATS, NO_SCALARS, SAVES_INPUTS, type Scalars } from "./constants.ts";
import type { ElementwiseRow, FusedDerivativeRow, LinearRow, Partial } from "./family_types.ts";
import { defineOp } from "./table.ts";
import { add, mul } from "./binary.ts";
import { cast } from "./cast.ts";
import { promote, toFloat, toTensor } from "./promote.ts";
import { expand, reshape, sumTo } from "./shape.ts";

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (c) => "_" + c.toLowerCase());
}

function capitalise(name: string): string {
  return name[0].toUpperCase() + name.slice(1);
}

/** Brings batched operands of an elementwise op to one logical rank, so that their batch axes meet at the front. */
function alignBatched(batched: readonly boolean[], inputs: readonly Tensor[]): Tensor[] {
  const rank = Math.max(...inputs.map((x, i) => x.ndim - (batched[i] ? 1 : 0)));
  return inputs.map((x, i) => {
    if (!batched[i] || x.ndim - 1 === rank) return x;
    const padding = new Array<number>(rank - (x.ndim - 1)).fill(1);
    return reshape(x, [x.shape[0], ...padding, ...x.shape.slice(1)]);
  });
}

/** A partial derivative that nobody knows: an error where it is asked for. */
export function withoutDerivative(op: string): Partial {
  return () => {
    throw new GradError(`${op}: expected an input without a derivative, got one that is differentiated; detach() it`);
  };
}

/** The record of an elementwise op of one to three operands. Rules follow from its partial derivatives. */
export function elementwise(row: ElementwiseRow, arity: 1 | 2 | 3): Op<Scalars> {
  const kernel: ElementwiseKernel = {
    name: row.kernel ?? snakeCase(row.name),
    reference: row.reference,
    wgsl: row.wgsl,
  };
  const dtypes = new Set(row.dtypes);
  const partials = row.partials;
  const shape = (inputs: readonly Tensor[]): Spec => {
    // The first operand of a three-operand op may be a bool condition; the last one has the dtype that counts.
    const { dtype } = inputs[arity - 1];
    if (!dtypes.has(dtype)) {
      throw new DTypeError(
        `${row.name}: expected a tensor of ${row.dtypes.join(", ")}, got ${dtype}; convert it with to("${
          row.dtypes[0]
        }")`,
      );
    }
    let out = inputs[0].shape;
    for (let i = 1; i < arity; i++) out = broadcastShapes(row.name, out, inputs[i].shape);
    row.check?.(inputs);
    return { shape: out, dtype: row.output ?? dtype };
  };
  const forward = {
    name: row.name,
    gradName: row.gradName ?? capitalise(row.name),
    kind: "kernel",
    shape,
    run: arity === 1
      ? (backend, [x], [out], p) => backend.unary(kernel, x, out, p[0], p[1])
      : arity === 2
      ? (backend, [a, b], [out], p) => backend.binary(kernel, a, b, out, p[0], p[1])
      : (backend, [a, b, c], [out], p) => backend.ternary(kernel, a, b, c, out, p[0], p[1]),
    samples: () => elementwiseSamples(row, arity),
  } satisfies Pick<Op<Scalars> & { kind: "kernel" }, "name" | "gradName" | "kind" | "shape" | "run" | "samples">;
  const batch: BatchRule<Scalars> = (_size, batched, inputs, params) =>
    apply(op, alignBatched(batched, inputs), params);
  const saves = row.saves ?? SAVES_NOTHING;
  let op: Op<Scalars>;
  if (row.decompose !== undefined) {
    const rules = partials === null ? { vjp: null, jvp: null } : rulesOf(partials);
    op = { ...forward, rules: "fused", saves, ...rules, batch, decompose: row.decompose };
  } else if (partials === null) op = { ...forward, rules: "none", batch };
  else op = { ...forward, rules: "full", saves, ...rulesOf(partials), batch };
  return defineOp(op);
}

/** Both modes from the partial derivatives. */
function rulesOf(partials: readonly (Partial | null)[]): { vjp: VjpRule<Scalars>; jvp: JvpRule<Scalars> } {
  return {
    vjp: (context, [g]) => {
      const grads: MaybeTensor[] = [];
      for (let i = 0; i < partials.length; i++) {
        const partial = partials[i];
        grads.push(partial !== null && context.needs(i) ? sumTo(partial(g!, context), context.shape(i)) : null);
      }
      return grads;
    },
    jvp: (context, tangents) => {
      let total: MaybeTensor = null;
      for (let i = 0; i < partials.length; i++) {
        const partial = partials[i];
        const t = tangents[i];
        if (partial === null || t === null) continue;
        const term = partial(t, context);
        total = total === null ? term : add(total, term);
      }
      return [total === null ? null : expand(total, context.outputSpec(0).shape)];
    },
  };
}

function elementwiseSamples(row: ElementwiseRow, arity: number): Sample<Scalars>[] {
  const [low, high] = row.domain ?? [-2, 2];
  const dtype = row.dtypes.some(isFloating) ? undefined : row.dtypes[0];
  const input = (shape: Shape): SampleInput => ({ shape, low, high, dtype });
  const shapesOfCalls: Shape[][] = arity === 1
    ? [[[2, 3]], [[]], [[0, 2]], [[17]]]
    : arity === 2
    ? [[[2, 3], [2, 3]], [[2, 3], [3]], [[2, 1], [1, 3]], [[], [4]], [[0, 2], [2]]]
    : [[[2, 3], [2, 3], [2, 3]], [[2, 1], [3], []], [[0], [1], [1]]];
  return (row.sampleScalars ?? [NO_SCALARS]).flatMap((params) =>
    shapesOfCalls.map((shapes): Sample<Scalars> => {
      const inputs = shapes.map(input);
      return { inputs: row.conditional ? [{ ...inputs[0], dtype: "bool" }, ...inputs.slice(1)] : inputs, params };
    })
  );
}

/** A function of one tensor. */
export interface UnaryFunction {
  (input: TensorLike): Tensor;
}

/** A function of two tensors or numbers that broadcast. */
export interface BinaryFunction {
  (input: TensorLike, other: TensorLike): Tensor;
}

/** A unary op of floating-point numbers (integers become float32), or of any dtype its row names. */
export function unary(row: ElementwiseRow): UnaryFunction {
  const op = elementwise(row, 1);
  const floatsOnly = row.dtypes === FLOATS;
  return (input) => apply(op, [floatsOnly ? toFloat(input, row.name) : toTensor(input, row.name)], NO_SCALARS);
}

/** A binary op with broadcasting and type promotion; `floating` promotes integers to float32. */
export function binary(row: ElementwiseRow): BinaryFunction {
  const op = elementwise(row, 2);
  const floating = row.dtypes.every(isFloating);
  return (input, other) => apply(op, promote(input, other, floating, row.name), NO_SCALARS);
}

/** `op` of two numbers within their dtype. There are no kernels for uint8: its numbers go through int32. */
export function withinDType(op: Op<Scalars>, input: TensorLike, other: TensorLike): Tensor {
  const operands = promote(input, other, false, op.name);
  if (operands[0].dtype !== "uint8") return apply(op, operands, NO_SCALARS);
  return cast(apply(op, operands.map((x) => cast(x, "int32")), NO_SCALARS), "uint8");
}

/** `g` times a derivative that one kernel computes from a residual; serves both modes as a row's partial derivative. */
export function fusedDerivative(row: FusedDerivativeRow): (g: Tensor, saved: Tensor, params?: Scalars) => Tensor {
  const { bySaved } = row;
  const derivative = (g: Tensor, saved: Tensor, params = NO_SCALARS): Tensor => apply(op, [g, saved], params);
  const op = elementwise({
    ...row,
    dtypes: FLOATS,
    saves: bySaved === undefined ? SAVES_NOTHING : SAVES_INPUTS,
    partials: bySaved === undefined ? null : [
      (t, c) => derivative(t, c.input(1), c.params),
      (t, c) => mul(t, bySaved(c.input(0), c.input(1))),
    ],
    decompose: ([g, saved], params) => row.decompose(g, saved, params),
  }, 2);
  return derivative;
}

/** The record of an op that is linear in its only input: the tangent goes through the op, the cotangent through its transpose. */
export function linear<P>(row: LinearRow<P>): Op<P> {
  const op: Op<P> = defineOp({
    ...row.forward,
    rules: "full",
    saves: SAVES_NOTHING,
    vjp: (context, [g]) => [row.transpose(g!, context)],
    jvp: (context, [t]) => [row.tangent?.(t!, context.params) ?? apply(op, [t!], context.params)],
    batch: (_size, _batched, [x], params) => row.batch(x, params),
  });
  return op;
}
