/**
 * The bytes behind one or more tensors.
 *
 * @module
 */
import type { Backend } from "./backend.ts";

/**
 * Bytes owned by a backend. Views share one storage.
 *
 * `holds` counts who still needs the bytes: each tensor handle and each residual that a tape saved is one hold. When it
 * falls to zero the bytes are freed at once; a storage whose holders are simply dropped is found by the garbage
 * collector instead, so nobody has to release anything.
 */
export abstract class Storage {
  /** Bumped by every in-place write, compared by the tape against the version it saved. */
  version = 0;
  /** Number of handles and residuals that need the bytes. */
  holds = 0;
  /** True once the bytes were given back; reading is an error from then on. */
  freed = false;

  constructor(readonly byteLength: number) {}

  /** The backend that owns the bytes and runs kernels on them. */
  abstract readonly backend: Backend;

  /** Gives the bytes back at once. Called when `holds` falls to zero. */
  abstract free(): void;

  /** One holder fewer; the last one frees the bytes. */
  release(): void {
    if (--this.holds === 0 && !this.freed) {
      this.freed = true;
      this.free();
    }
  }
}
