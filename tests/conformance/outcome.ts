/**
 * How a case ends.
 *
 * @module
 */

/** Thrown when the public API lacks what a case calls. */
export class NotImplemented extends Error {
  override readonly name = "NotImplemented";
}

/** Thrown when a value differs from PyTorch's. */
export class Mismatch extends Error {
  override readonly name = "Mismatch";
}

/** True if an op refused because the device has no float64, or because it needs numbers that only the CPU has at once. */
function isBeyondDevice(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (error.name === "DTypeError" && error.message.startsWith("webgpu: expected a dtype of the device")) ||
    (error.name === "BackendError" && error.message.includes("elements can be read at once"));
}

/** A part of a case that did not agree. */
export interface Failure {
  readonly id: string;
  readonly part: string;
  readonly reason: string;
}

/** What became of one case. */
export interface Outcome {
  readonly status: "passed" | "failed" | "notImplemented";
  readonly failures: readonly Failure[];
}

/** The first line of an error, short enough for a report. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const line = text.split("\n")[0];
  return line.length > 240 ? `${line.slice(0, 237)}...` : line;
}

/** Collects the parts of one case. A part that fails does not stop the others. */
export class Parts {
  readonly failures: Failure[] = [];
  #missing: string | null = null;

  constructor(readonly id: string) {}

  /** Runs one part. Returns its value, or undefined when it failed. */
  async run<T>(part: string, body: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await body();
    } catch (error) {
      if (error instanceof NotImplemented) this.#missing ??= `${part}: ${error.message}`;
      else if (isBeyondDevice(error)) this.#missing ??= reasonOf(error);
      else this.failures.push({ id: this.id, part, reason: reasonOf(error) });
      return undefined;
    }
  }

  /** A case with a wrong part failed; one that lacks a part is not implemented; else it passed. */
  outcome(): Outcome {
    if (this.failures.length > 0) return { status: "failed", failures: this.failures };
    return { status: this.#missing === null ? "passed" : "notImplemented", failures: [] };
  }
}
