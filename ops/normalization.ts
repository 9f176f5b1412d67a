/**
 * Layer norm and batch norm as fused ops: one kernel forward, one backward.
 *
 * With x^ = (x - mean) rstd and h = g w, both have the gradient
 * dx = rstd (h - mean(h) - x^ mean(h x^)), dw = sum(g x^), db = sum(g), where the means run over what was normalised together
 * and the sums over everything else (Ioffe and Szegedy 2015, Ba et al. 2016).
 *
 * @module
 */
import { applyMany } from "../tensor/apply.ts";
import { type Op, SAVES_NOTHING } from "../tensor/op.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add, mul, sub } from "./binary.ts";
import { rowMajor } from "./layout.ts";
import type { LayerNormParams, NormParams, NormRow } from "./normalization_types.ts";
import { mean, sum } from "./reduce.ts";
import { reshape } from "./shape.ts";
import { defineOp } from "./table.ts";
import { rsqrt, square } from "./unary.ts";

/** The operands after x by name. */
function affineOf(inputs: readonly Tensor[], p: NormParams): { weight: Tensor | null; bias: Tensor | null } {
  return { weight: p.weight ? inputs[1] : null, bias: p.bias ? inputs[p.weight ? 2 : 1] : null };
}

/** mean, rstd and x^ in public ops; the statistics keep the reduced axes. */
function standardise(x: Tensor, over: readonly number[], eps: number): { centre: Tensor; rstd: Tensor; unit: Tensor } {
  const centre = mean(x, over, { keepdim: true });
  const deviation = sub(x, centre);
  const rstd = rsqrt(add(mean(square(deviation), over, { keepdim: true }), eps));
  return { centre, rstd, unit: mul(deviation, rstd) };
}

function decomposeForward<P extends NormParams>(inputs: readonly Tensor[], p: P, row: NormRow<P>): Tensor[] {
  const [x] = inputs;
  const { weight, bias } = affineOf(inputs, p);
  const { over, affine } = row.layout(x.shape, p);
  const { centre, rstd, unit } = standardise(x, over, p.eps);
  const scaled = weight === null ? unit : mul(unit, reshape(weight, affine));
  const y = bias === null ? scaled : add(scaled, reshape(bias, affine));
  const statistics = row.statistics(x.shape, p);
  return [y, reshape(centre, statistics), reshape(rstd, statistics)];
}

/** [dx, dw, db] in public ops. The statistics are computed again from x, so that derivatives of any order see them. */
function decomposeBackward<P extends NormParams>(inputs: readonly Tensor[], p: P, row: NormRow<P>): Tensor[] {
  const [g, x] = inputs;
  const weight = p.weight ? inputs[4] : null;
  const { over, rest, affine } = row.layout(x.shape, p);
  const { rstd, unit } = standardise(x, over, p.eps);
  const h = weight === null ? g : mul(g, reshape(weight, affine));
  const centred = sub(h, mean(h, over, { keepdim: true }));
  const projected = mul(unit, mean(mul(h, unit), over, { keepdim: true }));
  const channels = row.channels(x.shape, p);
  const dw = rest.length === 0 ? mul(g, unit) : sum(mul(g, unit), rest);
  const db = rest.length === 0 ? g : sum(g, rest);
  return [mul(rstd, sub(centred, projected)), reshape(dw, channels), reshape(db, channels)];
}

/** The op `name`, whose derivative is the op `nameBackward`. */
function normOp<P extends NormParams>(row: NormRow<P>): Op<P> {
  const { name, gradName, samples } = row;
  const backwardOp = defineOp<P>({
    name: `${name}Backward`,
    gradName: `${gradName}Backward`,
    kind: "kernel",
    shape: ([g], p) => {
      const channels = { shape: row.channels(g.shape, p), dtype: g.dtype };
      return [g, channels, channels];
    },
    run: (backend, [g, x, centre, rstd, weight], [dx, dw, db], p) =>
      backend[`${name}Backward`](
        rowMajor(backend, g),
        rowMajor(backend, x),
        weight === undefined ? null : rowMajor(backend, weight),
        rowMajor(backend, centre),
        rowMajor(backend, rstd),
        dx,
        p.weight ? dw : null,
        p.bias ? db : null,
      ),
    rules: "fused",
    saves: SAVES_NOTHING,
    vjp: null,
    jvp: null,
    batch: null,
    decompose: (inputs, p) => decomposeBackward(inputs, p, row),
    // Right only for the statistics of x, which random samples are not; the tests of the forward op run it.
    samples: () => [],
  });
  return defineOp<P>({
    name,
    gradName,
    statistics: [1, 2],
    kind: "kernel",
    shape: ([x], p) => {
      const statistics = { shape: row.statistics(x.shape, p), dtype: x.dtype };
      return [x, statistics, statistics];
    },
    run: (backend, inputs, [y, centre, rstd], p) => {
      const { weight, bias } = affineOf(inputs, p);
      backend[name](
        rowMajor(backend, inputs[0]),
        weight && rowMajor(backend, weight),
        bias && rowMajor(backend, bias),
        y,
        centre,
        rstd,
        p.eps,
      );
    },
    rules: "fused",
    saves: { inputs: [0, 1], outputs: [1, 2] },
    vjp: (c, [g]) => {
      const p = c.params;
      const operands = [g!, c.input(0), c.output(1), c.output(2), ...(p.weight ? [c.input(1)] : [])];
      const [dx, dw, db] = applyMany(backwardOp, operands, p);
      return [dx, ...(p.weight ? [dw] : []), ...(p.bias ? [db] : [])];
    },
    jvp: null,
    batch: null,
    decompose: (inputs, p) => decomposeForward(inputs, p, row),
    samples,
  });
}

const layerNormOp: Op<LayerNormParams> = normOp<LayerNormParams>({
  name: "layerNorm",
  gradName: "NativeLayerNorm",
  statistics: (x, { axes }) => x.slice(0, x.length - axes),
  channels: (x, { axes }) => x.slice(x.length - axes),
  layout: (x, { axes }) => {
    const all = x.map((_, i) => i);
    const lead = x.length - axes;
    return { over: all.slice(lead), rest: all.slice(0, lead), affine: x.slice(lead) };
  },
  samples: () => [
    {
      inputs: [{ shape: [3, 4] }, { shape: [4] }, { shape: [4] }],
      params: { axes: 1, eps: 1e-5, weight: true, bias: true },
    },
    { inputs: [{ shape: [2, 2, 3] }], params: { axes: 2, eps: 1e-3, weight: false, bias: false } },
  ],
});

const batchNormOp: Op<NormParams> = normOp<NormParams>({
  name: "batchNorm",
  gradName: "NativeBatchNorm",
  statistics: (x) => [x[1]],
  channels: (x) => [x[1]],
  layout: (x) => {
    const over = x.flatMap((_, i) => i === 1 ? [] : [i]);
    return { over, rest: over, affine: x.map((n, i) => i === 1 ? n : 1).slice(1) };
  },
  samples: () => [
    { inputs: [{ shape: [3, 2, 2] }, { shape: [2] }, { shape: [2] }], params: { eps: 1e-5, weight: true, bias: true } },
    { inputs: [{ shape: [4, 3] }], params: { eps: 1e-3, weight: false, bias: false } },
  ],
});

function operands(x: Tensor, weight: Tensor | null, bias: Tensor | null): Tensor[] {
  return [x, ...(weight === null ? [] : [weight]), ...(bias === null ? [] : [bias])];
}

/** (x - mean) / sqrt(var + eps) * weight + bias over the last `axes` axes; the caller has checked shapes and dtypes. */
export function normalizeLayers(
  x: Tensor,
  axes: number,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): Tensor {
  const params = { axes, eps, weight: weight !== null, bias: bias !== null };
  const [y, centre, rstd] = applyMany(layerNormOp, operands(x, weight, bias), params);
  centre.dispose();
  rstd.dispose();
  return y;
}

/** The same per channel (axis 1) over everything else: `[y, mean, rstd]`, the statistics without history. */
export function normalizeBatch(
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): readonly Tensor[] {
  return applyMany(batchNormOp, operands(x, weight, bias), { eps, weight: weight !== null, bias: bias !== null });
}
