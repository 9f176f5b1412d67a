/**
 * Recurrent layers and their cells.
 *
 * @module
 */
import { relu } from "../ops/activation.ts";
import { add, mul, sub } from "../ops/binary.ts";
import { zeros } from "../ops/creation.ts";
import { dropout } from "../ops/dropout.ts";
import { cat, stack } from "../ops/join.ts";
import { linear } from "../ops/linear.ts";
import { reshape, transpose } from "../ops/shape.ts";
import { select } from "../ops/slicing.ts";
import { chunk, unbind } from "../ops/split.ts";
import { sigmoid, tanh } from "../ops/unary.ts";
import { checkTensor, refused } from "../tensor/arguments.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape, sameShape, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import * as init from "./init.ts";
import { Layer } from "./layer.ts";
import type { Module } from "./module.ts";
import { emptyParameter, type Parameter } from "./parameter.ts";
import type { DirectionWeights, Step } from "./recurrent_types.ts";
import type { BiasOptions, LSTMOptions, RecurrentOptions, RNNCellOptions, RNNOptions } from "./types.ts";

function simpleStep(nonlinearity: "tanh" | "relu" = "tanh"): Step {
  if (nonlinearity !== "tanh" && nonlinearity !== "relu") {
    throw new ArgumentError(`RNN: expected nonlinearity "tanh" or "relu", got "${nonlinearity}"`);
  }
  const f = nonlinearity === "tanh" ? tanh : relu;
  return (fromInput, fromState) => [f(add(fromInput, fromState))];
}

/** r, z = sigmoid; n = tanh(x + r h); h' = (1 - z) n + z h (Cho et al. 2014). */
const gatedStep: Step = (fromInput, fromState, [h]) => {
  const [xr, xz, xn] = chunk(fromInput, 3, -1);
  const [hr, hz, hn] = chunk(fromState, 3, -1);
  const [r, z] = [sigmoid(add(xr, hr)), sigmoid(add(xz, hz))];
  const n = tanh(add(xn, mul(r, hn)));
  return [add(n, mul(z, sub(h, n)))];
};

/** i, f, o = sigmoid, g = tanh; c' = f c + i g; h' = o tanh(c') (Hochreiter and Schmidhuber 1997). */
const longShortStep: Step = (fromInput, fromState, [, c]) => {
  const [i, f, g, o] = chunk(add(fromInput, fromState), 4, -1);
  const next = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
  return [mul(sigmoid(o), tanh(next)), next];
};

/** Draws all parameters of a module from U(-1 / sqrt(hidden), 1 / sqrt(hidden)). */
function resetUniform(module: Module, hiddenSize: number): void {
  const bound = hiddenSize > 0 ? 1 / Math.sqrt(hiddenSize) : 0;
  for (const parameter of module.parameters()) init.uniform_(parameter, -bound, bound);
}

/** Throws unless the states before have the expected shapes. */
function checkStates(layer: Layer, states: readonly Tensor[], shapes: readonly Shape[]): void {
  const { name } = layer.constructor;
  if (!Array.isArray(states) || states.length !== shapes.length) {
    throw refused(name, `${shapes.length} initial states`, states, "; pass [h, c]");
  }
  states.forEach((state, i) => {
    checkTensor(name, state);
    if (sameShape(state.shape, shapes[i])) return;
    throw new ShapeError(
      `${name}: expected an initial state of shape ${formatShape(shapes[i])}, got ${formatShape(state.shape)}`,
    );
  });
}

/** What the recurrent layers share. Parameters are called weightIhL0, weightHhL0, biasIhL0, biasHhL0, ...Reverse. */
abstract class RecurrentLayer extends Layer {
  readonly #options: RecurrentOptions & { projSize?: number };
  readonly #step: Step;
  readonly #states: number;

  /** @internal For the layers only. */
  constructor(
    readonly inputSize: number,
    readonly hiddenSize: number,
    options: RecurrentOptions & { projSize?: number },
    cell: { step: Step; gates: number; states: number },
  ) {
    super(options, "numLayers");
    this.#options = options;
    this.#step = cell.step;
    this.#states = cell.states;
    const { numLayers = 1, bias = true, projSize = 0 } = options;
    if (!(numLayers >= 1) || projSize < 0 || projSize >= hiddenSize && projSize > 0) {
      throw new ArgumentError(
        `${this.constructor.name}: expected numLayers of 1 or more and projSize below ${hiddenSize}, got ${numLayers} and ${projSize}`,
      );
    }
    const rows = cell.gates * hiddenSize;
    for (let layer = 0; layer < numLayers; layer++) {
      const columns = layer === 0 ? inputSize : this.#outputSize * this.#directions;
      for (let direction = 0; direction < this.#directions; direction++) {
        const end = `L${layer}${direction === 1 ? "Reverse" : ""}`;
        const shapes: [string, number[]][] = [
          [`weightIh${end}`, [rows, columns]],
          [`weightHh${end}`, [rows, this.#outputSize]],
          ...(bias ? [[`biasIh${end}`, [rows]], [`biasHh${end}`, [rows]]] as [string, number[]][] : []),
          ...(projSize > 0 ? [[`weightHr${end}`, [projSize, hiddenSize]]] as [string, number[]][] : []),
        ];
        for (const [name, shape] of shapes) Object.assign(this, { [name]: emptyParameter(this, shape, options) });
      }
    }
    resetUniform(this, hiddenSize);
  }

  get #directions(): number {
    return this.#options.bidirectional ? 2 : 1;
  }

  get #outputSize(): number {
    return this.#options.projSize || this.hiddenSize;
  }

  /** Looked up by name at every call: conversion and functional calls replace the fields. */
  #weights(layer: number, direction: number): DirectionWeights {
    const end = `L${layer}${direction === 1 ? "Reverse" : ""}`;
    const field = (name: string): Parameter | null => Reflect.get<object, string>(this, name + end) ?? null;
    return {
      inputWeight: field("weightIh")!,
      inputBias: field("biasIh"),
      stateWeight: field("weightHh")!,
      stateBias: field("biasHh"),
      projection: field("weightHr"),
    };
  }

  /** One layer in one direction over [T, N, features]: the outputs, and the last states. */
  #runDirection(input: Tensor, weights: DirectionWeights, initial: Tensor[], backwards: boolean): [Tensor, Tensor[]] {
    const steps = unbind(linear(input, weights.inputWeight, weights.inputBias), 0);
    const outputs = new Array<Tensor>(steps.length);
    let state = initial;
    for (let k = 0; k < steps.length; k++) {
      const t = backwards ? steps.length - 1 - k : k;
      state = this.#step(steps[t], linear(state[0], weights.stateWeight, weights.stateBias), state);
      if (weights.projection !== null) state = [linear(state[0], weights.projection), ...state.slice(1)];
      outputs[t] = state[0];
    }
    return [stack(outputs, 0), state];
  }

  /**
   * Runs all layers.
   *
   * @param input [T, N, inputSize], [N, T, inputSize] with `batchFirst`, or [T, inputSize].
   * @param initial Each [layers directions, N, size], or without N; null for zeros.
   */
  protected run(input: Tensor, initial: readonly Tensor[] | null): [Tensor, Tensor[]] {
    const single = input.ndim === 2;
    if (!single && input.ndim !== 3 || input.shape[input.ndim - 1] !== this.inputSize) {
      throw new ShapeError(
        `${this.constructor.name}: expected an input of 2 or 3 dimensions with ${this.inputSize} features, got ${
          formatShape(input.shape)
        }`,
      );
    }
    const { numLayers = 1, batchFirst = false, dropout: p = 0 } = this.#options;
    const swapped = batchFirst && !single;
    const sequence = single
      ? reshape(input, [input.shape[0], 1, input.shape[1]])
      : swapped
      ? transpose(input, 0, 1)
      : input;
    if (sequence.shape[0] === 0) {
      throw new ShapeError(
        `${this.constructor.name}: expected a sequence of at least one time step, got ${formatShape(input.shape)}`,
      );
    }
    const states = this.#initialStates(sequence, initial, single);
    const last: Tensor[][] = [];
    let values = sequence;
    for (let layer = 0; layer < numLayers; layer++) {
      const outputs: Tensor[] = [];
      for (let direction = 0; direction < this.#directions; direction++) {
        const slot = layer * this.#directions + direction;
        const from = states.map((state) => select(state, 0, slot));
        const [output, to] = this.#runDirection(values, this.#weights(layer, direction), from, direction === 1);
        outputs.push(output);
        last.push(to);
      }
      values = outputs.length === 1 ? outputs[0] : cat(outputs, -1);
      if (layer < numLayers - 1) values = dropout(values, { p, training: this.training });
    }
    const final = states.map((_, k) => stack(last.map((state) => state[k]), 0));
    if (single) return [select(values, 1, 0), final.map((state) => select(state, 1, 0))];
    return [swapped ? transpose(values, 0, 1) : values, final];
  }

  #initialStates(sequence: Tensor, initial: readonly Tensor[] | null, single: boolean): readonly Tensor[] {
    const slots = (this.#options.numLayers ?? 1) * this.#directions;
    const sizes = [this.#outputSize, this.hiddenSize].slice(0, this.#states);
    const { dtype, device } = sequence;
    if (initial === null) return sizes.map((size) => zeros([slots, sequence.shape[1], size], { dtype, device }));
    checkStates(this, initial, sizes.map((size) => single ? [slots, size] : [slots, sequence.shape[1], size]));
    return single ? initial.map((state, k) => reshape(state, [slots, 1, sizes[k]])) : initial;
  }
}

/** h' = tanh(W x + b + U h + c), or relu, over a sequence (Elman 1990). */
export class RNN extends RecurrentLayer {
  /** `inputSize` is that of the last axis of the input, `hiddenSize` that of the state. */
  constructor(inputSize: number, hiddenSize: number, options: RNNOptions = {}) {
    super(inputSize, hiddenSize, options, { step: simpleStep(options?.nonlinearity), gates: 1, states: 1 });
  }

  /** The outputs of all times, and the last hidden states [layers directions, N, hiddenSize]. */
  override forward(input: Tensor, hx: Tensor | null = null): [Tensor, Tensor] {
    const [output, [h]] = this.run(input, hx && [hx]);
    return [output, h];
  }
}

/** A gated recurrent unit over a sequence. */
export class GRU extends RecurrentLayer {
  /** `inputSize` is that of the last axis of the input, `hiddenSize` that of the state. */
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super(inputSize, hiddenSize, options, { step: gatedStep, gates: 3, states: 1 });
  }

  /** The outputs of all times, and the last hidden states [layers directions, N, hiddenSize]. */
  override forward(input: Tensor, hx: Tensor | null = null): [Tensor, Tensor] {
    const [output, [h]] = this.run(input, hx && [hx]);
    return [output, h];
  }
}

/**
 * A long short-term memory over a sequence.
 *
 * ```ts
 * import { nn, ones } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const [output, [h, c]] = new nn.LSTM(3, 4).call(ones([5, 2, 3]));
 * assertEquals([output.shape, h.shape, c.shape], [[5, 2, 4], [1, 2, 4], [1, 2, 4]]);
 * ```
 */
export class LSTM extends RecurrentLayer {
  /** `inputSize` is that of the last axis of the input, `hiddenSize` that of the state. */
  constructor(inputSize: number, hiddenSize: number, options: LSTMOptions = {}) {
    super(inputSize, hiddenSize, options, { step: longShortStep, gates: 4, states: 2 });
  }

  /** The outputs of all times, and the last states h and c, each [layers directions, N, size]. */
  override forward(input: Tensor, hx: readonly [Tensor, Tensor] | null = null): [Tensor, [Tensor, Tensor]] {
    const [output, [h, c]] = this.run(input, hx);
    return [output, [h, c]];
  }
}

/** What the cells share. */
abstract class Cell extends Layer {
  /** [gates hiddenSize, inputSize]. */
  weightIh: Parameter;
  /** [gates hiddenSize, hiddenSize]. */
  weightHh: Parameter;
  /** [gates hiddenSize]. */
  biasIh: Parameter | null;
  /** [gates hiddenSize]. */
  biasHh: Parameter | null;
  readonly #step: Step;

  /** @internal For the layers only. */
  constructor(
    readonly inputSize: number,
    readonly hiddenSize: number,
    options: BiasOptions,
    cell: { step: Step; gates: number },
  ) {
    super(options, "bias");
    const rows = cell.gates * hiddenSize;
    this.weightIh = emptyParameter(this, [rows, inputSize], options);
    this.weightHh = emptyParameter(this, [rows, hiddenSize], options);
    const bias = options.bias ?? true;
    this.biasIh = bias ? emptyParameter(this, [rows], options) : null;
    this.biasHh = bias ? emptyParameter(this, [rows], options) : null;
    this.#step = cell.step;
    resetUniform(this, hiddenSize);
  }

  /** One step from `state`, or from zeros, for [N, inputSize] or [inputSize]. */
  protected run(input: Tensor, state: readonly Tensor[] | null, states: number): Tensor[] {
    if ((input.ndim !== 1 && input.ndim !== 2) || input.shape[input.ndim - 1] !== this.inputSize) {
      throw new ShapeError(
        `${this.constructor.name}: expected an input [N, ${this.inputSize}] or [${this.inputSize}], got ${
          formatShape(input.shape)
        }`,
      );
    }
    const { dtype, device } = input;
    const shapes = new Array<Shape>(states).fill([...input.shape.slice(0, -1), this.hiddenSize]);
    if (state !== null) checkStates(this, state, shapes);
    const from = state ?? shapes.map((shape) => zeros(shape, { dtype, device }));
    return this.#step(linear(input, this.weightIh, this.biasIh), linear(from[0], this.weightHh, this.biasHh), from);
  }
}

/** One step of {@linkcode RNN}. */
export class RNNCell extends Cell {
  /** `inputSize` is that of the last axis of the input, `hiddenSize` that of the state. */
  constructor(inputSize: number, hiddenSize: number, options: RNNCellOptions = {}) {
    super(inputSize, hiddenSize, options, { step: simpleStep(options?.nonlinearity), gates: 1 });
  }

  /** The next hidden state, [N, hiddenSize]. */
  override forward(input: Tensor, hx: Tensor | null = null): Tensor {
    return this.run(input, hx && [hx], 1)[0];
  }
}

/** One step of {@linkcode GRU}. */
export class GRUCell extends Cell {
  /** `inputSize` is that of the last axis of the input, `hiddenSize` that of the state. */
  constructor(inputSize: number, hiddenSize: number, options: BiasOptions = {}) {
    super(inputSize, hiddenSize, options, { step: gatedStep, gates: 3 });
  }

  /** The next hidden state, [N, hiddenSize]. */
  override forward(input: Tensor, hx: Tensor | null = null): Tensor {
    return this.run(input, hx && [hx], 1)[0];
  }
}

/** One step of {@linkcode LSTM}. */
export class LSTMCell extends Cell {
  /** `inputSize` is that of the last axis of the input, `hiddenSize` that of the state. */
  constructor(inputSize: number, hiddenSize: number, options: BiasOptions = {}) {
    super(inputSize, hiddenSize, options, { step: longShortStep, gates: 4 });
  }

  /** The next states h and c, [N, hiddenSize]. */
  override forward(input: Tensor, hx: readonly [Tensor, Tensor] | null = null): [Tensor, Tensor] {
    const [h, c] = this.run(input, hx, 2);
    return [h, c];
  }
}

export type { Cell, RecurrentLayer };
