/**
 * What random functions must know of the batch levels around them. Batch levels live in a layer above; they enter
 * themselves here while they run.
 *
 * @module
 */
import { VmapError } from "./errors.ts";
import type { BatchScope } from "./hook_types.ts";
import type { Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** What random functions do under vmap: refuse, draw once per sample, or draw once for all samples. */
export type Randomness = "error" | "different" | "same";

/** The running batch levels, outermost first. */
export const batchScopes: BatchScope[] = [];

/**
 * Draws a tensor of `shape` for the running batch levels: each that wants different numbers per sample adds an axis.
 *
 * @param draw Makes the numbers for a shape that includes those axes.
 * @throws VmapError where a running vmap forbids random numbers.
 */
export function drawBatched(op: string, shape: Shape, draw: (shape: Shape) => Tensor): Tensor {
  if (batchScopes.length === 0) return draw(shape);
  if (batchScopes.some(({ randomness }) => randomness === "error")) {
    throw new VmapError(
      `${op}: expected no random numbers inside vmap, got a draw of shape [${shape.join(", ")}]; ` +
        `pass randomness: "different" for numbers of their own for every sample, or "same" for shared ones`,
    );
  }
  const separate = batchScopes.filter(({ randomness }) => randomness === "different");
  const drawn = draw([...separate.map(({ size }) => size), ...shape]);
  return separate.reduce((value, scope) => scope.batched(value), drawn);
}
