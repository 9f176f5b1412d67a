/**
 * What a custom function is made of. Types only: programs do not load this file.
 *
 * @module
 */
import type { BatchLevel } from "./batch.ts";
import type { FunctionContext } from "./function_context.ts";
import type { MaybeTensor } from "../tensor/op.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** What a `vmap` rule is told. */
export interface VmapInfo {
  /** Number of samples. */
  readonly batchSize: number;
  /** What random functions are to do. */
  readonly randomness: "error" | "different" | "same";
}

/** The static members that a subclass of {@linkcode CustomFunction} may define. */
export interface FunctionStatics {
  readonly name: string;
  forward(...args: unknown[]): unknown;
  readonly setupContext?: (context: FunctionContext, inputs: readonly unknown[], output: unknown) => void;
  readonly backward?: (context: FunctionContext, ...cotangents: unknown[]) => unknown;
  readonly jvp?: (context: FunctionContext, ...tangents: unknown[]) => unknown;
  readonly vmap?: (info: VmapInfo, inDims: readonly (number | null)[], ...args: unknown[]) => unknown;
  readonly generateVmapRule?: boolean;
}

/** A custom function as the levels see it. */
export interface FunctionDefinition {
  readonly name: string;
  /** Runs on tensors of older levels; gives the output and the context of a `forward` that takes one. */
  forward(args: readonly unknown[]): { output: unknown; context: FunctionContext | null };
  /** Fills the context of one level, or null where `forward` did. */
  readonly setup: ((context: FunctionContext, args: readonly unknown[], output: unknown) => void) | null;
  /** One gradient per argument. */
  backward(context: FunctionContext, cotangents: readonly MaybeTensor[]): unknown;
  /** One tangent per output. */
  jvp(context: FunctionContext, tangents: readonly MaybeTensor[]): unknown;
  /** Runs on batched values; null to derive that. */
  readonly vmap:
    | ((level: BatchLevel, dims: readonly (0 | null)[], args: readonly unknown[]) => unknown)
    | null;
  /** Whether the batched function follows from the others. */
  readonly generatesVmap: boolean;
}

/** What a call gave at one level. */
export interface CallResult {
  readonly output: unknown;
  /** The context that `forward` filled, with the tensors of this level. */
  readonly context: FunctionContext | null;
}

/** @internal What a context holds. */
export interface ContextState {
  readonly forBackward: readonly (Tensor | null)[];
  readonly forForward: readonly (Tensor | null)[];
  readonly dirty: readonly Tensor[];
  readonly nonDifferentiable: readonly Tensor[];
  readonly materializes: boolean;
}
