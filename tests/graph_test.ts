/**
 * What surrounds the graph: anomaly detection, hooks on saved tensors, checkpoints.
 *
 * @module
 */
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  autograd,
  checkpoint,
  func,
  GradError,
  manualSeed,
  memory,
  nn,
  noGrad,
  ones,
  randn,
  type Tensor,
  tensor,
  tidy,
} from "../mod.ts";

const leaf = (values: number[]): Tensor => tensor(values, { dtype: "float64", requiresGrad: true });
const numbers = (x: Tensor | null): unknown => x?.toArray() ?? null;

Deno.test("anomaly detection names the op whose gradient is NaN and where it was called", () => {
  const x = leaf([0, 1]);
  const error = assertThrows(
    () => autograd.detectAnomaly(() => x.sqrt().mul(0).sum().backward()),
    GradError,
    "NaN in gradient 0 of SqrtBackward0",
  );
  assert(error.message.includes("graph_test.ts"), error.message);
  assert(!error.message.includes("/tensor/apply.ts"), error.message);
  x.sqrt().mul(0).sum().backward();
  assertEquals(numbers(x.grad), [NaN, 0]);
});

Deno.test("anomaly detection works inside transforms and as a block, and says when the call is unknown", () => {
  const f = (x: Tensor): Tensor => x.sqrt().mul(0).sum();
  assertThrows(() => autograd.detectAnomaly(() => func.grad(f)(leaf([0]))), GradError, "SqrtBackward0");
  assertThrows(() => autograd.detectAnomaly(() => func.vmap(func.grad(f))(leaf([0, 1]))), GradError, "SqrtBackward0");
  const y = f(leaf([0]));
  {
    using _ = autograd.detectAnomaly();
    assertThrows(() => y.backward(), GradError, "inside detectAnomaly too");
  }
  func.grad(f)(leaf([0]));
});

Deno.test("saved-tensor hooks see what is saved and give it back", () => {
  const x = leaf([1, 2]);
  const seen: unknown[] = [];
  const pack = (saved: Tensor): number[] => {
    assertEquals(saved.requiresGrad, false);
    const values = saved.toArray() as number[];
    seen.push(values);
    return values;
  };
  const unpack = (values: number[]): Tensor => tensor(values, { dtype: "float64" });
  const y = autograd.graph.savedTensorsHooks(pack, unpack, () => x.exp().exp());
  const outside = x.exp();
  assertEquals(seen, [x.exp(), x.exp().exp()].map(numbers));
  const [hooked] = autograd.grad(y.add(outside).sum(), [x]);
  const [plain] = autograd.grad(x.exp().exp().add(x.exp()).sum(), [x]);
  assertEquals(numbers(hooked), numbers(plain));
});

Deno.test("what hooks replace changes the gradient; higher derivatives keep their history", () => {
  const x = leaf([2]);
  const y = autograd.graph.savedTensorsHooks((t) => t, (t) => t.mul(10), () => x.mul(x));
  y.sum().backward();
  assertEquals(numbers(x.grad), [40]);
  const z = autograd.graph.savedTensorsHooks((t) => t, (t) => t, () => x.mul(x).mul(x));
  const [first] = autograd.grad(z.sum(), [x], { createGraph: true });
  const [second] = autograd.grad(first.sum(), [x]);
  assertEquals([numbers(first), numbers(second)], [[12], [12]]);
});

Deno.test("hooks nest, end with their block and leave transforms alone", () => {
  const x = leaf([2]);
  const calls: string[] = [];
  const named = <R>(name: string, fn: () => R): R =>
    autograd.graph.savedTensorsHooks((t) => (calls.push(name), t), (t) => t, fn);
  named("outer", () => {
    x.exp();
    named("inner", () => x.exp());
    assertThrows(() => named("throws", () => leaf([1]).add(leaf([1, 2, 3]).reshape(5))));
    x.exp();
    func.grad((v: Tensor) => v.exp().sum())(tensor([1]));
  });
  x.exp();
  assertEquals(calls, ["outer", "inner", "outer"]);
});

Deno.test("saveOnCpu gives the same gradients", () => {
  const x = leaf([1, 2]);
  autograd.graph.saveOnCpu(() => x.mul(x).exp()).sum().backward();
  const y = leaf([1, 2]);
  y.mul(y).exp().sum().backward();
  assertEquals(numbers(x.grad), numbers(y.grad));
});

/** Gradients of the inputs and parameters of a small network with dropout, run through `run`. */
function gradientsThrough(run: (f: (x: Tensor) => Tensor, x: Tensor) => Tensor): unknown[] {
  manualSeed(7);
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.GELU(), new nn.Dropout(), new nn.Linear(8, 3));
  const x = randn([5, 4], { requiresGrad: true });
  run((x) => model.call(x), x).square().sum().backward();
  return [numbers(x.grad), ...model.parameters().map((p) => numbers(p.grad)), randn([2]).toArray()];
}

Deno.test("what a hook on saved tensors unpacks is its own to keep", () => {
  const x = leaf([1, 2]);
  const unpacked = new Map<unknown, Tensor>();
  const unpack = (packed: number[]): Tensor => {
    if (!unpacked.has(packed)) unpacked.set(packed, tensor(packed, { dtype: "float64" }));
    return unpacked.get(packed)!;
  };
  const pack = (saved: Tensor): number[] => saved.toArray() as number[];
  const y = autograd.graph.savedTensorsHooks(pack, unpack, () => x.square().sum());
  y.backward(null, { retainGraph: true });
  y.backward();
  assertEquals(numbers(x.grad), [4, 8]);
  assertEquals([...unpacked.values()].map(numbers), [[1, 2]]);
  tidy(() => autograd.graph.savedTensorsHooks(pack, unpack, () => x.square().sum()).backward());
  assertEquals([...unpacked.values()].map(({ disposed }) => disposed), [false, true]);
});

Deno.test("saveOnCpu holds no tensors until the backward pass", () => {
  const x = leaf([1, 2]);
  const exp = autograd.graph.saveOnCpu(() => x.exp());
  assertEquals(exp.storage.holds, 1);
  exp.sum().backward();
  assertEquals(numbers(x.grad), numbers(exp.detach()));
});

Deno.test("a checkpoint gives the same gradients and random numbers to the bit", () => {
  const plain = gradientsThrough((f, x) => f(x));
  assertEquals(gradientsThrough((f, x) => checkpoint(f, x)), plain);
  assertEquals(gradientsThrough((f, x) => checkpoint((y) => checkpoint(f, y), x)), plain);
});

Deno.test("a checkpoint runs its function once more per backward pass, and keeps no residuals until then", () => {
  let runs = 0;
  const f = (x: Tensor): Tensor => {
    runs++;
    return x.sin().exp().mul(x);
  };
  const x = leaf([1, 2]);
  const y = checkpoint(f, x);
  assertEquals(runs, 1);
  y.sum().backward(null, { retainGraph: true });
  assertEquals(runs, 2);
  y.sum().backward();
  assertEquals(runs, 2);
  assertThrows(() => y.sum().backward(), GradError, "retainGraph");
  noGrad(() => checkpoint(f, x));
  assertEquals(runs, 3);
});

Deno.test("a checkpoint lets go of its intermediate values", () => {
  const size = 1 << 16;
  const held = (run: (f: (x: Tensor) => Tensor, x: Tensor) => Tensor): number => {
    const x = ones([size], { requiresGrad: true });
    const before = memory().liveBytes;
    const chain = (x: Tensor): Tensor => {
      let y = x;
      for (let i = 0; i < 10; i++) y = y.sin().exp();
      return y;
    };
    const y = run((x) => tidy(() => chain(x)), x);
    const bytes = memory().liveBytes - before;
    y.sum().backward();
    return bytes;
  };
  assert(held((f, x) => checkpoint(f, x)) < held((f, x) => f(x)) / 5);
});

Deno.test("a checkpoint holds its inputs as long as a pass may need them", () => {
  const f = (x: Tensor): Tensor => x.mul(x).exp();
  const plain = leaf([0.5, 1]);
  f(plain.mul(3)).sum().backward();
  const x = leaf([0.5, 1]);
  tidy(() => checkpoint(f, x.mul(3)).sum()).backward();
  assertEquals(numbers(x.grad), numbers(plain.grad));
  const y = leaf([0.5, 1]);
  const input = y.mul(3);
  const loss = checkpoint(f, input).sum();
  input.dispose();
  loss.backward(null, { retainGraph: true });
  loss.backward();
  assertEquals(numbers(y.grad!.div(2)), numbers(plain.grad));
  assertEquals(input.storage.holds, 0);
  const idle = ones([2]);
  noGrad(() => checkpoint(f, idle));
  assertEquals(idle.storage.holds, 1);
});

Deno.test("higher derivatives through a checkpoint", () => {
  const x = leaf([2]);
  const y = checkpoint((x: Tensor) => x.pow(4).exp().log(), x);
  const [first] = autograd.grad(y.sum(), [x], { createGraph: true });
  const [second] = autograd.grad(first.sum(), [x]);
  const close = (a: Tensor, b: number): boolean => Math.abs(a.item() - b) < 1e-9;
  assert(close(first, 32) && close(second, 48));
});

Deno.test("a checkpoint inside transforms is the function itself", () => {
  const f = (x: Tensor): Tensor => checkpoint((x: Tensor) => x.pow(3), x).sum();
  const x = tensor([1, 2], { dtype: "float64" });
  assertEquals(func.grad(f)(x).toArray(), [3, 12]);
  assertEquals((func.hessian(f)(x) as Tensor).toArray(), [[6, 0], [0, 12]]);
});

Deno.test("checkpoints take and give trees, and pass other values through", () => {
  const x = leaf([1, 2]);
  const [y, label] = checkpoint(
    (args: { x: Tensor }, k: number): [Tensor, string] => [args.x.mul(args.x).mul(k), "k"],
    { x },
    3,
  );
  assertStrictEquals(label, "k");
  y.sum().backward();
  assertEquals(numbers(x.grad), [6, 12]);
});

Deno.test("a checkpoint that cannot be repeated is an error", () => {
  const x = leaf([1, 2]);
  let first = true;
  const moody = checkpoint((x: Tensor) => {
    const y = first ? x.exp().sin() : x.exp();
    first = false;
    return y;
  }, x);
  assertThrows(() => moody.sum().backward(), GradError, "same each time");
  let rows = 1;
  const growing = checkpoint((x: Tensor) => x.expand(rows++, 2).exp(), x);
  assertThrows(() => growing.sum().backward(), GradError, "[1, 2]");
  const input = x.mul(1);
  const y = checkpoint((x: Tensor) => x.exp(), input);
  input.add_(1);
  assertThrows(() => y.sum().backward(), GradError, "in-place");
});
