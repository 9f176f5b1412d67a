/**
 * What the rows of the families of ops state. Types only: programs do not load this file.
 *
 * @module
 */
import type { Scalars } from "./constants.ts";
import type { Reduced } from "./reduce.ts";
import type { Backend, ElementwiseKernel, ScatterMode } from "../runtime/backend.ts";
import type { DType } from "../tensor/dtype.ts";
import type { BatchRule, Op, RuleContext, Sample, Saves, ViewSpec } from "../tensor/op.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";

/** One summand of the derivative of an elementwise op: linear in `g`, a cotangent or a tangent. */
export type Partial = (g: Tensor, context: RuleContext<Scalars>) => Tensor;

/** What an elementwise op needs to state. */
export interface ElementwiseRow {
  /** Name in camelCase. */
  readonly name: string;
  /** PyTorch's class name of the backward node, without Backward0. Default: the name, capitalised. */
  readonly gradName?: string;
  /** Kernel name without prefix. Default: the name in snake_case. */
  readonly kernel?: string;
  /** Plain definition, the oracle of the tests. */
  readonly reference: ElementwiseKernel["reference"];
  /** The same as a WGSL expression. */
  readonly wgsl: string;
  /** Dtypes that have a kernel. */
  readonly dtypes: readonly DType[];
  /** "bool" for predicates. Default: the dtype of the operands. */
  readonly output?: "bool";
  /** Looks at the operands before anything is computed, and throws on values that the op refuses. */
  readonly check?: (inputs: readonly Tensor[]) => void;
  /** Residuals: inputs and outputs that `partials` read. Default: none. */
  readonly saves?: Saves;
  /**
   * The derivative: d(output) = sum over operands of partial(d(operand)), null for an operand without one. Serves both
   * modes: the vjp applies each to the cotangent, the jvp to the tangents. Null for ops without a derivative.
   */
  readonly partials: readonly (Partial | null)[] | null;
  /** The same function in public ops; makes the op fused: levels for which `partials` say nothing use this. */
  readonly decompose?: (inputs: readonly Tensor[], params: Scalars) => Tensor;
  /** True if the first operand is a bool condition. */
  readonly conditional?: boolean;
  /** Range of the random inputs in tests. */
  readonly domain?: readonly [number, number];
  /** Parameters that tests use. Default: none. */
  readonly sampleScalars?: readonly Scalars[];
}

/** What a fused derivative kernel needs to state. */
export interface FusedDerivativeRow
  extends Pick<ElementwiseRow, "name" | "reference" | "wgsl" | "domain" | "sampleScalars"> {
  /** The same in public ops. */
  readonly decompose: (g: Tensor, saved: Tensor, params: Scalars) => Tensor;
  /** The derivative by the residual, in public ops. A row without it is differentiated through `decompose`. */
  readonly bySaved?: (g: Tensor, saved: Tensor) => Tensor;
}

/** The forward part of a linear op: a kernel or a view. */
export type LinearForward<P> =
  & Pick<Op<P>, "name" | "gradName" | "samples">
  & (
    | Pick<Op<P> & { kind: "kernel" }, "kind" | "shape" | "run">
    | Pick<Op<P> & { kind: "view" }, "kind" | "view">
  );

/** What a linear op of one input needs to state. */
export interface LinearRow<P> {
  /** Forward part, name and samples. */
  readonly forward: LinearForward<P>;
  /** The transposed map: cotangent of the output to cotangent of the input. */
  readonly transpose: (g: Tensor, context: RuleContext<P>) => Tensor;
  /** The op on a tangent, which need not lie in memory as the input does. Default: the op itself. */
  readonly tangent?: (t: Tensor, params: P) => Tensor;
  /** The op on an input with an extra leading axis. */
  readonly batch: (input: Tensor, params: P) => Tensor;
}

/** Every selection works along an axis. */
export interface SelectionParams {
  readonly dim: number;
}

/** What an op that picks elements needs to state. */
export interface SelectionRow<P extends SelectionParams> {
  /** Name in camelCase. */
  readonly name: string;
  /** PyTorch's class name of the backward node, without Backward0. */
  readonly gradName: string;
  /** How many elements are picked along the axis; throws where the op refuses. */
  readonly length: (shape: Shape, params: P) => number;
  /** Picks from `x`, which may have any strides. */
  readonly run: (backend: Backend, x: Tensor, values: Tensor, indices: Tensor, params: P) => void;
  /** Calls that the tests make. */
  readonly samples: () => readonly Sample<P>[];
}

/** Chooses a place along `dim`, where `sorted` is in ascending order, NaN last: int32, of size 1 along it, or for all. */
export type ChooseSorted = (sorted: Tensor, dim: number) => TensorLike;

/** What a reduction that returns one of the elements needs to state. */
export interface SharedEvenlyRow {
  /** Name in camelCase. */
  readonly name: string;
  /** Name of the public function, for errors. Default: the name. */
  readonly caller?: string;
  /** PyTorch's class name of the backward node, without Backward0. */
  readonly gradName: string;
  /** Whether NaN elements share the gradient of a result that is NaN; if not, it is NaN everywhere. */
  readonly matchNaN: boolean;
  /** Reduces `x` over `dims`. */
  readonly run: (backend: Backend, x: Tensor, out: Tensor, dims: readonly number[]) => void;
  /** Calls that the tests make. */
  readonly samples: () => readonly Sample<Reduced>[];
}

/** What an op that places a source where an index says needs to state. Its inputs are (input, index, source), its parameter is the axis. */
export interface PlacingRow {
  readonly name: string;
  readonly gradName: string;
  /** "set" replaces what the input holds there, "add" adds to it. */
  readonly mode: "set" | "add";
  /** Throws where shapes or indices do not fit. */
  readonly check: (input: Tensor, index: Tensor, source: Tensor, dim: number) => void;
  /** Writes the source into `out`, which holds the input. */
  readonly place: (
    backend: Backend,
    out: Tensor,
    index: Tensor,
    source: Tensor,
    dim: number,
    mode: ScatterMode,
  ) => void;
  /** Reads from `x` what the index names: the transpose with respect to the source. */
  readonly read: (x: Tensor, dim: number, index: Tensor) => Tensor;
  readonly batch: BatchRule<number>;
  readonly samples: () => readonly Sample<number>[];
}

/** What a scatter into a view needs to state. */
export interface ScatterIntoRow<P> {
  readonly name: string;
  readonly gradName: string;
  /** Where the view op looks; elements of the window do not overlap. */
  readonly window: (x: Pick<Tensor, "shape" | "strides" | "offset">, params: P) => ViewSpec;
  /** The view op itself. */
  readonly read: (x: Tensor, params: P) => Tensor;
  /** The parameters for inputs with an extra leading axis. */
  readonly shifted: (params: P) => P;
  readonly samples: () => readonly Sample<P>[];
}
