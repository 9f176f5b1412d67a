/**
 * What tensors take.
 *
 * @module
 */
import { memoryStatistics } from "../runtime/heap.ts";
import type { HeapStatistics } from "../runtime/memory_types.ts";

/** Numbers about the memory of tensors on the CPU. */
export interface MemoryStatistics extends HeapStatistics {
  /** Number of tensors that own memory and are not known to be dead; views do not count. */
  readonly tensors: number;
}

/**
 * The memory of tensors on the CPU. What was merely dropped counts until the garbage collector has found it, or until it
 * is moved out of the way.
 */
export function memory(): MemoryStatistics {
  const statistics = memoryStatistics();
  return { ...statistics, tensors: statistics.storages };
}
