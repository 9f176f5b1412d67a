/**
 * What the recurrent layers hand around. Types only: programs do not load this file.
 *
 * @module
 */
import type { Tensor } from "../tensor/tensor.ts";
import type { Parameter } from "./parameter.ts";

/**
 * One step in time.
 *
 * @param fromInput The input times its weights, [N, gates hidden].
 * @param fromState The hidden state times its weights, likewise.
 * @param state The states before: h, and c for an LSTM.
 * @returns The states after.
 */
export type Step = (fromInput: Tensor, fromState: Tensor, state: readonly Tensor[]) => Tensor[];

/** The weights of one layer in one direction. */
export interface DirectionWeights {
  readonly inputWeight: Parameter;
  readonly inputBias: Parameter | null;
  readonly stateWeight: Parameter;
  readonly stateBias: Parameter | null;
  readonly projection: Parameter | null;
}
