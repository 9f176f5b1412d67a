/**
 * Taylor mode: boxes that carry the coefficients of a truncated power series beside their value.
 *
 * @module
 */
import { add, div, mul, sub } from "../ops/binary.ts";
import { arange, zeros } from "../ops/creation.ts";
import { unsqueeze } from "../ops/dimensions.ts";
import { cat, stack } from "../ops/join.ts";
import { expand, reshape } from "../ops/shape.ts";
import { narrow, select } from "../ops/slicing.ts";
import { neg } from "../ops/unary.ts";
import { apply, applyOp } from "../tensor/apply.ts";
import type { DType } from "../tensor/dtype.ts";
import { Level } from "../tensor/level.ts";
import {
  hasDerivative,
  type JvpRule,
  type MaybeTensor,
  type Op,
  type Outputs,
  type RuleContext,
  type Saves,
  type Spec,
} from "../tensor/op.ts";
import { created, disposeTemporaries } from "../tensor/scope.ts";
import type { Shape } from "../tensor/shape.ts";
import { box, resurrect, type Tensor, unbox } from "../tensor/tensor.ts";
import { BatchLevel } from "./batch.ts";
import { writeThrough } from "./inplace.ts";
import { convolved, SERIES_RULES } from "./jet_rules.ts";

/** Ops that are linear in each of their first two operands: the coefficients are Cauchy products. */
const BILINEAR_OPS: ReadonlySet<string> = new Set([
  "convolution",
  "convolutionInput",
  "convolutionWeight",
  "dot",
  "matmul",
  "mul",
]);

/** One call whose rule is about to run. */
interface Call<P> {
  readonly op: Op<P>;
  /** The forward rule of the op. */
  readonly rule: JvpRule<P>;
  readonly saves: Saves;
  /** Values of the operands. */
  readonly inputs: readonly Tensor[];
  /** Coefficients of the operands, null for constants. */
  readonly series: readonly MaybeTensor[];
  /** Values of the outputs. */
  readonly outputs: readonly Tensor[];
  readonly params: P;
}

/** What a rule sees of a call whose operands are series. */
class JetContext<P> implements RuleContext<P> {
  constructor(
    readonly params: P,
    readonly inputs: readonly Tensor[],
    readonly active: readonly boolean[],
    readonly specs: readonly Spec[],
    /** Made when a rule asks for them: the series of the outputs cost as much as the call. */
    readonly outputs: () => readonly Tensor[],
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

  shape(i: number): Shape {
    return this.inputs[i].shape;
  }

  dtype(i: number): DType {
    return this.inputs[i].dtype;
  }

  outputSpec(i: number): Spec {
    return this.specs[i];
  }
}

/**
 * One Taylor-mode level: every box is the value x_0 and the coefficients x_1 ... x_K of x(t) = x_0 + x_1 t + ... + x_K t^K,
 * stacked along axis 0 of its tangent.
 *
 * Few rules serve all ops. Where the derivative does not depend on the operands, every coefficient goes through the forward
 * rule by itself. Products are Cauchy products, and quotients their inverse. A few elementary functions have recurrences, for
 * speed. Everything else follows from the forward rule too: it says that
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
    // Rules of fused derivatives name each other: integrating them takes twice as long with every order.
    if (op.rules === "fused") return op.decompose(inputs, params);
    const mark = created?.length ?? 0;
    const inner = inputs.map((x) => this.#valueOf(x));
    const series = inputs.map((x) => this.coefficientsOf(x));
    const outputs = applyOp(op, inner, params);
    if (op.rules === "none" || series.every((x) => x === null)) return outputs;
    const list: readonly Tensor[] = Array.isArray(outputs) ? outputs : [outputs as Tensor];
    const call: Call<P> = { op, rule: op.jvp!, saves: op.saves, inputs: inner, series, outputs: list, params };
    const boxes = this.#boxes(op, list, this.#propagate(call));
    disposeTemporaries(mark, boxes);
    return Array.isArray(outputs) ? boxes : boxes[0];
  }

  /** The value of a tensor as it was before this level. */
  #valueOf(x: Tensor): Tensor {
    return x.level === this ? unbox(x) : x;
  }

  /** The coefficients of the outputs of a call. */
  #propagate<P>(call: Call<P>): readonly MaybeTensor[] {
    const { op, saves, series } = call;
    if (this.order === 1 || isAffine(saves, series)) return this.#eachCoefficient(call);
    if (BILINEAR_OPS.has(op.name)) {
      return series[0] === null || series[1] === null ? this.#eachCoefficient(call) : [this.#product(call)];
    }
    if (op.name === "div") return series[1] === null ? this.#eachCoefficient(call) : [this.#quotient(call)];
    const recurrence = SERIES_RULES.get(op.name);
    if (recurrence !== undefined) return [stack(recurrence(this.#seriesOf(call, 0), call.outputs[0]).slice(1))];
    return this.#integrate(call);
  }

  /** The value and the coefficients of an operand; a constant has the value only. */
  #seriesOf<P>({ inputs, series }: Call<P>, i: number): Tensor[] {
    const coefficients = series[i];
    if (coefficients === null) return [inputs[i]];
    return [inputs[i], ...Array.from({ length: this.order }, (_, k) => select(coefficients, 0, k))];
  }

  /** The forward rule on all coefficients at once, as a batch. */
  #eachCoefficient<P>({ rule, inputs, series, outputs, params }: Call<P>): readonly MaybeTensor[] {
    const batch = new BatchLevel(this.order);
    const active = series.map((x) => x !== null);
    return batch.run(() => {
      const context = new JetContext(params, inputs, active, outputs, () => outputs);
      return rule(context, series.map((x) => x === null ? null : batch.batched(x))).map((out) =>
        out === null ? null : out.level === batch ? unbox(out) : expand(out, [this.order, ...out.shape])
      );
    });
  }

  /** y_k = sum of op(a_i, b_{k-i}) over i = 0 ... k. */
  #product<P>(call: Call<P>): Tensor {
    const [a, b] = [this.#seriesOf(call, 0), this.#seriesOf(call, 1)];
    const bilinear = (x: Tensor, y: Tensor): Tensor => apply(call.op, [x, y], call.params);
    const coefficients: Tensor[] = [];
    for (let k = 1; k <= this.order; k++) {
      let total = bilinear(a[0], b[k]);
      for (let i = 1; i <= k; i++) total = add(total, bilinear(a[i], b[k - i]));
      coefficients.push(total);
    }
    const product = stack(coefficients);
    if ((call.series[2] ?? null) === null) return product;
    // What is added to a product, the bias of a convolution, has coefficients of its own.
    const [added] = this.#eachCoefficient({ ...call, series: [null, null, call.series[2]] });
    return add(product, added!);
  }

  /** y_k = (a_k - sum of b_i y_{k-i} over i = 1 ... k) / b_0. */
  #quotient<P>(call: Call<P>): Tensor {
    const [a, b] = [this.#seriesOf(call, 0), this.#seriesOf(call, 1)];
    const y = [call.outputs[0]];
    for (let k = 1; k <= this.order; k++) {
      const rest = convolved(b, y, k, 1, k);
      y.push(div(k < a.length ? sub(a[k], rest) : neg(rest), b[0]));
    }
    return stack(y.slice(1));
  }

  /** The forward rule on series that are one order shorter, integrated. */
  #integrate<P>(call: Call<P>): readonly MaybeTensor[] {
    const { op, rule, inputs, series, outputs, params } = call;
    const lower = this.#lower ??= new JetLevel(this.transform, this.order - 1);
    const shorter = series.map((x) => x === null ? null : narrow(x, 0, 0, this.order - 1));
    let known: readonly Tensor[] | null = null;
    const outputJets = (): readonly Tensor[] => {
      if (known !== null) return known;
      const results = lower.#propagate({ ...call, series: shorter });
      return known = lower.#boxes(op, outputs, results);
    };
    const jets = inputs.map((x, i) => shorter[i] === null ? x : lower.jet(x, shorter[i]));
    const active = series.map((x) => x !== null);
    const derivatives = series.map((x) => {
      if (x === null) return null;
      const scaled = mul(x, exponents(x));
      return lower.jet(select(scaled, 0, 0), narrow(scaled, 0, 1, this.order - 1));
    });
    const results = rule(new JetContext(params, jets, active, outputs, outputJets), derivatives);
    return results.map((out) => {
      if (out === null) return null;
      const first = unsqueeze(lower.#valueOf(out), 0);
      const rest = lower.coefficientsOf(out) ??
        zeros([this.order - 1, ...out.shape], { dtype: out.dtype, device: out.device });
      const derivative = cat([first, rest], 0);
      return div(derivative, exponents(derivative));
    });
  }

  /** The outputs of a call with their coefficients. */
  #boxes<P>(op: Op<P>, outputs: readonly Tensor[], results: readonly MaybeTensor[]): Tensor[] {
    return outputs.map((out, i) => {
      const result = results[i] ?? null;
      return result !== null && hasDerivative(op, i, out.dtype) ? this.jet(out, result) : out;
    });
  }

  write(target: Tensor, result: Tensor): void {
    writeThrough(this, target, result);
    target.setBox(this, target.value!, result.level === this ? result.tangent : null);
  }
}

/** True if the derivative depends on none of the operands that are series: nothing of them would be saved for it. */
function isAffine({ inputs, outputs }: Saves, series: readonly MaybeTensor[]): boolean {
  if (outputs.length > 0) return false;
  return series.every((x, i) => x === null || !(inputs === "all" || inputs.includes(i)));
}

/** 1, 2, ... K against axis 0 of stacked coefficients. */
function exponents(coefficients: Tensor): Tensor {
  const [order, ...shape] = coefficients.shape;
  const numbers = arange(1, order + 1, { dtype: coefficients.dtype, device: coefficients.device });
  return reshape(numbers, [order, ...shape.map(() => 1)]);
}
