/**
 * The op record: everything the engine knows about an operation, in one total type.
 *
 * A record has a forward part (a kernel or a view) and a derivative part. The types are unions without optional rules, so
 * a forgotten rule is a compile error. Records are made in `ops/`, mostly by the family combinators there. Types only:
 * programs do not load this file.
 *
 * @module
 */
import type { Backend } from "../runtime/backend.ts";
import type { DType } from "./dtype.ts";
import type { Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Shape and dtype of an output that is about to be allocated. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Where it is allocated. Default: with the inputs. */
  readonly backend?: Backend;
}

/** Where a view looks into the storage of its input, in elements. */
export interface ViewSpec {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** What a derivative rule may look at. Inputs and outputs are there only if the record's `saves` names them. */
export interface RuleContext<P> {
  /** The parameters of the call. */
  readonly params: P;
  /** Number of inputs. */
  readonly arity: number;
  /** Saved input `i`. */
  input(i: number): Tensor;
  /** Saved output `i`. */
  output(i?: number): Tensor;
  /** True if a gradient with respect to input `i` is wanted (vjp), or input `i` has a tangent (jvp). */
  needs(i: number): boolean;
  /** Shape of input `i`, always known. */
  shape(i: number): Shape;
  /** Dtype of input `i`, always known. */
  dtype(i: number): DType;
  /** Shape and dtype of output `i`, always known. */
  outputSpec(i: number): Spec;
}

/** Which operands the derivative needs; nothing else is kept alive by the tape. */
export interface Saves {
  /** Indices of the inputs, or "all". */
  readonly inputs: readonly number[] | "all";
  /** Indices of the outputs. */
  readonly outputs: readonly number[];
  /** By input, the inputs whose gradients read it; default: all. It is kept only if one of them may be wanted. */
  readonly readers?: readonly (readonly number[])[];
}

/** What an op gives: one tensor, or several. */
export type Outputs = Tensor | readonly Tensor[];

/** A gradient or tangent that may be a symbolic zero. */
export type MaybeTensor = Tensor | null;

/**
 * Cotangents in, gradients out: one entry per input, null for a symbolic zero. Cotangents that are symbolic zeros are
 * null too; at least one is a tensor. Written in public ops.
 */
export type VjpRule<P> = (context: RuleContext<P>, cotangents: readonly MaybeTensor[]) => readonly MaybeTensor[];

/** Tangents in (null for none; at least one is a tensor), tangents out: one entry per output. Written in public ops. */
export type JvpRule<P> = (context: RuleContext<P>, tangents: readonly MaybeTensor[]) => readonly MaybeTensor[];

/**
 * The op on inputs of which those with `batched[i]` have an extra leading axis of `size`; every output must have it too.
 * Written in public ops.
 */
export type BatchRule<P> = (
  size: number,
  batched: readonly boolean[],
  inputs: readonly Tensor[],
  params: P,
) => Outputs;

/** Arguments of one call, for the tests that walk the op table. */
export interface Sample<P> {
  /** Input tensors of the call. */
  readonly inputs: readonly SampleInput[];
  /** Parameters of the call. */
  readonly params: P;
}

/** A random input: uniform in [low, high), default [-1, 1). Integers are drawn for integer dtypes. */
export interface SampleInput {
  readonly shape: Shape;
  readonly low?: number;
  readonly high?: number;
  /** Fixed dtype; float32 and float64 in turn where absent. */
  readonly dtype?: DType;
}

interface OpCommon<P> {
  /** PyTorch's name of the op in camelCase, as in errors and the profiler. */
  readonly name: string;
  /** Name of the backward node without "Backward0": PyTorch's class name. */
  readonly gradName: string;
  /**
   * Outputs that serve the op's own rules only, such as the statistics of a norm: they take no cotangent and have no
   * tangent.
   */
  readonly statistics?: readonly number[];
  /** Calls that the tests make: typical, broadcast, empty, 0-d. Made when asked for, so that importing costs nothing. */
  readonly samples: () => readonly Sample<P>[];
}

/** An op that computes: output shapes first (throws on bad input), then the kernel into fresh outputs. */
export interface KernelForward<P> {
  readonly kind: "kernel";
  shape(inputs: readonly Tensor[], params: P): Spec | readonly Spec[];
  run(backend: Backend, inputs: readonly Tensor[], outputs: readonly Tensor[], params: P): void;
}

/** An op whose outputs share the storage of its only input. */
export interface ViewForward<P> {
  readonly kind: "view";
  view(input: Tensor, params: P): ViewSpec | readonly ViewSpec[];
}

/** Full set of rules. */
export interface Differentiable<P> {
  readonly rules: "full";
  readonly saves: Saves;
  readonly vjp: VjpRule<P>;
  readonly jvp: JvpRule<P>;
  readonly batch: BatchRule<P>;
}

/**
 * A fused op: any level for which it has no rule of its own runs `decompose`, the same function in public ops, so it
 * nests to any order.
 */
export interface Fused<P> {
  readonly rules: "fused";
  readonly saves: Saves;
  readonly vjp: VjpRule<P> | null;
  readonly jvp: JvpRule<P> | null;
  readonly batch: BatchRule<P> | null;
  readonly decompose: (inputs: readonly Tensor[], params: P) => Outputs;
}

/** An op whose outputs have no derivative: comparisons, indices, roundings of integers. */
export interface NonDifferentiable<P> {
  readonly rules: "none";
  readonly batch: BatchRule<P>;
}

/** The op record. */
export type Op<P> =
  & OpCommon<P>
  & (KernelForward<P> | ViewForward<P>)
  & (Differentiable<P> | Fused<P> | NonDifferentiable<P>);
