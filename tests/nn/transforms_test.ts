/**
 * Every module of the conformance files under transforms, by its parameters and its inputs: forward mode against reverse
 * mode, the three orders of second derivatives against each other, vmap against a loop.
 *
 * @module
 */
import { assert } from "@std/assert";
import { allclose, func, manualSeed, nn, randn, stack, Tensor, zerosLike } from "../../mod.ts";
import { makeTensor } from "../conformance/api.ts";
import type { ModuleCase } from "../conformance/format.ts";
import { construct, forward } from "../conformance/module_case.ts";
import { readFiles } from "../conformance/source.ts";

const CPU = { name: "cpu", doubles: true };

/** Running statistics outside the batch cannot hold one value per sample. */
const WRITES_STATISTICS = /^(Batch|Instance)Norm/;

type Fn = (...args: Tensor[]) => Tensor[];

/** A module as a function of its inputs and parameters, and where it is looked at. */
interface Point {
  readonly fn: Fn;
  readonly primals: Tensor[];
  /** How many of the primals are inputs. */
  readonly inputs: number;
}

/** A module without hooks or state of its own: each call puts other parameters in. */
class Substituted extends nn.Module {
  constructor(readonly inner: nn.Module, readonly parametersByName: Readonly<Record<string, Tensor>>) {
    super();
  }

  override forward(...args: readonly unknown[]): unknown {
    return func.functionalCall(this.inner, this.parametersByName, ...args);
  }
}

function pointOf(moduleCase: ModuleCase): Point {
  // The runner knows modules by name only; this one is a module of the library.
  const module = construct(moduleCase, CPU) as nn.Module;
  const tensors = moduleCase.tensors.map((tensor) => makeTensor(tensor, CPU));
  const differentiated = Object.keys(moduleCase.inputGrads).map(Number);
  const parameters = module.namedParameters();
  const fn: Fn = (...args) => {
    const given = tensors.slice();
    differentiated.forEach((i, k) => given[i] = args[k]);
    const named = parameters.map(([name], k) => [name, args[differentiated.length + k]]);
    const outputs = forward(new Substituted(module, Object.fromEntries(named)), moduleCase, given);
    return outputs.filter((x): x is Tensor => x instanceof Tensor && x.dtype === "float64");
  };
  const primals = [...differentiated.map((i) => tensors[i]), ...parameters.map(([, p]) => p.detach().clone())];
  return { fn, primals, inputs: differentiated.length };
}

function randomLike(tensors: readonly Tensor[]): Tensor[] {
  return tensors.map(({ shape }) => randn(shape, { dtype: "float64" }));
}

/** The sum of the products of all elements. */
function inner(xs: readonly (Tensor | null)[], ys: readonly Tensor[]): Tensor {
  return xs.map((x, i) => (x ?? zerosLike(ys[i])).mul(ys[i]).sum()).reduce((a, b) => a.add(b));
}

function assertNear(actual: Tensor | null, expected: Tensor, message: string): void {
  const value = actual ?? zerosLike(expected);
  assert(allclose(value, expected, { rtol: 1e-9, atol: 1e-9, equalNan: true }), `${message}: ${value}, ${expected}`);
}

function checkDerivatives({ fn, primals }: Point, id: string): void {
  const tangents = randomLike(primals);
  const [, outTangents] = func.jvp(fn, primals, tangents);
  const [outputs, pullback] = func.vjp(fn, ...primals);
  const cotangents = randomLike(outputs);
  assertNear(inner(outTangents, cotangents), inner(pullback(cotangents), tangents), `${id}: jvp and vjp`);
  const argnums = primals.map((_, i) => i);
  const loss = (...args: Tensor[]): Tensor => inner(fn(...args), cotangents);
  const gradient = func.grad(loss, { argnums });
  const [, forwardOverReverse] = func.jvp((...args: Tensor[]) => gradient(...args), primals, tangents);
  const reverse: (Tensor | null)[] = func.grad((...args: Tensor[]) => inner(gradient(...args), tangents), { argnums })(
    ...primals,
  );
  const reverseOverForward = func.grad((...args: Tensor[]) => func.jvp(loss, args, tangents)[1], { argnums })(
    ...primals,
  );
  reverse.forEach((grad, i) => {
    const expected = grad ?? zerosLike(primals[i]);
    assertNear(forwardOverReverse[i], expected, `${id}: forward over reverse, argument ${i}`);
    assertNear(reverseOverForward[i], expected, `${id}: reverse over forward, argument ${i}`);
  });
}

function checkBatches({ fn, primals, inputs }: Point, id: string): void {
  for (const [name, isBatched] of Object.entries({ inputs: (i: number) => i < inputs, all: () => true })) {
    const inDims = primals.map((_, i) => isBatched(i) ? 0 : null);
    if (inDims.every((dim) => dim === null)) continue;
    const batches = primals.map((x, i) => isBatched(i) ? stack([x, x.mul(0.75).add(0.01)]) : x);
    const outputs = func.vmap(fn, { inDims })(...batches);
    const samples = [0, 1].map((k) => fn(...batches.map((x, i) => isBatched(i) ? x.select(0, k) : x)));
    outputs.forEach((output, i) => assertNear(output, stack(samples.map((s) => s[i])), `${id}: vmap over ${name}`));
  }
}

for (const file of (await readFiles(null)).values()) {
  if (file.kind !== "module") continue;
  Deno.test(`transforms of ${file.name}`, () => {
    manualSeed(0);
    for (const moduleCase of file.cases) {
      const point = pointOf(moduleCase);
      if (point.primals.length === 0) continue;
      checkDerivatives(point, moduleCase.id);
      const hasStatistics = moduleCase.training && WRITES_STATISTICS.test(moduleCase.module);
      if (!hasStatistics && moduleCase.ctor.max_norm === undefined) checkBatches(point, moduleCase.id);
    }
  });
}
