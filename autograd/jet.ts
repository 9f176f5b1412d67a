/**
 * Taylor mode: boxes that carry the coefficients of a truncated power series beside their value.
 *
 * @module
 */
import { add, div, mul } from "../ops/binary.ts";
import { arange } from "../ops/creation.ts";
import { stack } from "../ops/join.ts";
import { expand, reshape } from "../ops/shape.ts";
import { narrow, select } from "../ops/slicing.ts";
import { applyOp } from "../tensor/apply.ts";
import { Level } from "../tensor/level.ts";
import { hasDerivative, type JvpRule, type MaybeTensor, type Op, type Outputs, type RuleContext } from "../tensor/op.ts";
import { box, resurrect, Tensor, unbox } from "../tensor/tensor.ts";
import { BatchLevel } from "./batch.ts";
import { writeThrough } from "./inplace.ts";

/** Ops of two operands that are linear in each: their coefficients are convolutions. */
const BILINEAR_OPS: ReadonlySet<string> = new Set(["convolution", "dot", "matmul", "mul"]);

/** What a rule sees of a call whose operands are series. */
class JetContext<P> implements RuleContext<P> {
  constructor(
    readonly params: P,
    readonly inputs: readonly Tensor[],
    readonly active: readonly boolean[],
    /** Made when asked for, as series of outputs cost as much as the call. */
    readonly outputs: () => readonly Tensor[],
    readonly plain: readonly Tensor[],
  ) {}

  get arity(): number {
    return this.inputs.length;
  }

  input(i: number): Tensor {
    return this.inputs[i];
  }

  output(i = 0): Tensor {
    return this.outputs()[i];
  }

  needs(i: number): boolean {
    return this.active[i];
  }

  shape(i: number): readonly number[] {
    return this.inputs[i].shape;
  }

  dtype(i: number): Tensor["dtype"] {
    return this.inputs[i].dtype;
  }

  outputSpec(i: number): Tensor {
    return this.plain[i];
  }
}

/**
 * One Taylor-mode level: every box is the value x_0 and the coefficients x_1 ... x_K of x(t) = x_0 + x_1 t + ... + x_K t^K,
 * stacked along axis 0 of its tangent.
 *
 * Three rules serve all ops. Where the derivative does not depend on the operands, every coefficient goes through the forward
 * rule by itself. Products are Cauchy products. Everything else follows from the forward rule too: it says that
 * y'(t) = jvp(x(t), y(t); x'(t)), and as it is written in ops it runs on series, which gives the coefficients of y' up to
 * t^(K-1) from those of x and y, that is, those of y up to t^K (Griewank and Walther 2008, chapter 13).
 */
export class JetLevel extends Level {
  readonly unreadable = null;
  #lower: JetLevel | null = null;

  constructor(readonly transform: string, readonly order: number) {
    super();
  }

  /** The box of a value and its coefficients, of shape [order, ...shape]. */
  jet(value: Tensor, coefficients: Tensor): Tensor {
    return box(this, value, coefficients);
  }

  /** The coefficients behind a tensor, or null for a constant. */
  coefficientsOf(x: Tensor): MaybeTensor {
    return x.level === this && x.tangent !== null ? resurrect(x.tangent) : null;
  }

  process<P>(op: Op<P>, inputs: readonly Tensor[], params: P): Outputs {
    if (op.rules === "fused" && op.jvp === null) return op.decompose(inputs, params);
    const inner = inputs.map((x) => x.level === this ? unbox(x) : x);
    const series = inputs.map((x) => this.coefficientsOf(x));
    const outputs = applyOp(op, inner, params);
    if (op.rules === "none" || series.every((x) => x === null)) return outputs;
    const list: readonly Tensor[] = Array.isArray(outputs) ? outputs : [outputs as Tensor];
    const results = this.#propagate(op, op.jvp!, inner, series, list, params);
    const boxes = list.map((out, i) => {
      const result = results[i] ?? null;
      return result !== null && hasDerivative(op, i, out.dtype) ? this.jet(out, result) : out;
    });
    return Array.isArray(outputs) ? boxes : boxes[0];
  }

  /** The coefficients of the outputs. */
  #propagate<P>(
    op: Op<P>,
    rule: JvpRule<P>,
    inputs: readonly Tensor[],
    series: readonly MaybeTensor[],
    outputs: readonly Tensor[],
    params: P,
  ): readonly MaybeTensor[] {
    if (op.rules === "full" && (this.order === 1 || isAffine(op, series))) {
      return this.#eachCoefficient(rule, inputs, series, outputs, params);
    }
    const [a, b] = series;
    if (BILINEAR_OPS.has(op.name) && (series[2] ?? null) === null) {
      if (a === null || b === null) return this.#eachCoefficient(rule, inputs, series, outputs, params);
      if (inputs.length === 2) return [this.#product(op, inputs, [a, b], params)];
    }
    return this.#integrate(rule, inputs, series, outputs, params);
  }

  /** The forward rule on all coefficients at once, as a batch. */
  #eachCoefficient<P>(
    rule: JvpRule<P>,
    inputs: readonly Tensor[],
    series: readonly MaybeTensor[],
    outputs: readonly Tensor[],
    params: P,
  ): readonly MaybeTensor[] {
    const batch = new BatchLevel(this.order);
    const active = series.map((x) => x !== null);
    return batch.run(() => {
      const context = new JetContext(params, inputs, active, () => outputs, outputs);
      return rule(context, series.map((x) => x === null ? null : batch.batched(x))).map((out) =>
        out === null ? null : out.level === batch ? unbox(out) : expand(out, [this.order, ...out.shape])
      );
    });
  }

  /** y_k = sum of op(a_i, b_{k-i}) over i = 0 ... k. */
  #product<P>(op: Op<P>, inputs: readonly Tensor[], series: readonly [Tensor, Tensor], params: P): Tensor {
    const [a, b] = series.map((x, i) => [inputs[i], ...Array.from({ length: this.order }, (_, k) => select(x, 0, k))]);
    const coefficients: Tensor[] = [];
    for (let k = 1; k <= this.order; k++) {
      let total: MaybeTensor = null;
      for (let i = 0; i <= k; i++) {
        const term = applyOp(op, [a[i], b[k - i]], params) as Tensor;
        total = total === null ? term : add(total, term);
      }
      coefficients.push(total!);
    }
    return stack(coefficients);
  }

  /** The forward rule on series that are one order shorter, integrated. */
  #integrate<P>(
    rule: JvpRule<P>,
    inputs: readonly Tensor[],
    series: readonly MaybeTensor[],
    outputs: readonly Tensor[],
    params: P,
  ): readonly MaybeTensor[] {
    const { order } = this;
    const active = series.map((x) => x !== null);
    if (order === 1) {
      const context = new JetContext(params, inputs, active, () => outputs, outputs);
      const tangents = series.map((x) => x === null ? null : select(x, 0, 0));
      return rule(context, tangents).map((out) => out === null ? null : stack([out]));
    }
    const lower = this.#lower ??= new JetLevel(this.transform, order - 1);
    const shorter = (x: Tensor): Tensor => narrow(x, 0, 0, order - 1);
    const jets = inputs.map((x, i) => series[i] === null ? x : lower.jet(x, shorter(series[i]!)));
    let known: readonly Tensor[] | null = null;
    const outputJets = (): readonly Tensor[] =>
      known ??= lower.#integrateInto(rule, inputs, series.map((x) => x === null ? null : shorter(x)), outputs, params);
    const derivatives = series.map((x) => {
      if (x === null) return null;
      const scaled = mul(x, orders(x));
      return lower.jet(select(scaled, 0, 0), narrow(scaled, 0, 1, order - 1));
    });
    return rule(new JetContext(params, jets, active, outputJets, outputs), derivatives).map((out) => {
      if (out === null) return null;
      const rest = lower.coefficientsOf(out);
      const first = lower.valueOf(out);
      const all = rest === null
        ? stack([first, ...Array.from({ length: order - 1 }, () => mul(first, 0))])
        : stack([first, ...Array.from({ length: order - 1 }, (_, k) => select(rest, 0, k))]);
      return div(all, orders(all));
    });
  }
}
