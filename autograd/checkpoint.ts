/**
 * Checkpointing: computing again in the backward pass what would have to be saved (Griewank and Walther 2000).
 *
 * @module
 */
import { checkFunction } from "../tensor/arguments.ts";
import { GradError } from "../tensor/errors.ts";
import { defaultGenerator } from "../tensor/generator.ts";
import { withGradMode } from "../tensor/grad_mode.ts";
import type { SavedTensorHooks } from "../tensor/hook_types.ts";
import { running, setRunning } from "../tensor/level.ts";
import { setSavedTensorHooks } from "../tensor/node.ts";
import { outsideScopes } from "../tensor/scope.ts";
import { formatShape, sameShape, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { refusePromise } from "../tensor/tidy.ts";
import { leavesOf, mapTree } from "../tensor/tree.ts";

/** A residual of the checkpointed part: empty until the backward pass computes it again. */
interface Slot {
  readonly shape: Shape;
  tensor: Tensor | null;
}

function unrepeatable(expected: Shape, got: Shape): GradError {
  return new GradError(
    `checkpoint: expected the function to save a tensor of shape ${formatShape(expected)} as in the forward pass, got ${
      formatShape(got)
    }; it must do the same each time`,
  );
}

function withHooks<R>(hooks: SavedTensorHooks, fn: () => R): R {
  const previous = setSavedTensorHooks(hooks);
  try {
    return refusePromise("checkpoint", fn());
  } finally {
    setSavedTensorHooks(previous);
  }
}

/**
 * Runs `f(...inputs)` without keeping what its derivatives need; the backward pass runs it again, on the same numbers and
 * the same random numbers of the default generator, so that gradients are the same to the bit.
 *
 * Holds for the base tape, with parameters that `f` uses without having them as inputs, with nested checkpoints and with
 * higher derivatives, and around transforms. Inside a transform or a forward-mode level `f` simply runs, with the same
 * results: what it would have to compute again is gone with the level.
 *
 * ```ts
 * import { checkpoint, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([1.5, 2], { requiresGrad: true });
 * checkpoint((x: Tensor) => x.mul(x).mul(2), x).sum().backward();
 * assertEquals(x.grad?.toArray(), [6, 8]);
 * ```
 *
 * @param f Computes the same each time it is called; it may return any tree of tensors.
 * @throws ArgumentError for an asynchronous `f`.
 * @throws GradError in the backward pass if an input was modified in place, or `f` does something else the second time.
 */
export function checkpoint<A extends readonly unknown[], R>(f: (...inputs: A) => R, ...inputs: A): R {
  checkFunction("checkpoint", f);
  if (running > 0) return f(...inputs);
  const slots: Slot[] = [];
  const random = defaultGenerator().getState();
  // The caller may dispose the inputs.
  const held = outsideScopes(() => mapTree(inputs, (x) => x.detach().requiresGrad_(x.requiresGrad)));
  const handles = leavesOf(held);
  const versions = handles.map((x) => x.storage.version);
  // Residuals that passes may still ask for.
  let waiting = 0;
  const letGo = (): void => handles.forEach((x) => x.dispose());

  const recompute = (): void => {
    if (handles.some((x, i) => x.storage.version !== versions[i])) {
      throw new GradError(
        "checkpoint: expected inputs as they were in the forward pass, got one that was modified by an in-place " +
          "operation; clone() it before",
      );
    }
    let next = 0;
    const refill: SavedTensorHooks = {
      pack: (tensor) => {
        const slot = slots[next++];
        if (slot !== undefined) {
          if (!sameShape(slot.shape, tensor.shape)) throw unrepeatable(slot.shape, tensor.shape);
          slot.tensor = tensor.detach();
        }
        return null;
      },
      // Nothing goes back through the second graph.
      unpack: () => {
        throw new GradError("checkpoint: expected no backward pass inside the recomputation, got one");
      },
    };
    // The second run must not hang on the graph of the first.
    const separate = mapTree(held, (x) => x.detach().requiresGrad_(x.requiresGrad));
    const after = defaultGenerator().getState();
    defaultGenerator().setState(random);
    const around = setRunning(0);
    try {
      outsideScopes(() => withGradMode("enabled", () => withHooks(refill, () => f(...separate))));
    } finally {
      setRunning(around);
      defaultGenerator().setState(after);
    }
    if (next !== slots.length) {
      throw new GradError(
        `checkpoint: expected the function to save ${slots.length} tensors as in the forward pass, got ${next}; it must ` +
          `do the same each time`,
      );
    }
  };

  const hooks: SavedTensorHooks = {
    pack: ({ shape }) => {
      const slot: Slot = { shape, tensor: null };
      slots.push(slot);
      return slot;
    },
    unpack: (packed) => {
      // The graph hands back what `pack` returned.
      const slot = packed as Slot;
      if (slot.tensor === null) recompute();
      return slot.tensor!;
    },
    release: (packed) => {
      const slot = packed as Slot;
      slot.tensor?.dispose();
      slot.tensor = null;
      if (--waiting === 0) letGo();
    },
  };
  const result = withHooks(hooks, () => f(...inputs));
  waiting = slots.length;
  if (waiting === 0) letGo();
  return result;
}
