/**
 * The seam between ops and devices: a backend owns bytes and runs kernels on them.
 *
 * Ops check shapes and dtypes, allocate the outputs and then call one method here; a backend may assume that its operands
 * are valid. Unless a method says otherwise, inputs may have any strides (0 included) and outputs are contiguous with
 * offset 0 or more; an output never overlaps an input except where `out` is the very same array as an elementwise input.
 * Every method accepts empty arrays.
 *
 * @module
 */
import type { ArrayRef } from "./array.ts";
import type { DType, TypedArray } from "./dtype.ts";
import type { Storage } from "./storage.ts";

/** An elementwise function of one to three operands and up to two scalar parameters. */
export interface ElementwiseKernel {
  /** Name of the kernel without its dtype prefix, snake_case: `leaky_relu` is `f32_leaky_relu` in the wasm module. */
  readonly name: string;
  /** Plain definition in double precision, used by the reference backend. Booleans are 0 and 1; `dtype` is the result's. */
  readonly reference: (a: number, b: number, c: number, p0: number, p1: number, dtype: DType) => number;
  /** WGSL expression in `a`, `b`, `c` (operands) and `p0`, `p1` (parameters); `T` is the type of the last operand. */
  readonly wgsl: string;
}

/** Elementwise maps. Operand shapes broadcast to `out.shape`. */
export interface ElementwiseBackend {
  /** `out = f(x, p0, p1)`. `x` has the shape of `out`; `out` has the dtype of `x`, or bool for predicates. */
  unary(kernel: ElementwiseKernel, x: ArrayRef, out: ArrayRef, p0: number, p1: number): void;
  /** `out = f(a, b, p0, p1)`. `a` and `b` have the same dtype; `out` has it too, or is bool for comparisons. */
  binary(kernel: ElementwiseKernel, a: ArrayRef, b: ArrayRef, out: ArrayRef, p0: number, p1: number): void;
  /** `out = f(a, b, c, p0, p1)`. `b`, `c` and `out` share a dtype; `a` has it too, or is bool (`where`). */
  ternary(
    kernel: ElementwiseKernel,
    a: ArrayRef,
    b: ArrayRef,
    c: ArrayRef,
    out: ArrayRef,
    p0: number,
    p1: number,
  ): void;
}

/** Moving and casting bytes. */
export interface MovementBackend {
  /** Copies `source` into `target`, which has the same shape, any strides, and possibly another dtype (cast as C does;
   * to bool: nonzero, NaN included, is 1; float to integer truncates and saturates, NaN gives 0). */
  copy(source: ArrayRef, target: ArrayRef): void;
  /** Sets every element of `target`, which may be strided. */
  fill(target: ArrayRef, value: number): void;
  /** Reads all elements in logical row-major order into a fresh typed array on the JavaScript heap. A device that cannot
   * answer at once throws a BackendError that names `reader`, the op that asks. */
  read(source: ArrayRef, reader: string): TypedArray;
  /** The same without blocking: what `source` holds when this is called. */
  download(source: ArrayRef): Promise<TypedArray>;
  /** Writes `values`, in logical row-major order and of the matching typed array, into contiguous `target`. */
  write(target: ArrayRef, values: TypedArray): void;
}

/** Associative reductions over one or more axes. */
export type Reduction = "sum" | "prod" | "mean" | "max" | "min" | "any" | "all";

/** Cumulative operations along one axis. */
export type Scan = "sum" | "prod" | "max" | "min" | "logsumexp";

/** Reductions, scans, sorting. `dim` and `dims` are normalised (0 <= dim < rank), `dims` ascending and unique. */
export interface ReductionBackend {
  /** Reduces `x` over `dims`; `out` has the remaining axes, and may have the reduced ones with size 1. sum and prod of int32
   * wrap; any/all give bool; max/min propagate NaN. Empty reductions give the identity (max and min never see one: the op
   * refuses it). mean is for floats; that of nothing is NaN. */
  reduce(kind: Reduction, x: ArrayRef, out: ArrayRef, dims: readonly number[]): void;
  /** Extremum along `dim` and the int32 index of its first occurrence (NaN counts as the extremum). */
  argReduce(kind: "max" | "min", x: ArrayRef, values: ArrayRef | null, indices: ArrayRef, dim: number): void;
  /** Mean over `dims`, and sum of squared deviations from it over `divisor`: two passes, in the dtype of `x`. */
  moments(x: ArrayRef, mean: ArrayRef, squares: ArrayRef, dims: readonly number[], divisor: number): void;
  /** Inclusive scan along `dim`. `indices` (int32) is given for max and min only. */
  scan(kind: Scan, x: ArrayRef, out: ArrayRef, indices: ArrayRef | null, dim: number): void;
  /** Stable sort along `dim`; NaN sorts as the largest. `indices` is int32. */
  sort(x: ArrayRef, values: ArrayRef, indices: ArrayRef, dim: number, descending: boolean): void;
  /** The k = `values.shape[dim]` largest or smallest along `dim`, sorted; ties keep the lower index. */
  topk(x: ArrayRef, values: ArrayRef, indices: ArrayRef, dim: number, largest: boolean): void;
}

/** How scattered values meet. */
export type ScatterMode = "set" | "add" | "mul" | "max" | "min";

/** What the elements of an index array must be. */
export interface RangeGuard {
  /** Smallest allowed element. */
  readonly low: number;
  /** Largest allowed element. */
  readonly high: number;
  /** The error for an element outside. */
  readonly complaint: (stray: number) => Error;
}

/** Gathering and scattering. Index arrays are int32 and already validated to lie in [0, size). */
export interface IndexingBackend {
  /** `out[i][j][k] = x[index[i][j][k]][j][k]` for dim 0, and so on (PyTorch's gather). `index` may be smaller than `x`. */
  gather(x: ArrayRef, index: ArrayRef, out: ArrayRef, dim: number): void;
  /** The reverse, in place on contiguous `out`; repeated indices meet in index order. */
  scatter(out: ArrayRef, index: ArrayRef, source: ArrayRef, dim: number, mode: ScatterMode): void;
  /** `out = x` taken at 1-d `index` along `dim`. */
  indexSelect(x: ArrayRef, index: ArrayRef, out: ArrayRef, dim: number): void;
  /** `out[.., index[i], ..] (mode)= source[.., i, ..]`, in place on contiguous `out`. */
  indexReduce(out: ArrayRef, index: ArrayRef, source: ArrayRef, dim: number, mode: ScatterMode): void;
  /** Number of nonzero elements (NaN counts). A device that cannot answer at once throws, naming `reader`. */
  countNonzero(x: ArrayRef, reader: string): number;
  /** Flat row-major positions of the nonzero elements, ascending, into 1-d int32 `out` of the counted length. */
  nonzero(x: ArrayRef, out: ArrayRef): void;
  /** Smallest and largest element of an int32 array (for validating indices); [0, -1] when empty. A device that cannot
   * answer at once gives null, applies `guard` itself and lets the next download throw its complaint. */
  indexRange(index: ArrayRef, guard: RangeGuard | null): [number, number] | null;
}

/** Matrix products. */
export interface MatmulBackend {
  /**
   * `out[.., i, j] = sum_k a[.., i, k] b[.., k, j] (+ bias[j])`. `a`, `b` and `out` have the same leading (batch) axes,
   * already expanded (strides may be 0); any strides are allowed, so transposes cost nothing. `out` is contiguous.
   * With `accumulate` the product is added to what `out` holds.
   */
  matmul(a: ArrayRef, b: ArrayRef, out: ArrayRef, bias: ArrayRef | null, accumulate: boolean): void;
}

/** Geometry of a convolution over `rank` spatial axes (1, 2 or 3), one entry per axis. */
export interface ConvolutionGeometry {
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

/** Convolutions: x [N, C, *spatial], weight [O, C / groups, *kernel], y [N, O, *out]. Rank 1 to 3. Contiguous operands. */
export interface ConvolutionBackend {
  /** `y = conv(x, weight) (+ bias)`. */
  convolution(x: ArrayRef, weight: ArrayRef, bias: ArrayRef | null, y: ArrayRef, geometry: ConvolutionGeometry): void;
  /** `dx = conv^T(dy, weight)`: the gradient of the input, and the forward pass of a transposed convolution. */
  convolutionInput(dy: ArrayRef, weight: ArrayRef, dx: ArrayRef, geometry: ConvolutionGeometry): void;
  /** `dweight = sum_n corr(x, dy)`: the gradient of the weight. */
  convolutionWeight(x: ArrayRef, dy: ArrayRef, dweight: ArrayRef, geometry: ConvolutionGeometry): void;
}

/** Geometry of pooling over spatial axes (1, 2 or 3). */
export interface PoolGeometry {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
}

/** Pooling: x [N, C, *spatial] contiguous. */
export interface PoolingBackend {
  /** Maximum and its flat int32 index within the spatial plane of x (PyTorch's return_indices). NaN wins. */
  maxPool(x: ArrayRef, y: ArrayRef, indices: ArrayRef, geometry: PoolGeometry): void;
  /** Scatters `dy` to the recorded indices; `dx` is overwritten. */
  maxPoolBackward(dy: ArrayRef, indices: ArrayRef, dx: ArrayRef): void;
  /** Mean over windows. `divisor` 0 means the window size, counting padding only if `countIncludePad`. */
  avgPool(x: ArrayRef, y: ArrayRef, geometry: PoolGeometry, countIncludePad: boolean, divisor: number): void;
  /** Transpose of avgPool; `dx` is overwritten. */
  avgPoolBackward(dy: ArrayRef, dx: ArrayRef, geometry: PoolGeometry, countIncludePad: boolean, divisor: number): void;
}

/** Fused normalisations and losses over the last axis or axes. Operands contiguous unless said otherwise. */
export interface NormalizationBackend {
  /** Softmax or log-softmax along `dim`. */
  softmax(x: ArrayRef, out: ArrayRef, dim: number, log: boolean): void;
  /** Gradient of the same: `(g - sum(g * y)) * y`, or `g - exp(y) * sum(g)` for log. */
  softmaxBackward(g: ArrayRef, y: ArrayRef, out: ArrayRef, dim: number, log: boolean): void;
  /** `y = (x - mean) * rstd * weight + bias` over rows of the last `normalized` elements; mean and rstd: one per row. */
  layerNorm(
    x: ArrayRef,
    weight: ArrayRef | null,
    bias: ArrayRef | null,
    y: ArrayRef,
    mean: ArrayRef,
    rstd: ArrayRef,
    eps: number,
  ): void;
  /** Gradients of layerNorm; null outputs are not computed. */
  layerNormBackward(
    g: ArrayRef,
    x: ArrayRef,
    weight: ArrayRef | null,
    mean: ArrayRef,
    rstd: ArrayRef,
    dx: ArrayRef | null,
    dweight: ArrayRef | null,
    dbias: ArrayRef | null,
  ): void;
  /** Training batch norm of x [N, C, ...]: mean and rstd per channel are computed and returned (biased variance). */
  batchNorm(
    x: ArrayRef,
    weight: ArrayRef | null,
    bias: ArrayRef | null,
    y: ArrayRef,
    mean: ArrayRef,
    rstd: ArrayRef,
    eps: number,
  ): void;
  /** Gradients of training batch norm; null outputs are not computed. */
  batchNormBackward(
    g: ArrayRef,
    x: ArrayRef,
    weight: ArrayRef | null,
    mean: ArrayRef,
    rstd: ArrayRef,
    dx: ArrayRef | null,
    dweight: ArrayRef | null,
    dbias: ArrayRef | null,
  ): void;
}

/** Counter-based random numbers (Philox4x32-10): element i depends on (seed, offset, i) alone. */
export interface RandomBackend {
  /**
   * Fills contiguous `out`. uniform: [a, b); normal: mean a, standard deviation b; integer: int32 or float in [a, b);
   * bernoulli: 1 with probability a. `seed` and `offset` are safe non-negative integers.
   */
  random(
    kind: "uniform" | "normal" | "integer" | "bernoulli",
    out: ArrayRef,
    seed: number,
    offset: number,
    a: number,
    b: number,
  ): void;
}

/** Fused optimizer steps, in place on contiguous parameters and state. */
export interface OptimizerBackend {
  /** PyTorch's SGD: `g += weightDecay p; b = momentum b + (1 - dampening) g; p -= lr (nesterov ? g + momentum b : b)`.
   * `buffer` is null without momentum; `first` means that the buffer takes the bare gradient. */
  sgd(
    p: ArrayRef,
    g: ArrayRef,
    buffer: ArrayRef | null,
    options: {
      lr: number;
      momentum: number;
      dampening: number;
      weightDecay: number;
      nesterov: boolean;
      maximize: boolean;
      first: boolean;
    },
  ): void;
  /** PyTorch's Adam, AdamW (`decoupled`) and AMSGrad (`maxSquares` given). `step` counts from 1. */
  adam(
    p: ArrayRef,
    g: ArrayRef,
    average: ArrayRef,
    squares: ArrayRef,
    maxSquares: ArrayRef | null,
    options: {
      lr: number;
      beta1: number;
      beta2: number;
      eps: number;
      weightDecay: number;
      decoupled: boolean;
      maximize: boolean;
      step: number;
    },
  ): void;
}

/** What a device spent on the dispatches of one kernel, by its own clock. Time in microseconds. */
export interface KernelTime {
  readonly name: string;
  readonly count: number;
  readonly time: number;
}

/** A device: memory and kernels. */
export interface Backend
  extends
    ElementwiseBackend,
    MovementBackend,
    ReductionBackend,
    IndexingBackend,
    MatmulBackend,
    ConvolutionBackend,
    PoolingBackend,
    NormalizationBackend,
    RandomBackend,
    OptimizerBackend {
  /** Device name as in `tensor.device`. */
  readonly name: string;
  /** True if `read` and `countNonzero` can answer at once. */
  readonly readsAtOnce: boolean;
  /** Size of an element in a storage; 0 for a dtype that the device does not have. */
  readonly bytesPerElement: Readonly<Record<DType, number>>;
  /** Begins to time kernels by the clock of the device; the result ends it. Null for a device that works while it is called. */
  readonly timeKernels: (() => () => Promise<readonly KernelTime[]>) | null;
  /** Uninitialised bytes. `persistent` marks parameters and optimizer state, which get pages of their own. */
  allocate(byteLength: number, persistent?: boolean): Storage;
}
