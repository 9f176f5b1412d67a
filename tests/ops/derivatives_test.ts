/**
 * Every op of the table, in float64: its vjp and jvp against central differences, its batch rule against a loop, and the
 * compositions of levels that derivative rules of higher order rest on.
 *
 * @module
 */
import "../../mod.ts";
import { jvp, vjp, vmap } from "../../func/mod.ts";
import { add, mul, stack, zeros } from "../../ops/mod.ts";
import { opTable } from "../../ops/table.ts";
import { hasDerivative } from "../../tensor/op.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import {
  type AnyOp,
  type Call,
  callsOf,
  describe,
  distance,
  fromValues,
  generator,
  inputTensors,
  isDifferentiated,
  run,
} from "./support.ts";

/** Checks that an op is exempt from. */
type Check = "differences" | "second order" | "batching" | "empty batch";

/** Ops that some check cannot cover, each with the reason. */
const EXCEPTIONS: Readonly<Record<string, { readonly checks: readonly Check[]; readonly reason: string }>> = {
  to: { checks: ["differences", "second order"], reason: "rounding to float32 is coarser than the difference step" },
  nonzeroPositions: {
    checks: ["empty batch"],
    reason: "how many there are depends on values, of which there are none",
  },
  nonzero: { checks: ["empty batch"], reason: "how many there are depends on values, of which there are none" },
  repeatIndex: { checks: ["empty batch"], reason: "how long it is depends on values, of which there are none" },
};

const STEP = 1e-6;
const TOLERANCE = { first: 1e-6, second: 1e-5, exact: 1e-12 } as const;

type Map = (...xs: Tensor[]) => Tensor[];

/** The op as a function of its floating-point inputs, giving its floating-point outputs. */
function differentiablePart(call: Call, seed: number): { f: Map; point: Tensor[] } {
  const inputs = inputTensors(call, seed);
  const active = inputs.flatMap((x, i) => isDifferentiated(call.op, i, x.dtype) ? [i] : []);
  const f: Map = (...xs) => {
    const full = [...inputs];
    active.forEach((i, k) => full[i] = xs[k]);
    return run(call.op, full, call.sample.params).filter((out, i) => hasDerivative(call.op, i, out.dtype));
  };
  return { f, point: active.map((i) => inputs[i]) };
}

function randomLike(xs: readonly Tensor[], seed: number): Tensor[] {
  const random = generator(seed);
  return xs.map((x) => fromValues(Float64Array.from({ length: x.numel }, () => random() * 2 - 1), x.shape, "float64"));
}

/** sum of <a[i], b[i]>. */
function inner(a: readonly Tensor[], b: readonly Tensor[]): number {
  let total = 0;
  for (const [i, x] of a.entries()) {
    const p = x.dataSync();
    const q = b[i].dataSync();
    for (let k = 0; k < p.length; k++) total += p[k] * q[k];
  }
  return total;
}

function axpy(xs: readonly Tensor[], scale: number, ts: readonly Tensor[]): Tensor[] {
  return xs.map((x, i) => add(x, mul(ts[i], scale)));
}

function close(what: string, a: number, b: number, tolerance: number): void {
  if (!(Math.abs(a - b) <= tolerance * (1 + Math.abs(b)))) throw new Error(`${what}: got ${a}, expected ${b}`);
}

function same(what: string, a: readonly Tensor[], b: readonly Tensor[], tolerance: number): void {
  if (a.length !== b.length) throw new Error(`${what}: got ${a.length} results, expected ${b.length}`);
  a.forEach((x, i) => {
    if (x.shape.join() !== b[i].shape.join()) {
      throw new Error(`${what}: got shape [${x.shape}], expected [${b[i].shape}]`);
    }
    const error = distance(x.dataSync(), b[i].dataSync());
    if (!(error <= tolerance)) throw new Error(`${what}: result ${i} differs by ${error}\n${x}\nexpected\n${b[i]}`);
  });
}

const pullback = (f: Map, point: readonly Tensor[], cotangents: readonly Tensor[]): Tensor[] => {
  const [, vjpFn] = vjp(f as never, ...point);
  return vjpFn(cotangents) as Tensor[];
};
const pushforward = (f: Map, point: readonly Tensor[], tangents: readonly Tensor[]): Tensor[] =>
  jvp(f as never, point, tangents)[1] as Tensor[];

/** <u, f(x + h t) - f(x - h t)> / 2h. */
function difference(f: Map, point: readonly Tensor[], tangents: readonly Tensor[], u: readonly Tensor[]): number {
  return (inner(f(...axpy(point, STEP, tangents)), u) - inner(f(...axpy(point, -STEP, tangents)), u)) / (2 * STEP);
}

function checkFirstOrder(what: string, f: Map, point: Tensor[]): void {
  const t = randomLike(point, 11);
  const u = randomLike(f(...point), 12);
  const numeric = difference(f, point, t, u);
  close(`${what}: vjp against differences`, inner(pullback(f, point, u), t), numeric, TOLERANCE.first);
  close(`${what}: jvp against differences`, inner(pushforward(f, point, t), u), numeric, TOLERANCE.first);
}

/** The gradient of each input where it alone is recorded, so that only what that gradient reads was saved. */
function checkEachAlone(what: string, call: Call): void {
  const { f, point } = differentiablePart(call, 7);
  const cotangents = randomLike(f(...point), 13);
  const whole = pullback(f, point, cotangents);
  point.forEach((x, i) => {
    const alone: Map = (y) => f(...point.map((z, k) => k === i ? y : z));
    same(`${what}: gradient of input ${i} alone`, pullback(alone, [x], cotangents), [whole[i]], TOLERANCE.exact);
  });
}

function checkSecondOrder(what: string, f: Map, point: Tensor[]): void {
  const outputs = f(...point);
  const n = point.length;
  // The gradient as a function of point and cotangent, so that both are differentiated again.
  const g: Map = (...xs) => pullback(f, xs.slice(0, n), xs.slice(n));
  const at = [...point, ...randomLike(outputs, 21)];
  const t = randomLike(at, 22);
  const u = randomLike(point, 23);
  const numeric = difference(g, at, t, u);
  close(`${what}: vjp of vjp`, inner(pullback(g, at, u), t), numeric, TOLERANCE.second);
  close(`${what}: jvp of vjp`, inner(pushforward(g, at, t), u), numeric, TOLERANCE.second);
  const h: Map = (...xs) => pushforward(f, xs.slice(0, n), xs.slice(n));
  const ht = [...point, ...randomLike(point, 24)];
  const tt = randomLike(ht, 25);
  const uu = randomLike(outputs, 26);
  const forward = difference(h, ht, tt, uu);
  close(`${what}: vjp of jvp`, inner(pullback(h, ht, uu), tt), forward, TOLERANCE.second);
  close(`${what}: jvp of jvp`, inner(pushforward(h, ht, tt), uu), forward, TOLERANCE.second);
}

/** A batch rule against a loop, for each choice of batched inputs. */
function checkBatched(what: string, op: AnyOp, call: Call): void {
  const size = 3;
  const samples = Array.from({ length: size }, (_, b) => inputTensors(call, 31 + b));
  const count = call.sample.inputs.length;
  for (let mask = 1; mask < 2 ** Math.min(count, 3); mask++) {
    const isBatched = (i: number): boolean => i < 3 ? (mask >> i & 1) === 1 : true;
    const args = samples[0].map((x, i) => isBatched(i) ? stack(samples.map((s) => s[i])) : x);
    const inDims = args.map((_, i) => isBatched(i) ? 0 : null);
    const f: Map = (...xs) => run(op, xs, call.sample.params);
    const batched = vmap(f as never, { inDims })(...args) as Tensor[];
    const looped = samples.map((s) => f(...s.map((x, i) => isBatched(i) ? x : samples[0][i])));
    const expected = looped[0].map((_, k) => stack(looped.map((outs) => outs[k])));
    same(`${what}: vmap with inDims ${JSON.stringify(inDims)}`, batched, expected, TOLERANCE.exact);
  }
}

/** A batch rule on no samples at all: outputs of the shapes of one call with a batch axis of size 0. */
function checkEmptyBatch(what: string, op: AnyOp, call: Call): void {
  const inputs = inputTensors(call, 37);
  const one = run(op, inputs, call.sample.params);
  for (let mask = 1; mask < 2 ** Math.min(inputs.length, 3); mask++) {
    const inDims = inputs.map((_, i) => i >= 3 || (mask >> i & 1) === 1 ? 0 : null);
    const args = inputs.map((x, i) => inDims[i] === null ? x : zeros([0, ...x.shape], { dtype: x.dtype }));
    const f: Map = (...xs) => run(op, xs, call.sample.params);
    const none = vmap(f as never, { inDims })(...args) as Tensor[];
    none.forEach(({ shape }, k) => {
      if (shape.join() !== [0, ...one[k].shape].join()) {
        throw new Error(`${what}: vmap of no samples gives shape [${shape}], expected [${[0, ...one[k].shape]}]`);
      }
    });
  }
}

/** vmap of vjp and of jvp against loops. */
function checkBatchedDerivatives(what: string, f: Map, point: Tensor[]): void {
  const outputs = f(...point);
  const cotangents = [41, 42].map((seed) => randomLike(outputs, seed));
  const rows = outputs.map((_, k) => stack(cotangents.map((c) => c[k])));
  const batchedVjp = vmap(((...us: Tensor[]) => pullback(f, point, us)) as never)(...rows) as Tensor[];
  const loopedVjp = cotangents.map((u) => pullback(f, point, u));
  same(`${what}: vmap of vjp`, batchedVjp, point.map((_, i) => stack(loopedVjp.map((g) => g[i]))), 1e-10);
  const tangents = [43, 44].map((seed) => randomLike(point, seed));
  const columns = point.map((_, i) => stack(tangents.map((t) => t[i])));
  const batchedJvp = vmap(((...ts: Tensor[]) => pushforward(f, point, ts)) as never)(...columns) as Tensor[];
  const loopedJvp = tangents.map((t) => pushforward(f, point, t));
  same(`${what}: vmap of jvp`, batchedJvp, outputs.map((_, k) => stack(loopedJvp.map((o) => o[k]))), 1e-10);
  const points = [45, 46].map((seed) => randomLike(point, seed).map((t, i) => add(point[i], mul(t, 1e-2))));
  const stacked = point.map((_, i) => stack(points.map((p) => p[i])));
  const total: (...xs: Tensor[]) => Tensor[] = (...xs) => pullback(f, xs, f(...xs).map((y) => add(mul(y, 0), 1)));
  const nested = vmap(total as never)(...stacked) as Tensor[];
  const loops = points.map((p) => total(...p));
  same(`${what}: vmap of grad at many points`, nested, point.map((_, i) => stack(loops.map((g) => g[i]))), 1e-10);
}

for (const op of opTable()) {
  const exempt = new Set(EXCEPTIONS[op.name]?.checks ?? []);
  Deno.test(`${op.name}: derivatives and batching`, () => {
    for (const call of callsOf(op, ["float64"])) {
      const what = describe(call);
      if (!exempt.has("batching")) checkBatched(what, op, call);
      if (!exempt.has("empty batch")) checkEmptyBatch(what, op, call);
      if (op.rules === "none") continue;
      const { f, point } = differentiablePart(call, 7);
      if (point.length === 0) continue;
      if (!exempt.has("differences")) checkFirstOrder(what, f, point);
      checkEachAlone(what, call);
      if (!exempt.has("second order")) checkSecondOrder(what, f, point);
      if (!exempt.has("batching")) checkBatchedDerivatives(what, f, point);
    }
  });
}

Deno.test("every exception names an op, a check and a reason", () => {
  const names = new Set(opTable().map((op) => op.name));
  for (const [name, { checks, reason }] of Object.entries(EXCEPTIONS)) {
    if (!names.has(name) || checks.length === 0 || reason.length < 10) {
      throw new Error(`exception ${name} is not explained`);
    }
  }
});
