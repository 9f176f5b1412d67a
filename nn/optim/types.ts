/**
 * Options and state of the optimizers. Types only: programs do not load this file.
 *
 * @module
 */
import type { Tensor } from "../../tensor/tensor.ts";

/** Parameters that share options. */
export type ParamGroup<O> = { params: Tensor[] } & O;

/** What optimizers take: parameters, or groups of them with options of their own. */
export type ParamsLike<O> = Iterable<Tensor> | Iterable<{ params: Iterable<Tensor> } & Partial<O>>;

/** State of one parameter: tensors (momenta, averages) and counters, or lists of them. */
export type ParamState = Record<string, Tensor | number | null | readonly Tensor[] | readonly number[]>;

/** What `stateDict` of an optimizer gives. */
export interface OptimizerState<O> {
  /** State by the number of the parameter. */
  state: Record<number, ParamState>;
  /** Options of the groups, with the numbers of their parameters. */
  paramGroups: (Omit<ParamGroup<O>, "params"> & { params: number[] })[];
}

/** Options of {@linkcode Adadelta}. */
export interface AdadeltaOptions {
  /** Factor of the update. Default: 1. */
  lr?: number;
  /** Decay of the averages of squares, in [0, 1]. Default: 0.9. */
  rho?: number;
  /** Added under both roots. Default: 1e-6. */
  eps?: number;
  /** L2 penalty. Default: 0. */
  weightDecay?: number;
  /** Ascend instead of descend. Default: false. */
  maximize?: boolean;
}

/** Options of {@linkcode Adagrad}. */
export interface AdagradOptions {
  /** Learning rate. Default: 0.01. */
  lr?: number;
  /** Decay of the learning rate: step t uses lr / (1 + (t - 1) lrDecay). Default: 0. */
  lrDecay?: number;
  /** L2 penalty. Default: 0. */
  weightDecay?: number;
  /** Where the sums of squares start. Default: 0. */
  initialAccumulatorValue?: number;
  /** Added to the denominator. Default: 1e-10. */
  eps?: number;
  /** Ascend instead of descend. Default: false. */
  maximize?: boolean;
}

/** Options of {@linkcode Adam} and {@linkcode AdamW}. */
export interface AdamOptions {
  /** Learning rate. Default: 0.001. */
  lr?: number;
  /** Decay of the averages of the gradient and of its square. Default: [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Added to the denominator. Default: 1e-8. */
  eps?: number;
  /** L2 penalty (Adam, default 0) or decoupled decay (AdamW, default 0.01). */
  weightDecay?: number;
  /** Use the largest average of squares so far. Default: false. */
  amsgrad?: boolean;
  /** Ascend instead of descend. Default: false. */
  maximize?: boolean;
}

/** Options of {@linkcode Adamax}. */
export interface AdamaxOptions {
  /** Learning rate. Default: 0.002. */
  lr?: number;
  /** Decay of the average of the gradient and of its infinity norm. Default: [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Added to the magnitude of the gradient. Default: 1e-8. */
  eps?: number;
  /** L2 penalty. Default: 0. */
  weightDecay?: number;
  /** Ascend instead of descend. Default: false. */
  maximize?: boolean;
}

/** Options of {@linkcode ASGD}. */
export interface ASGDOptions {
  /** Learning rate. Default: 0.01. */
  lr?: number;
  /** Decay term. Default: 1e-4. */
  lambd?: number;
  /** Power of the schedule of the learning rate. Default: 0.75. */
  alpha?: number;
  /** Step at which averaging starts. Default: 1e6. */
  t0?: number;
  /** L2 penalty. Default: 0. */
  weightDecay?: number;
  /** Ascend instead of descend. Default: false. */
  maximize?: boolean;
}

/** Options of {@linkcode NAdam}. */
export interface NAdamOptions {
  /** Learning rate. Default: 0.002. */
  lr?: number;
  /** Decay of the averages of the gradient and of its square. Default: [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Added to the denominator. Default: 1e-8. */
  eps?: number;
  /** L2 penalty. Default: 0. */
  weightDecay?: number;
  /** How fast the momentum approaches the first beta. Default: 0.004. */
  momentumDecay?: number;
}

/** Options of {@linkcode RAdam}. */
export interface RAdamOptions {
  /** Learning rate. Default: 0.001. */
  lr?: number;
  /** Decay of the averages of the gradient and of its square. Default: [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Added to the denominator. Default: 1e-8. */
  eps?: number;
  /** L2 penalty. Default: 0. */
  weightDecay?: number;
}

/** Options of {@linkcode RMSprop}. */
export interface RMSpropOptions {
  /** Learning rate. Default: 0.01. */
  lr?: number;
  /** Decay of the average of squares. Default: 0.99. */
  alpha?: number;
  /** Added to the denominator. Default: 1e-8. */
  eps?: number;
  /** L2 penalty. Default: 0. */
  weightDecay?: number;
  /** Momentum factor. Default: 0. */
  momentum?: number;
  /** Divide by an estimate of the standard deviation instead of the root mean square. Default: false. */
  centered?: boolean;
  /** Ascend instead of descend. Default: false. */
  maximize?: boolean;
}

/** Options of {@linkcode Rprop}. */
export interface RpropOptions {
  /** Step size at the start. Default: 0.01. */
  lr?: number;
  /** Factors of the step size after a change of sign and after none. Default: [0.5, 1.2]. */
  etas?: readonly [number, number];
  /** Smallest and largest step size. Default: [1e-6, 50]. */
  stepSizes?: readonly [number, number];
  /** Ascend instead of descend. Default: false. */
  maximize?: boolean;
}

/** Options of {@linkcode SGD}. */
export interface SGDOptions {
  /** Learning rate. */
  lr: number;
  /** Momentum factor. Default: 0. */
  momentum?: number;
  /** Dampening of momentum. Default: 0. */
  dampening?: number;
  /** L2 penalty. Default: 0. */
  weightDecay?: number;
  /** Nesterov momentum. Default: false. */
  nesterov?: boolean;
  /** Ascend instead of descend. Default: false. */
  maximize?: boolean;
}

/** Options of {@linkcode LBFGS}. */
export interface LBFGSOptions {
  /** Step length, or the first one that the line search tries. Default: 1. */
  lr?: number;
  /** Most iterations per step. Default: 20. */
  maxIter?: number;
  /** Most evaluations of the closure per step; null for 5/4 of `maxIter`. Default: null. */
  maxEval?: number | null;
  /** A step ends when no element of the gradient is larger. Default: 1e-7. */
  toleranceGrad?: number;
  /** A step ends when parameters or loss change by less. Default: 1e-9. */
  toleranceChange?: number;
  /** Number of past updates that approximate the Hessian. Default: 100. */
  historySize?: number;
  /** "strong_wolfe", or null for steps of length `lr`. Default: null. */
  lineSearchFn?: "strong_wolfe" | null;
}
