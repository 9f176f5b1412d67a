/**
 * Optimizer steps on a GPU, one kernel per parameter. The formulas are those of torch.optim (PyTorch 1.13); scalars that it
 * derives in double precision come ready-made.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { OptimizerBackend } from "../backend.ts";
import type { Gpu } from "./gpu.ts";
import { f32, type Scalar, u32, WORKGROUP_SIZE } from "./program.ts";

/** Runs `body` once per element of `writes.p`; `body` may use `gradient`, whose sign is `u.sign` times that of g. */
function step(
  gpu: Gpu,
  key: string,
  g: ArrayRef,
  writes: Readonly<Record<string, ArrayRef>>,
  uniforms: Readonly<Record<string, Scalar>>,
  body: string,
): void {
  const { numel } = writes.p;
  gpu.run({
    key,
    reads: { g },
    writes,
    uniforms: { n: u32(numel), ...uniforms },
    groups: Math.ceil(numel / WORKGROUP_SIZE),
    body: () => `
  if (id >= u.n) { return; }
  let at = p_index(id);
  let parameter = p[at];
  let gradient = u.sign * g_at(id);
${body}`,
  });
}

/** See {@linkcode OptimizerBackend.sgd}. */
function sgd(
  gpu: Gpu,
  p: ArrayRef,
  g: ArrayRef,
  buffer: ArrayRef | null,
  options: Parameters<OptimizerBackend["sgd"]>[3],
): void {
  const { lr, momentum, dampening, weightDecay, nesterov, maximize, first } = options;
  const variant = buffer === null ? "plain" : `${first ? "first" : "later"}${nesterov ? " nesterov" : ""}`;
  // The first buffer is the bare gradient: what lies in it before may be anything.
  const average = first ? "slope" : "u.momentum * buffer[place] + u.undampened * slope";
  step(
    gpu,
    `sgd ${variant}`,
    g,
    buffer === null ? { p } : { p, buffer },
    {
      lr: f32(lr),
      momentum: f32(momentum),
      undampened: f32(1 - dampening),
      decay: f32(weightDecay),
      sign: f32(maximize ? -1 : 1),
    },
    `
  var slope = gradient;
  if (u.decay != 0.0) { slope += u.decay * parameter; }
${
      buffer === null ? "" : `
  let place = buffer_index(id);
  let average = ${average};
  buffer[place] = average;
  slope = ${nesterov ? "slope + u.momentum * average" : "average"};`
    }
  p[at] = parameter - u.lr * slope;`,
  );
}

/** See {@linkcode OptimizerBackend.adam}. */
function adam(
  gpu: Gpu,
  p: ArrayRef,
  g: ArrayRef,
  average: ArrayRef,
  squares: ArrayRef,
  maxSquares: ArrayRef | null,
  options: Parameters<OptimizerBackend["adam"]>[5],
): void {
  const { lr, beta1, beta2, eps, weightDecay, decoupled, maximize, step: count } = options;
  step(
    gpu,
    maxSquares === null ? "adam" : "amsgrad",
    g,
    maxSquares === null ? { p, average, squares } : { p, average, squares, maxSquares },
    {
      size: f32(lr / (1 - beta1 ** count)),
      beta1: f32(beta1),
      rest1: f32(1 - beta1),
      beta2: f32(beta2),
      rest2: f32(1 - beta2),
      root: f32(Math.sqrt(1 - beta2 ** count)),
      eps: f32(eps),
      decay: f32(decoupled ? 0 : weightDecay),
      keep: f32(decoupled ? 1 - lr * weightDecay : 1),
      sign: f32(maximize ? -1 : 1),
    },
    `
  var slope = gradient;
  if (u.decay != 0.0) { slope += u.decay * parameter; }
  let m = u.beta1 * average[average_index(id)] + u.rest1 * slope;
  average[average_index(id)] = m;
  let v = u.beta2 * squares[squares_index(id)] + u.rest2 * slope * slope;
  squares[squares_index(id)] = v;
${
      maxSquares === null ? "  let largest = v;" : `
  let before = maxSquares[maxSquares_index(id)];
  let largest = select(before, v, v > before || is_nan(v));
  maxSquares[maxSquares_index(id)] = largest;`
    }
  p[at] = u.keep * parameter - u.size * m / (sqrt(largest) / u.root + u.eps);`,
  );
}

/** Optimizer steps on a GPU. */
export function optimizerFamily(gpu: Gpu): OptimizerBackend {
  return {
    sgd: (p, g, buffer, options) => sgd(gpu, p, g, buffer, options),
    adam: (p, g, average, squares, maxSquares, options) => adam(gpu, p, g, average, squares, maxSquares, options),
  };
}
