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
import type { Op } from "../tensor/op.ts";
import { numelOf, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add, mul, sub } from "./binary.ts";
import { rowMajor } from "./layout.ts";
import { mean, sum } from "./reduce.ts";
import { reshape } from "./shape.ts";
import { defineOp } from "./table.ts";
import { rsqrt, square } from "./unary.ts";

/** Which of weight and bias are among the inputs, after x. */
interface NormParams {
  readonly eps: number;
  readonly weight: boolean;
  readonly bias: boolean;
}

/** Layer norm: the number of trailing axes that are normalised together. */
interface LayerNormParams extends NormParams {
  readonly axes: number;
}

/** What differs between the two norms: which axes are normalised together, and how weights meet x. */
interface Layout {
  /** Axes whose elements are normalised together. */
  readonly over: readonly number[];
  /** The shape in which weight and bias broadcast against x. */
  readonly affine: Shape;
  /** Axes over which gradients of weight and bias are summed. */
  readonly rest: readonly number[];
}

function layerLayout(x: Tensor, p: LayerNormParams): Layout {
  const lead = x.ndim - p.axes;
  const axes = x.shape.map((_, i) => i);
  return { over: axes.slice(lead), affine: x.shape.slice(lead), rest: axes.slice(0, lead) };
}

function batchLayout(x: Tensor): Layout {
  const over = x.shape.flatMap((_, i) => i === 1 ? [] : [i]);
  return { over, affine: x.shape.map((n, i) => i === 1 ? n : 1).slice(1), rest: over };
}

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

function decomposeForward(inputs: readonly Tensor[], p: NormParams, layout: Layout, statistics: Shape): Tensor[] {
  const { weight, bias } = affineOf(inputs, p);
  const { centre, rstd, unit } = standardise(inputs[0], layout.over, p.eps);
  const scaled = weight === null ? unit : mul(unit, reshape(weight, layout.affine));
  const y = bias === null ? scaled : add(scaled, reshape(bias, layout.affine));
  return [y, reshape(centre, statistics), reshape(rstd, statistics)];
}

/** [dx, dw, db] in public ops. The statistics are computed again from x, so that derivatives of any order see them. */
function decomposeBackward(inputs: readonly Tensor[], p: NormParams, layout: Layout): Tensor[] {
  const [g, x] = inputs;
  const weight = p.weight ? inputs[4] : null;
  const { rstd, unit } = standardise(x, layout.over, p.eps);
  const h = weight === null ? g : mul(g, reshape(weight, layout.affine));
  const centred = sub(h, mean(h, layout.over, { keepdim: true }));
  const projected = mul(unit, mean(mul(h, unit), layout.over, { keepdim: true }));
  const affine = [numelOf(layout.affine)];
  const channels = weight?.shape ?? affine;
  const dw = layout.rest.length === 0 ? mul(g, unit) : sum(mul(g, unit), layout.rest);
  const db = layout.rest.length === 0 ? g : sum(g, layout.rest);
  return [mul(rstd, sub(centred, projected)), reshape(dw, channels), reshape(db, channels)];
}

const layerNormOp: Op<LayerNormParams> = defineOp<LayerNormParams>({
  name: "layerNorm",
  gradName: "NativeLayerNorm",
  statistics: [1, 2],
  kind: "kernel",
  shape: ([x], p) => {
    const rows = { shape: x.shape.slice(0, x.ndim - p.axes), dtype: x.dtype };
    return [x, rows, rows];
  },
  run: (backend, inputs, [y, centre, rstd], p) => {
    const { weight, bias } = affineOf(inputs, p);
    backend.layerNorm(
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
    const [dx, dw, db] = applyMany(layerNormBackwardOp, operands, p);
    return [dx, ...(p.weight ? [dw] : []), ...(p.bias ? [db] : [])];
  },
  jvp: null,
  batch: null,
  decompose: (inputs, p) =>
    decomposeForward(inputs, p, layerLayout(inputs[0], p), inputs[0].shape.slice(0, inputs[0].ndim - p.axes)),
  samples: () => [
    {
      inputs: [{ shape: [3, 4] }, { shape: [4] }, { shape: [4] }],
      params: { axes: 1, eps: 1e-5, weight: true, bias: true },
    },
    { inputs: [{ shape: [2, 2, 3] }], params: { axes: 2, eps: 1e-3, weight: false, bias: false } },
  ],
});

const layerNormBackwardOp: Op<LayerNormParams> = defineOp<LayerNormParams>({
  name: "layerNormBackward",
  gradName: "NativeLayerNormBackward",
  kind: "kernel",
  shape: ([g], p) => {
    const affine = { shape: g.shape.slice(g.ndim - p.axes), dtype: g.dtype };
    return [g, affine, affine];
  },
  run: (backend, [g, x, centre, rstd, weight], [dx, dw, db], p) =>
    backend.layerNormBackward(
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
  saves: { inputs: [], outputs: [] },
  vjp: null,
  jvp: null,
  batch: null,
  decompose: (inputs, p) => decomposeBackward(inputs, p, layerLayout(inputs[1], p)),
  // Right only for the statistics of x, which random samples are not; the tests of the forward op run it.
  samples: () => [],
});

const batchNormOp: Op<NormParams> = defineOp<NormParams>({
  name: "batchNorm",
  gradName: "NativeBatchNorm",
  statistics: [1, 2],
  kind: "kernel",
  shape: ([x]) => {
    const channels = { shape: [x.shape[1]], dtype: x.dtype };
    return [x, channels, channels];
  },
  run: (backend, inputs, [y, centre, rstd], p) => {
    const { weight, bias } = affineOf(inputs, p);
    backend.batchNorm(
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
    const [dx, dw, db] = applyMany(batchNormBackwardOp, operands, p);
    return [dx, ...(p.weight ? [dw] : []), ...(p.bias ? [db] : [])];
  },
  jvp: null,
  batch: null,
  decompose: (inputs, p) => decomposeForward(inputs, p, batchLayout(inputs[0]), [inputs[0].shape[1]]),
  samples: () => [
    { inputs: [{ shape: [3, 2, 2] }, { shape: [2] }, { shape: [2] }], params: { eps: 1e-5, weight: true, bias: true } },
    { inputs: [{ shape: [4, 3] }], params: { eps: 1e-3, weight: false, bias: false } },
  ],
});

const batchNormBackwardOp: Op<NormParams> = defineOp<NormParams>({
  name: "batchNormBackward",
  gradName: "NativeBatchNormBackward",
  kind: "kernel",
  shape: ([g]) => {
    const channels = { shape: [g.shape[1]], dtype: g.dtype };
    return [g, channels, channels];
  },
  run: (backend, [g, x, centre, rstd, weight], [dx, dw, db], p) =>
    backend.batchNormBackward(
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
  saves: { inputs: [], outputs: [] },
  vjp: null,
  jvp: null,
  batch: null,
  decompose: (inputs, p) => decomposeBackward(inputs, p, batchLayout(inputs[1])),
  // Right only for the statistics of x, which random samples are not; the tests of the forward op run it.
  samples: () => [],
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
