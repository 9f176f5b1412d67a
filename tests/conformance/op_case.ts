/**
 * Cases of kind "op": one call with its outputs, vjp, jvp, second derivatives and batched runs.
 *
 * @module
 */
import type { Tensor } from "../../mod.ts";
import { type Device, isTensor, lookup, makeTensor } from "./api.ts";
import { decodeCall, invoke, type Row } from "./arguments.ts";
import { compareGradient, compareOutputs, compareTensor, type Comparison, TOLERANCES } from "./compare.ts";
import type { FileTensor, FileVmap, OpCase } from "./format.ts";
import { align, alignment, type Factors } from "./gauge.ts";
import { Mismatch, type Outcome, Parts } from "./outcome.ts";
import { rowOf } from "./table/mod.ts";

const SPECIAL = /^torch\.(?:special\.|erfinv|lgamma|digamma|polygamma|mvlgamma|igamma|i0)/;
const LINALG = /^torch\.(?:linalg\.|cholesky|matrix_exp|logdet|det)/;
const ELEMENTWISE_GROUPS: readonly string[] = [
  "unary",
  "binary",
  "view",
  "indexing",
  "cast",
  "creation",
  "activation",
  "semantics",
];

function toleranceOf(call: string, group: string): number {
  if (LINALG.test(call)) return TOLERANCES.linalg;
  if (SPECIAL.test(call)) return TOLERANCES.special;
  return ELEMENTWISE_GROUPS.includes(group) ? TOLERANCES.elementwise : TOLERANCES.products;
}

/** Tensors and scalars of a result, depth first. */
export function leaves(result: unknown): unknown[] {
  if (Array.isArray(result)) return result.flatMap(leaves);
  if (typeof result === "object" && result !== null && !isTensor(result)) {
    throw new Mismatch(`the result has the fields ${Object.keys(result).join(", ")}, which the table does not name`);
  }
  return [result];
}

/** One case bound to a device. */
class OpRun {
  readonly #row: Row;
  readonly #case: OpCase;
  readonly #device: Device;
  readonly #comparison: Comparison;
  readonly #diff: readonly number[];

  constructor(opCase: OpCase, group: string, device: Device) {
    this.#row = rowOf(opCase.call);
    this.#case = opCase;
    this.#device = device;
    this.#comparison = { tolerance: toleranceOf(opCase.call, group), device };
    this.#diff = opCase.diff ?? [];
  }

  #secondOrder(): Comparison {
    return { ...this.#comparison, tolerance: Math.max(this.#comparison.tolerance, TOLERANCES.secondOrder) };
  }

  #forPart(comparison: Comparison, part: string, k?: number): Comparison {
    const { nonFiniteDerivatives, symmetricInputs } = this.#case;
    return {
      ...comparison,
      skipNonFinite: Array.isArray(nonFiniteDerivatives) && nonFiniteDerivatives.includes(part),
      symmetrize: k !== undefined && symmetricInputs?.includes(this.#diff[k]) === true,
    };
  }

  #inputs(requireGrad: boolean): Tensor[] {
    return this.#case.tensors.map((tensor, i) =>
      makeTensor(tensor, this.#device, requireGrad && this.#diff.includes(i))
    );
  }

  #call(tensors: readonly unknown[]): unknown[] {
    return leaves(invoke(this.#row, decodeCall(this.#case.args, this.#case.kwargs, (i) => tensors[i])));
  }

  /** Compares outputs and mutated inputs. Returns the signs that align the outputs, or undefined when they differ. */
  async outputs(parts: Parts): Promise<Factors | undefined> {
    const run = await parts.run("outputs", async () => {
      const tensors = this.#inputs(false);
      const outputs = this.#call(tensors);
      const factors = await alignment(this.#case.gauge, outputs, this.#case.outputs, this.#device);
      await compareOutputs(align(outputs, factors), this.#case.outputs, this.#comparison);
      return { tensors, factors };
    });
    for (const [i, expected] of Object.entries(run === undefined ? {} : this.#case.mutated ?? {})) {
      await parts.run("mutated", () => compareTensor(run?.tensors[Number(i)], expected, this.#comparison));
    }
    return run?.factors;
  }

  /** Gradients of the outputs, weighted by cotangents, at `inputs`. */
  #gradients(
    outputs: readonly unknown[],
    inputs: readonly Tensor[],
    cotangents: readonly (Tensor | null)[],
    options: Record<string, unknown>,
  ): readonly unknown[] {
    const used = outputs.flatMap((output, i) => {
      const cotangent = cotangents[i];
      return isTensor(output) && output.requiresGrad && cotangent ? [{ output, cotangent }] : [];
    });
    if (used.length === 0) return inputs.map(() => null);
    return lookup("autograd.grad")(used.map(({ output }) => output), inputs, {
      gradOutputs: used.map(({ cotangent }) => cotangent),
      allowUnused: true,
      ...options,
    }) as readonly unknown[];
  }

  #make(tensors: readonly (FileTensor | null)[], requireGrad = false): (Tensor | null)[] {
    return tensors.map((tensor) => tensor && makeTensor(tensor, this.#device, requireGrad));
  }

  async vjp(parts: Parts, factors: Factors): Promise<void> {
    const { vjp } = this.#case;
    if (!vjp) return;
    await parts.run("vjp", async () => {
      const tensors = this.#inputs(true);
      const outputs = align(this.#call(tensors), factors);
      const inputs = this.#diff.map((i) => tensors[i]);
      const grads = this.#gradients(outputs, inputs, this.#make(vjp.cotangents), {});
      for (const [k, expected] of vjp.grads.entries()) {
        await compareGradient(grads[k], expected, this.#forPart(this.#comparison, "vjp", k));
      }
    });
  }

  async gradgrad(parts: Parts, factors: Factors): Promise<void> {
    const { vjp, gradgrad } = this.#case;
    if (!vjp || !gradgrad) return;
    await parts.run("gradgrad", async () => {
      const tensors = this.#inputs(true);
      const outputs = align(this.#call(tensors), factors);
      const inputs = this.#diff.map((i) => tensors[i]);
      const cotangents = this.#make(vjp.cotangents, true);
      const grads = this.#gradients(outputs, inputs, cotangents, { createGraph: true });
      const given = cotangents.filter((cotangent) => cotangent !== null);
      const second = this.#gradients(grads, [...inputs, ...given], this.#make(gradgrad.u), {});
      const expected = [...gradgrad.inputGrads, ...gradgrad.cotangentGrads.filter((_, i) => cotangents[i] !== null)];
      for (const [k, reference] of expected.entries()) {
        const isInput = k < inputs.length;
        await compareGradient(
          second[k],
          reference,
          this.#forPart(this.#secondOrder(), "gradgrad", isInput ? k : undefined),
        );
      }
    });
  }

  async jvp(parts: Parts, factors: Factors): Promise<void> {
    const { jvp } = this.#case;
    if (!jvp || this.#case.vjpJvpConsistent === false) return;
    await parts.run("jvp", async () => {
      const tensors = this.#inputs(false);
      const f = (...primals: unknown[]): unknown[] => {
        const operands: unknown[] = [...tensors];
        this.#diff.forEach((i, k) => operands[i] = primals[k]);
        return align(this.#call(operands), factors).filter(isTensor);
      };
      const primals = this.#diff.map((i) => tensors[i]);
      const tangents = jvp.tangents.map((tangent, k) =>
        tangent ? makeTensor(tangent, this.#device) : lookup("zerosLike")(primals[k])
      );
      const [, outTangents] = lookup("func.jvp")(f, primals, tangents) as [unknown, readonly unknown[]];
      const expected = jvp.outTangents.filter((_, i) => !("scalar" in this.#case.outputs[i]));
      for (const [i, reference] of expected.entries()) {
        await compareGradient(outTangents[i], reference, this.#forPart(this.#comparison, "jvp"));
      }
    });
  }

  async vmap(parts: Parts): Promise<void> {
    for (const batched of this.#case.vmap ?? []) await parts.run("vmap", () => this.#vmap(batched));
  }

  async #vmap(batched: FileVmap): Promise<void> {
    const tensors = batched.tensors.map((tensor, i) =>
      makeTensor(tensor ?? this.#case.tensors[i], this.#device, batched.vjp != null && this.#diff.includes(i))
    );
    const f = (...operands: unknown[]): unknown[] => this.#call(operands);
    const mapped = lookup("func.vmap")(f, { inDims: batched.inDims }) as (...args: unknown[]) => unknown[];
    const raw = mapped(...tensors);
    const factors = await alignment(this.#case.gauge, raw, batched.outputs, this.#device);
    const outputs = align(raw, factors);
    await compareOutputs(outputs, batched.outputs, this.#comparison);
    if (!batched.vjp) return;
    const inputs = this.#diff.map((i) => tensors[i]);
    const grads = this.#gradients(outputs, inputs, this.#make(batched.vjp.cotangents), {});
    for (const [k, expected] of batched.vjp.grads.entries()) {
      await compareGradient(grads[k], expected, this.#forPart(this.#comparison, "vjp", k));
    }
  }
}

/** Runs every part of a case. */
export async function runOpCase(opCase: OpCase, group: string, device: Device): Promise<Outcome> {
  const parts = new Parts(opCase.id);
  const run = await parts.run("outputs", () => new OpRun(opCase, group, device));
  const factors = await run?.outputs(parts);
  if (run !== undefined && factors !== undefined) {
    await run.vjp(parts, factors);
    await run.jvp(parts, factors);
    await run.gradgrad(parts, factors);
    await run.vmap(parts);
  }
  return parts.outcome();
}
