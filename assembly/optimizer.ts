// deno-fmt-ignore-file: it drops the decorators of functions.
/**
 * Fused optimizer steps, in place. The formulas and their order of operations are those of PyTorch's torch.optim (1.13);
 * scalars that it derives in double precision come ready-made, and products are rounded before they are added, so every
 * build gives the same bits. Elementwise: a share is any range of elements.
 */
import { loadRow, storeRow } from "./row";
import { lanes, splat } from "./simd";

/** `a + scale * b`. */
// @ts-ignore: decorator
@inline
function addScaled<T>(a: v128, scale: v128, b: v128): v128 {
  return v128.add<T>(a, v128.mul<T>(scale, b));
}

// @ts-ignore: decorator
@inline
function sgdVector<T>(
  p: usize,
  g: usize,
  buffer: usize,
  left: i32,
  minusLr: v128,
  momentum: v128,
  undampened: v128,
  weightDecay: v128,
  sign: v128,
  decays: bool,
  buffered: bool,
  nesterov: bool,
  first: bool,
): void {
  const parameter = loadRow<T>(p, left);
  let update = v128.mul<T>(loadRow<T>(g, left), sign);
  if (decays) update = addScaled<T>(update, weightDecay, parameter);
  if (buffered) {
    let average = update;
    if (!first) average = addScaled<T>(v128.mul<T>(loadRow<T>(buffer, left), momentum), undampened, update);
    storeRow<T>(buffer, average, left);
    update = nesterov ? addScaled<T>(update, momentum, average) : average;
  }
  storeRow<T>(p, addScaled<T>(parameter, minusLr, update), left);
}

/**
 * `g = sign * g + weightDecay * p; b = momentum * b + undampened * g; p -= lr * (nesterov ? g + momentum * b : b)`.
 * Unless `buffered`, which is a constant, there is no b and g takes its place; `first` sets b to g.
 */
// @ts-ignore: decorator
@inline
function sgd<T>(
  p: usize,
  g: usize,
  buffer: usize,
  n: i32,
  lr: T,
  momentum: T,
  undampened: T,
  weightDecay: T,
  buffered: bool,
  nesterov: bool,
  maximize: bool,
  first: bool,
): void {
  const minusLr = splat<T>(-lr);
  const m = splat<T>(momentum);
  const u = splat<T>(undampened);
  const decay = splat<T>(weightDecay);
  const sign = splat<T>(maximize ? -1 : 1);
  const decays = weightDecay != 0;
  const left = n & (lanes<T>() - 1);
  const wholeBytes = <usize>(n - left) * sizeof<T>();
  let at: usize = 0;
  if (!buffered && !decays && !maximize) {
    // Plain descent is two loads and a store: the general loop's branches would take as long again.
    for (; at + 64 <= wholeBytes; at += 64) {
      const p0 = v128.load(p + at), p1 = v128.load(p + at, 16), p2 = v128.load(p + at, 32), p3 = v128.load(p + at, 48);
      const g0 = v128.load(g + at), g1 = v128.load(g + at, 16), g2 = v128.load(g + at, 32), g3 = v128.load(g + at, 48);
      v128.store(p + at, addScaled<T>(p0, minusLr, g0));
      v128.store(p + at, addScaled<T>(p1, minusLr, g1), 16);
      v128.store(p + at, addScaled<T>(p2, minusLr, g2), 32);
      v128.store(p + at, addScaled<T>(p3, minusLr, g3), 48);
    }
  }
  for (; at < wholeBytes; at += 16) {
    const all = lanes<T>();
    sgdVector<T>(p + at, g + at, buffer + at, all, minusLr, m, u, decay, sign, decays, buffered, nesterov, first);
  }
  if (left > 0) {
    sgdVector<T>(p + at, g + at, buffer + at, left, minusLr, m, u, decay, sign, decays, buffered, nesterov, first);
  }
}

// @ts-ignore: decorator
@inline
function adamVector<T>(
  p: usize,
  g: usize,
  average: usize,
  squares: usize,
  maxSquares: usize,
  left: i32,
  minusStep: v128,
  beta1: v128,
  oneMinusBeta1: v128,
  beta2: v128,
  oneMinusBeta2: v128,
  rootBias2: v128,
  eps: v128,
  weightDecay: v128,
  keep: v128,
  sign: v128,
  decays: bool,
  amsgrad: bool,
): void {
  const parameter = v128.mul<T>(loadRow<T>(p, left), keep);
  let gradient = v128.mul<T>(loadRow<T>(g, left), sign);
  if (decays) gradient = addScaled<T>(gradient, weightDecay, parameter);
  const m = addScaled<T>(v128.mul<T>(loadRow<T>(average, left), beta1), oneMinusBeta1, gradient);
  const scaledGradient = v128.mul<T>(oneMinusBeta2, gradient);
  const v = addScaled<T>(v128.mul<T>(loadRow<T>(squares, left), beta2), scaledGradient, gradient);
  storeRow<T>(average, m, left);
  storeRow<T>(squares, v, left);
  let largest = v;
  if (amsgrad) {
    largest = v128.max<T>(loadRow<T>(maxSquares, left), v);
    storeRow<T>(maxSquares, largest, left);
  }
  const denominator = v128.add<T>(v128.div<T>(v128.sqrt<T>(largest), rootBias2), eps);
  storeRow<T>(p, v128.add<T>(parameter, v128.div<T>(v128.mul<T>(minusStep, m), denominator)), left);
}

/**
 * `g = sign * g + weightDecay * p; m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
 * p = keep * p - stepSize * m / (sqrt(max(v)) / rootBias2 + eps)`, with keep = 1 unless weight decay is decoupled.
 * `maxSquares` 0 stands for plain Adam, whose denominator has v itself.
 */
// @ts-ignore: decorator
@inline
function adam<T>(
  p: usize,
  g: usize,
  average: usize,
  squares: usize,
  maxSquares: usize,
  n: i32,
  stepSize: T,
  beta1: T,
  oneMinusBeta1: T,
  beta2: T,
  oneMinusBeta2: T,
  rootBias2: T,
  eps: T,
  weightDecay: T,
  keep: T,
  maximize: bool,
): void {
  const minusStep = splat<T>(-stepSize);
  const b1 = splat<T>(beta1);
  const c1 = splat<T>(oneMinusBeta1);
  const b2 = splat<T>(beta2);
  const c2 = splat<T>(oneMinusBeta2);
  const root = splat<T>(rootBias2);
  const epsilon = splat<T>(eps);
  const decay = splat<T>(weightDecay);
  const kept = splat<T>(keep);
  const sign = splat<T>(maximize ? -1 : 1);
  const decays = weightDecay != 0;
  const amsgrad = maxSquares != 0;
  const left = n & (lanes<T>() - 1);
  const wholeBytes = <usize>(n - left) * sizeof<T>();
  let at: usize = 0;
  for (; at < wholeBytes; at += 16) {
    adamVector<T>(
      p + at,
      g + at,
      average + at,
      squares + at,
      maxSquares + at,
      lanes<T>(),
      minusStep,
      b1,
      c1,
      b2,
      c2,
      root,
      epsilon,
      decay,
      kept,
      sign,
      decays,
      amsgrad,
    );
  }
  if (left > 0) {
    adamVector<T>(
      p + at,
      g + at,
      average + at,
      squares + at,
      maxSquares + at,
      left,
      minusStep,
      b1,
      c1,
      b2,
      c2,
      root,
      epsilon,
      decay,
      kept,
      sign,
      decays,
      amsgrad,
    );
  }
}

/** SGD; `buffer` 0 stands for no momentum. */
export function f32_sgd(
  p: usize,
  g: usize,
  buffer: usize,
  n: i32,
  lr: f32,
  momentum: f32,
  undampened: f32,
  weightDecay: f32,
  nesterov: bool,
  maximize: bool,
  first: bool,
): void {
  if (buffer == 0) sgd<f32>(p, g, 0, n, lr, 0, 0, weightDecay, false, false, maximize, false);
  else sgd<f32>(p, g, buffer, n, lr, momentum, undampened, weightDecay, true, nesterov, maximize, first);
}

export function f64_sgd(
  p: usize,
  g: usize,
  buffer: usize,
  n: i32,
  lr: f64,
  momentum: f64,
  undampened: f64,
  weightDecay: f64,
  nesterov: bool,
  maximize: bool,
  first: bool,
): void {
  if (buffer == 0) sgd<f64>(p, g, 0, n, lr, 0, 0, weightDecay, false, false, maximize, false);
  else sgd<f64>(p, g, buffer, n, lr, momentum, undampened, weightDecay, true, nesterov, maximize, first);
}

export function f32_adam(
  p: usize,
  g: usize,
  average: usize,
  squares: usize,
  maxSquares: usize,
  n: i32,
  stepSize: f32,
  beta1: f32,
  oneMinusBeta1: f32,
  beta2: f32,
  oneMinusBeta2: f32,
  rootBias2: f32,
  eps: f32,
  weightDecay: f32,
  keep: f32,
  maximize: bool,
): void {
  adam<f32>(
    p,
    g,
    average,
    squares,
    maxSquares,
    n,
    stepSize,
    beta1,
    oneMinusBeta1,
    beta2,
    oneMinusBeta2,
    rootBias2,
    eps,
    weightDecay,
    keep,
    maximize,
  );
}

export function f64_adam(
  p: usize,
  g: usize,
  average: usize,
  squares: usize,
  maxSquares: usize,
  n: i32,
  stepSize: f64,
  beta1: f64,
  oneMinusBeta1: f64,
  beta2: f64,
  oneMinusBeta2: f64,
  rootBias2: f64,
  eps: f64,
  weightDecay: f64,
  keep: f64,
  maximize: bool,
): void {
  adam<f64>(
    p,
    g,
    average,
    squares,
    maxSquares,
    n,
    stepSize,
    beta1,
    oneMinusBeta1,
    beta2,
    oneMinusBeta2,
    rootBias2,
    eps,
    weightDecay,
    keep,
    maximize,
  );
}
