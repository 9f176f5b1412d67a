/**
 * Hooks on the tensors that the graph saves for the backward pass.
 *
 * @module
 */
import { fromTyped } from "../ops/tensor_data.ts";
import { checkTensor } from "../tensor/arguments.ts";
import type { DType, TypedArray } from "../tensor/dtype.ts";
import { GradError } from "../tensor/errors.ts";
import { runningTape } from "../tensor/grad_mode.ts";
import { setSavedTensorHooks } from "../tensor/node.ts";
import { created } from "../tensor/scope.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { refusePromise } from "../tensor/tidy.ts";

/**
 * Runs `fn`; each tensor that its ops save goes through `pack`, and what that returns through `unpack` when a backward
 * pass needs the tensor.
 *
 * Holds for the base tape, also inside transforms that `fn` uses. What those save for themselves is not shown: it may stand
 * for derivatives of other transforms.
 *
 * ```ts
 * import { autograd, tensor, type Tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([1.5, 2], { requiresGrad: true });
 * const shapes: unknown[] = [];
 * const pack = (saved: Tensor): Tensor => (shapes.push(saved.shape), saved);
 * const y = autograd.graph.savedTensorsHooks(pack, (saved) => saved, () => x.exp());
 * y.sum().backward();
 * assertEquals(shapes, [[2]]);
 * ```
 *
 * @param pack Sees a tensor without history, whose values it must not change.
 * @param unpack Gives back a tensor of the same shape and values.
 * @throws ArgumentError for an asynchronous `fn`, which would go on without the hooks.
 * @throws GradError inside a transform with a tape (grad, vjp, jacrev), as in PyTorch; where `pack` changes values.
 */
export function savedTensorsHooks<P, R>(pack: (tensor: Tensor) => P, unpack: (packed: P) => Tensor, fn: () => R): R {
  return withHooks(
    pack,
    (packed) => {
      const mark = created?.length ?? 0;
      const tensor = unpack(packed);
      // What users make is no temporary of the rule that reads it.
      created?.slice(mark).forEach((x) => x.uses = 1);
      return tensor;
    },
    fn,
  );
}

/** {@linkcode savedTensorsHooks}, `unpack` keeps nothing. */
function withHooks<P, R>(pack: (tensor: Tensor) => P, unpack: (packed: P) => Tensor, fn: () => R): R {
  if (runningTape !== null) {
    throw new GradError(
      `savedTensorsHooks: expected a call outside of transforms, got one inside func.${runningTape.transform}, whose tape takes no ` +
        `hooks; call it around the transform`,
    );
  }
  // The graph hands `unpack` what `pack` returned and nothing else.
  const previous = setSavedTensorHooks({
    pack: (tensor) => {
      const { version } = tensor.storage;
      const packed = pack(tensor.detach());
      if (tensor.storage.version === version) return packed;
      throw new GradError(
        "savedTensorsHooks: expected pack() to leave its tensor as it is; clone() it",
      );
    },
    unpack: (packed) => {
      const tensor = unpack(packed as P);
      checkTensor("savedTensorsHooks", tensor, "unpack() to return a tensor");
      return tensor;
    },
  });
  try {
    return refusePromise("savedTensorsHooks", fn());
  } finally {
    setSavedTensorHooks(previous);
  }
}

/** A tensor as ordinary JavaScript memory. */
interface HostCopy {
  readonly values: TypedArray;
  readonly shape: Shape;
  readonly dtype: DType;
}

/**
 * Runs `fn` and keeps what its ops save in ordinary JavaScript memory, outside the budget of tensors, until a backward
 * pass needs it.
 *
 * ```ts
 * import { autograd, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([1.5, 2], { requiresGrad: true });
 * autograd.graph.saveOnCpu(() => x.mul(x)).sum().backward();
 * assertEquals(x.grad?.toArray(), [3, 4]);
 * ```
 */
export function saveOnCpu<R>(fn: () => R): R {
  const pack = (x: Tensor): HostCopy => {
    const values = x.dataSync();
    x.dispose();
    return { values, shape: x.shape, dtype: x.dtype };
  };
  return withHooks(pack, ({ values, shape, dtype }) => fromTyped(values, shape, dtype), fn);
}
