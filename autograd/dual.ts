/**
 * Forward mode: boxes that carry a tangent beside their value.
 *
 * @module
 */
import { applyOp } from "../tensor/apply.ts";
import { created, disposeTemporaries } from "../tensor/scope.ts";
import { Level } from "../tensor/level.ts";
import { hasDerivative, type MaybeTensor, type Op, type Outputs, type RuleContext, type Spec } from "../tensor/op.ts";
import type { Shape } from "../tensor/shape.ts";
import type { DType } from "../tensor/dtype.ts";
import { box, resurrect, type Tensor, unbox } from "../tensor/tensor.ts";
import { writeThrough } from "./inplace.ts";

/** What a forward rule sees of its call: everything is at hand, nothing had to be saved. */
class ForwardContext<P> implements RuleContext<P> {
  constructor(
    readonly params: P,
    readonly inputs: readonly Tensor[],
    readonly outputs: readonly Tensor[],
    readonly tangents: readonly MaybeTensor[],
  ) {}

  get arity(): number {
    return this.inputs.length;
  }

  input(i: number): Tensor {
    return this.inputs[i];
  }

  output(i = 0): Tensor {
    return this.outputs[i];
  }

  needs(i: number): boolean {
    return this.tangents[i] !== null;
  }

  shape(i: number): Shape {
    return this.inputs[i].shape;
  }

  dtype(i: number): DType {
    return this.inputs[i].dtype;
  }

  outputSpec(i: number): Spec {
    return this.outputs[i];
  }
}

/** One forward-mode level: every box is a value and its tangent. */
export class DualLevel extends Level {
  readonly unreadable = null;

  constructor(readonly transform: string) {
    super();
  }

  /** The box of a primal and its tangent. */
  dual(primal: Tensor, tangent: Tensor): Tensor {
    return box(this, primal, tangent);
  }

  process<P>(op: Op<P>, inputs: readonly Tensor[], params: P): Outputs {
    if (op.rules === "fused" && op.jvp === null) return op.decompose(inputs, params);
    const mark = created?.length ?? 0;
    const inner = new Array<Tensor>(inputs.length);
    const tangents = new Array<MaybeTensor>(inputs.length);
    for (let i = 0; i < inputs.length; i++) {
      const x = inputs[i];
      const own = x.level === this;
      inner[i] = own ? unbox(x) : x;
      tangents[i] = own && x.tangent !== null ? resurrect(x.tangent) : null;
    }
    const outputs = applyOp(op, inner, params);
    if (op.rules === "none" || tangents.every((t) => t === null)) return outputs;
    const list: readonly Tensor[] = Array.isArray(outputs) ? outputs : [outputs as Tensor];
    const results = op.jvp!(new ForwardContext(params, inner, list, tangents), tangents);
    const boxes = new Array<Tensor>(list.length);
    for (let i = 0; i < list.length; i++) {
      const tangent = results[i] ?? null;
      boxes[i] = tangent !== null && hasDerivative(op, i, list[i].dtype) ? this.dual(list[i], tangent) : list[i];
    }
    disposeTemporaries(mark, boxes);
    return Array.isArray(outputs) ? boxes : boxes[0];
  }

  write(target: Tensor, result: Tensor): void {
    writeThrough(this, target, result);
    target.setBox(this, target.value!, result.level === this ? result.tangent : null);
  }
}
