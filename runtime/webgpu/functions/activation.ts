/**
 * Activations and their derivatives.
 *
 * @module
 */
import { literal } from "./formula.ts";

/** sqrt(8 / pi), twice the factor in the argument of gelu's tanh. */
const GELU_SCALE = Math.sqrt(8 / Math.PI);

/** The functions of this file by name. */
export const ACTIVATION: Readonly<Record<string, string>> = {
  softplus: `fn softplus(x: f32) -> f32 { return max(x, 0f) + log1p(exp_f32(-abs(x))); }`,
  logsigmoid: `fn logsigmoid(x: f32) -> f32 { return min(x, 0f) - log1p(exp_f32(-abs(x))); }`,
  // With w = exp(x) the hyperbolic tangent of log(1 + w) is w (w + 2) / (w (w + 2) + 2).
  mish: `fn mish(x: f32) -> f32 {
  if (x > 20f || is_nan(x)) { return x; }
  let w = exp_f32(x);
  let n = w * (w + 2f);
  return x * (n / (n + 2f));
}`,
  // sigmoid(x) and 1 - sigmoid(x), the latter without cancellation.
  sigmoids: `fn sigmoids(x: f32) -> vec2<f32> {
  let e = exp_f32(-abs(x));
  let s = 1f / (1f + e);
  return select(vec2<f32>(e * s, s), vec2<f32>(s, e * s), x > 0f);
}`,
  silu_backward: `fn silu_backward(g: f32, x: f32) -> f32 {
  let s = sigmoids(x);
  return g * s.x * fma(x, s.y, 1f);
}`,
  gelu: `fn gelu(x: f32) -> f32 {
  let tail = normal_tail(abs(x));
  return x * select(tail, 1f - tail, x > 0f);
}`,
  gelu_backward: `fn gelu_backward(g: f32, x: f32) -> f32 {
  let tail = normal_tail(abs(x));
  let density = exp_f32(-0.5f * x * x) * ${literal(1 / Math.sqrt(2 * Math.PI))};
  return g * fma(x, density, select(tail, 1f - tail, x > 0f));
}`,
  // x (1 + tanh(u)) / 2 = x sigmoid(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3).
  gelu_tanh: `fn gelu_tanh(x: f32) -> f32 { return x * sigmoid(${
    literal(GELU_SCALE)
  } * fma(0.044715f * x * x, x, x)); }`,
  gelu_tanh_backward: `fn gelu_tanh_backward(g: f32, x: f32) -> f32 {
  let s = sigmoids(${literal(GELU_SCALE)} * fma(0.044715f * x * x, x, x));
  return g * fma(x * s.x * s.y * ${literal(GELU_SCALE)}, fma(0.134145f, x * x, 1f), s.x);
}`,
};
