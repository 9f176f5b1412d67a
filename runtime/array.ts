/**
 * What a kernel sees of a tensor.
 *
 * @module
 */
import type { DType } from "./dtype.ts";
import type { Storage } from "./storage.ts";

/**
 * A strided window on a storage. `offset` and `strides` count elements, not bytes; a stride may be 0 (broadcast) or
 * negative never. Tensors satisfy this interface structurally.
 */
export interface ArrayRef {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  /** Number of elements: the product of `shape`. */
  readonly numel: number;
  readonly storage: Storage;
}
