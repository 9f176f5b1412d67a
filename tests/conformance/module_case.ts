/**
 * Cases of kind "module": construct, load the state, call, differentiate.
 *
 * @module
 */
import type { Tensor } from "../../mod.ts";
import { callMethod, camelCase, type Device, isTensor, lookup, lookupClass, makeTensor } from "./api.ts";
import { decodeCall, layOut, orderFields, type Row } from "./arguments.ts";
import { compareGradient, compareOutputs, compareTensor, type Comparison, TOLERANCES } from "./compare.ts";
import type { FileTensor, ModuleCase } from "./format.ts";
import { NotImplemented, type Outcome, Parts } from "./outcome.ts";
import { leaves } from "./op_case.ts";
import { FORWARD, MODULES } from "./table/modules.ts";

/** State under PyTorch's names, or under the same names in camelCase where the module has those. */
function named(state: Readonly<Record<string, unknown>>, name: string): string {
  return name in state ? name : name.split(".").map(camelCase).join(".");
}

/** Makes the module of a case and loads its state. */
export function construct(moduleCase: ModuleCase, device: Device): object {
  const row: Row | undefined = MODULES[moduleCase.module];
  if (row === undefined) throw new NotImplemented(`the table has no module ${moduleCase.module}`);
  const tensors = moduleCase.ctorTensors.map((tensor) => makeTensor(tensor, device));
  const { path, args } = layOut(row, decodeCall([], moduleCase.ctor, (i) => tensors[i]));
  const Module = lookupClass(path);
  const module = new Module(...args);
  callMethod(module, "to", device.doubles ? "float64" : "float32");
  if (device.name !== "cpu") callMethod(module, "to", device.name);
  callMethod(module, moduleCase.training ? "train" : "eval");
  const own = callMethod(module, "stateDict") as Record<string, unknown>;
  const state = Object.entries(moduleCase.state).map((
    [name, tensor],
  ) => [named(own, name), makeTensor(tensor, device)]);
  callMethod(module, "loadStateDict", Object.fromEntries(state));
  return module;
}

/** The outputs of a call, PyTorch's tuples flattened. */
export function forward(module: object, moduleCase: ModuleCase, tensors: readonly unknown[]): unknown[] {
  const call = decodeCall(moduleCase.args, moduleCase.kwargs, (i) => tensors[i]);
  const row = FORWARD[moduleCase.module];
  const { args, results } = row === undefined ? { args: call.args, results: [] } : layOut(row, call);
  return leaves(orderFields(callMethod(module, "call", ...args), results));
}

/** Leaves that PyTorch gives as None have no output in the file. */
function isPresent(value: unknown): boolean {
  return value !== null && value !== undefined;
}

/** Runs every part of a module's case. */
export async function runModuleCase(moduleCase: ModuleCase, device: Device): Promise<Outcome> {
  const parts = new Parts(moduleCase.id);
  const comparison: Comparison = { tolerance: TOLERANCES.products, device };
  const run = await parts.run("outputs", async () => {
    const module = construct(moduleCase, device);
    const tensors = moduleCase.tensors.map((tensor, i) =>
      makeTensor(tensor, device, String(i) in moduleCase.inputGrads)
    );
    const outputs = forward(module, moduleCase, tensors).filter(isPresent);
    await compareOutputs(outputs, moduleCase.outputs, comparison);
    return { module, tensors, outputs };
  });
  if (run === undefined) return parts.outcome();
  const { module, tensors, outputs } = run;
  for (const [name, expected] of Object.entries(moduleCase.stateAfter)) {
    await parts.run("stateAfter", async () => {
      const state = callMethod(module, "stateDict") as Record<string, unknown>;
      await compareTensor(state[named(state, name)], expected, comparison);
    });
  }
  await parts.run("grads", () => compareGradients(moduleCase, module, tensors, outputs, comparison));
  return parts.outcome();
}

async function compareGradients(
  moduleCase: ModuleCase,
  module: object,
  tensors: readonly Tensor[],
  outputs: readonly unknown[],
  comparison: Comparison,
): Promise<void> {
  const own = Object.fromEntries(callMethod(module, "namedParameters") as Iterable<[string, Tensor]>);
  const targets: [Tensor, FileTensor | null][] = [
    ...Object.entries(moduleCase.inputGrads).map((
      [i, grad],
    ): [Tensor, FileTensor | null] => [tensors[Number(i)], grad]),
    ...Object.entries(moduleCase.paramGrads).map(([name, grad]): [Tensor, FileTensor | null] => [
      own[named(own, name)],
      grad,
    ]),
  ];
  const used = outputs.flatMap((output, i) => {
    const cotangent = moduleCase.cotangents[i];
    return isTensor(output) && output.requiresGrad && cotangent
      ? [{ output, cotangent: makeTensor(cotangent, comparison.device) }]
      : [];
  });
  const grads = used.length === 0 || targets.length === 0 ? [] : lookup("autograd.grad")(
    used.map(({ output }) => output),
    targets.map(([tensor]) => tensor),
    { gradOutputs: used.map(({ cotangent }) => cotangent), allowUnused: true },
  ) as readonly unknown[];
  for (const [k, [, expected]] of targets.entries()) await compareGradient(grads[k], expected, comparison);
}
