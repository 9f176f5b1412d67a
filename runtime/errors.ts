/**
 * What can go wrong below the level of tensors.
 *
 * @module
 */
import type { MemoryHolder } from "./memory_types.ts";

/** Formats a number of bytes as `640 B`, `12.5 KiB`, `3.0 MiB`, ... */
function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (bytes >= 1024 && unit < units.length - 1) {
    bytes /= 1024;
    unit++;
  }
  return `${unit === 0 ? bytes : bytes.toFixed(1)} ${units[unit]}`;
}

/**
 * The bytes asked for do not fit the memory budget even with everything movable moved out. Nothing was changed: the
 * program may drop tensors or raise the budget with `setMemoryBudget` and go on.
 */
export class OutOfMemoryError extends Error {
  /** Tells the class by name, also across realms. */
  override readonly name = "OutOfMemoryError";

  /** Bytes that were asked for, rounded up to whole pages. */
  readonly requestedBytes: number;
  /** Bytes of all storages not known to be dead. */
  readonly liveBytes: number;
  /** The budget in bytes. */
  readonly budgetBytes: number;
  /** What occupies wasm memory, largest total first. */
  readonly holders: readonly MemoryHolder[];

  /** `holders` are the holders of the most bytes, largest first. `message` is for memory that has no budget to raise. */
  constructor(
    requestedBytes: number,
    liveBytes: number,
    budgetBytes: number,
    holders: readonly MemoryHolder[],
    message?: string,
  ) {
    const listed = holders.slice(0, 5).map((holder) =>
      `${holder.count} ${holder.kind}${holder.count === 1 ? "" : "s"} of ${formatBytes(holder.byteLength)}`
    );
    super(
      message ?? `cannot allocate ${formatBytes(requestedBytes)}: ${formatBytes(liveBytes)} live, budget ` +
          `${formatBytes(budgetBytes)}; largest holders: ${listed.length === 0 ? "none" : listed.join(", ")}. ` +
          `Drop tensors that are no longer needed or raise the budget with setMemoryBudget(bytes).`,
    );
    this.requestedBytes = requestedBytes;
    this.liveBytes = liveBytes;
    this.budgetBytes = budgetBytes;
    this.holders = holders;
  }
}

/** A storage was used after its bytes had been given back. */
export class FreedStorageError extends Error {
  override readonly name = "FreedStorageError";
}

/** A kernel is missing from the wasm module, or failed while it ran. */
export class KernelError extends Error {
  override readonly name = "KernelError";
}

/** A device is unknown or cannot be used, or an op is not available on it. */
export class BackendError extends Error {
  override readonly name = "BackendError";
}
