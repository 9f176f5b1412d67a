/**
 * Cases of kind "error": calls that must fail, with an error that was meant.
 *
 * @module
 */
import { type Device, isTensor, lookup, makeTensor } from "./api.ts";
import { decodeCall, layOut } from "./arguments.ts";
import { readValues } from "./compare.ts";
import type { FileCall } from "./format.ts";
import { leaves } from "./op_case.ts";
import { Mismatch, NotImplemented, type Outcome, Parts } from "./outcome.ts";
import { rowOf } from "./table/mod.ts";

// Errors of the language itself: the call stumbled, nobody refused it.
const ACCIDENTS: readonly (new (message?: string) => Error)[] = [TypeError, RangeError, ReferenceError];

function isAccident(error: unknown): boolean {
  return !(error instanceof Error) || error instanceof WebAssembly.RuntimeError ||
    ACCIDENTS.some((kind) => Object.getPrototypeOf(error) === kind.prototype);
}

/** Runs a call that must fail. */
export async function runErrorCase(errorCase: FileCall, device: Device): Promise<Outcome> {
  const parts = new Parts(errorCase.id);
  await parts.run("raises", async () => {
    const tensors = errorCase.tensors.map((tensor) => makeTensor(tensor, device));
    const call = decodeCall(errorCase.args, errorCase.kwargs, (i) => tensors[i]);
    const { path, args } = layOut(rowOf(errorCase.call), call);
    const target = lookup(path);
    try {
      const result = target(...args);
      // What only a device can see, it tells whoever reads the result.
      if (device.name !== "cpu") { for (const leaf of leaves(result)) if (isTensor(leaf)) await readValues(leaf); }
    } catch (error) {
      if (error instanceof NotImplemented || isAccident(error)) throw error;
      return;
    }
    throw new Mismatch("expected an error, got a result");
  });
  return parts.outcome();
}
