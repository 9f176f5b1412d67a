/**
 * Padding layers.
 *
 * @module
 */
import type { PadOptions } from "../ops/functional_types.ts";
import { pad } from "../ops/pad.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Layer } from "./layer.ts";
import type { Padding } from "./types.ts";

/** Pads `rank` spatial axes. */
abstract class PaddingLayer extends Layer {
  /** Elements before and after each spatial axis, the last axis first. */
  readonly padding: readonly number[];
  readonly #rank: number;
  readonly #options: PadOptions;

  /** @internal For the layers only. */
  constructor(rank: number, padding: Padding, options: PadOptions) {
    super();
    this.padding = typeof padding === "number" ? new Array<number>(2 * rank).fill(padding) : padding;
    if (this.padding?.length !== 2 * rank) {
      throw new ArgumentError(
        `${this.constructor.name}: expected a number or ${2 * rank} of them, got ${JSON.stringify(padding)}`,
      );
    }
    this.#rank = rank;
    this.#options = options;
  }

  /** [N, C, ...] or [C, ...] with larger spatial axes; padding with a constant takes any other axes in front. */
  override forward(input: Tensor): Tensor {
    const others = input.ndim - this.#rank;
    if (this.#options.mode !== undefined && others !== 1 && others !== 2) {
      throw new ShapeError(
        `${this.constructor.name}: expected an input of ${this.#rank + 1} or ${this.#rank + 2} dimensions, got ${
          formatShape(input.shape)
        }`,
      );
    }
    return pad(input, this.padding, this.#options);
  }
}

/** Mirrors the input at its edges of [N, C, L]. */
export class ReflectionPad1d extends PaddingLayer {
  /** See {@linkcode Padding} for the order of the sides. */
  constructor(padding: Padding) {
    super(1, padding, { mode: "reflect" });
  }
}

/** Mirrors the input at its edges of [N, C, H, W]. */
export class ReflectionPad2d extends PaddingLayer {
  /** See {@linkcode Padding} for the order of the sides. */
  constructor(padding: Padding) {
    super(2, padding, { mode: "reflect" });
  }
}

/** Mirrors the input at its edges of [N, C, D, H, W]. */
export class ReflectionPad3d extends PaddingLayer {
  /** See {@linkcode Padding} for the order of the sides. */
  constructor(padding: Padding) {
    super(3, padding, { mode: "reflect" });
  }
}

/** Repeats the elements at the edges of [N, C, L]. */
export class ReplicationPad1d extends PaddingLayer {
  /** See {@linkcode Padding} for the order of the sides. */
  constructor(padding: Padding) {
    super(1, padding, { mode: "replicate" });
  }
}

/** Repeats the elements at the edges of [N, C, H, W]. */
export class ReplicationPad2d extends PaddingLayer {
  /** See {@linkcode Padding} for the order of the sides. */
  constructor(padding: Padding) {
    super(2, padding, { mode: "replicate" });
  }
}

/** Repeats the elements at the edges of [N, C, D, H, W]. */
export class ReplicationPad3d extends PaddingLayer {
  /** See {@linkcode Padding} for the order of the sides. */
  constructor(padding: Padding) {
    super(3, padding, { mode: "replicate" });
  }
}

/** Continues with the other end of [N, C, L]. */
export class CircularPad1d extends PaddingLayer {
  /** See {@linkcode Padding} for the order of the sides. */
  constructor(padding: Padding) {
    super(1, padding, { mode: "circular" });
  }
}

/** Continues with the other end of [N, C, H, W]. */
export class CircularPad2d extends PaddingLayer {
  /** See {@linkcode Padding} for the order of the sides. */
  constructor(padding: Padding) {
    super(2, padding, { mode: "circular" });
  }
}

/** Continues with the other end of [N, C, D, H, W]. */
export class CircularPad3d extends PaddingLayer {
  /** See {@linkcode Padding} for the order of the sides. */
  constructor(padding: Padding) {
    super(3, padding, { mode: "circular" });
  }
}

/** Surrounds [N, C, L] with a constant. */
export class ConstantPad1d extends PaddingLayer {
  /** Pads with `value`; see {@linkcode Padding} for the order of the sides. */
  constructor(padding: Padding, value: number) {
    super(1, padding, { value });
  }
}

/** Surrounds [N, C, H, W] with a constant. */
export class ConstantPad2d extends PaddingLayer {
  /** Pads with `value`; see {@linkcode Padding} for the order of the sides. */
  constructor(padding: Padding, value: number) {
    super(2, padding, { value });
  }
}

/** Surrounds [N, C, D, H, W] with a constant. */
export class ConstantPad3d extends PaddingLayer {
  /** Pads with `value`; see {@linkcode Padding} for the order of the sides. */
  constructor(padding: Padding, value: number) {
    super(3, padding, { value });
  }
}

/** Surrounds [N, C, L] with zeros. */
export class ZeroPad1d extends PaddingLayer {
  /** See {@linkcode Padding} for the order of the sides. */
  constructor(padding: Padding) {
    super(1, padding, {});
  }
}

/** Surrounds [N, C, H, W] with zeros. */
export class ZeroPad2d extends PaddingLayer {
  /** See {@linkcode Padding} for the order of the sides. */
  constructor(padding: Padding) {
    super(2, padding, {});
  }
}

/** Surrounds [N, C, D, H, W] with zeros. */
export class ZeroPad3d extends PaddingLayer {
  /** See {@linkcode Padding} for the order of the sides. */
  constructor(padding: Padding) {
    super(3, padding, {});
  }
}

export type { PaddingLayer };
