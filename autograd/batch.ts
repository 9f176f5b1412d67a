/**
 * Vectorisation: boxes whose value has an extra leading axis that the program does not see.
 *
 * @module
 */
import { VmapError } from "../tensor/errors.ts";
import type { BatchScope } from "../tensor/hook_types.ts";
import { Level } from "../tensor/level.ts";
import type { Op, Outputs } from "../tensor/op.ts";
import { batchScopes, type Randomness } from "../tensor/random_mode.ts";
import { created, disposeTemporaries } from "../tensor/scope.ts";
import { formatShape } from "../tensor/shape.ts";
import { box, type Tensor, unbox } from "../tensor/tensor.ts";
import { writeThrough } from "./inplace.ts";

/** One vmap: the batch axis of every box is axis 0 of the value inside. */
export class BatchLevel extends Level implements BatchScope {
  readonly transform = "vmap";
  readonly unreadable =
    "expected a tensor with numbers to read, got one that vmap is batching, which stands for many values at once; " +
    "branch on data with where(), and return what you want to print";

  constructor(readonly size: number, readonly randomness: Randomness = "error") {
    super();
  }

  /** Runs `fn` with this as the innermost batch level, and ends it. */
  run<R>(fn: () => R): R {
    batchScopes.push(this);
    try {
      return fn();
    } finally {
      batchScopes.pop();
      this.alive = false;
    }
  }

  /** The box of a value whose axis 0 is the batch. */
  batched(value: Tensor): Tensor {
    return box(this, value, null, value.shape.slice(1), value.strides.slice(1));
  }

  process<P>(op: Op<P>, inputs: readonly Tensor[], params: P): Outputs {
    if (op.rules === "fused" && op.batch === null) return op.decompose(inputs, params);
    const mark = created?.length ?? 0;
    const flags = new Array<boolean>(inputs.length);
    const inner = new Array<Tensor>(inputs.length);
    for (let i = 0; i < inputs.length; i++) {
      flags[i] = inputs[i].level === this;
      inner[i] = flags[i] ? unbox(inputs[i]) : inputs[i];
    }
    const outputs = op.batch!(this.size, flags, inner, params);
    const list: readonly Tensor[] = Array.isArray(outputs) ? outputs : [outputs as Tensor];
    const boxes = list.map((out) => this.batched(out));
    disposeTemporaries(mark, boxes);
    return Array.isArray(outputs) ? boxes : boxes[0];
  }

  write(target: Tensor, result: Tensor): void {
    if (target.level !== this) {
      throw new VmapError(
        `copy_: expected a target that is batched by the same vmap, got one of shape ${
          formatShape(target.shape)
        } from ` +
          `outside it: one tensor cannot hold a value per sample; use the out-of-place form, or pass it through inDims`,
      );
    }
    writeThrough(this, target, result);
  }
}
