/**
 * Reverse mode from the beginning: histories, gradients, a training step, and how to switch recording off. Answers PyTorch's
 * tutorial "The Fundamentals of Autograd".
 *
 * @example
 * ```sh
 * deno run examples/autograd_fundamentals.ts
 * ```
 *
 * @module
 */
import {
  autograd,
  enableGrad,
  type GradFn,
  isGradEnabled,
  linspace,
  manualSeed,
  nn,
  noGrad,
  ones,
  optim,
  profiler,
  rand,
  randn,
  type Tensor,
  tensor,
} from "../mod.ts";
import { compare, expect, expectError, section } from "./comparison.ts";

/** The names along the first input of each call, from `gradFn` back to a leaf. */
function chainOf(gradFn: GradFn | null): string[] {
  const names: string[] = [];
  for (let node = gradFn; node !== null; node = node.nextFunctions[0]?.[0] ?? null) names.push(node.name);
  return names;
}

function simpleExample(): void {
  section("A simple example");
  const a = linspace(0, 2 * Math.PI, 25, { requiresGrad: true });
  const b = a.sin();
  expect("b knows how it was made", b.gradFn?.name, "SinBackward0");
  expect("and prints it", String(b.sum()).includes("gradFn=<SumBackward0>"), true);
  const c = b.mul(2);
  const d = c.add(1);
  const out = d.sum();

  expect("the history of d", chainOf(d.gradFn), ["AddBackward0", "MulBackward0", "SinBackward0", "AccumulateGrad"]);
  expect("that of c", chainOf(c.gradFn), ["MulBackward0", "SinBackward0", "AccumulateGrad"]);
  expect("a, which nobody computed, has none", [a.isLeaf, a.gradFn], [true, null]);
  expect("its gradient so far", a.grad, null);

  c.retainGrad();
  out.backward();
  compare("gradient of a against 2 cos(a)", a.grad!, a.cos().mul(2));
  expect("gradients are kept for leaves: for b", b.grad, null);
  compare("and where retainGrad() asked for it: for c", c.grad!, ones([25]));
  expectError("the graph is used up by the backward pass", () => out.backward(), "retainGraph");
}

/** Two linear layers with a ReLU between them. */
class TinyModel extends nn.Module {
  readonly layer1 = new nn.Linear(100, 20);
  readonly layer2 = new nn.Linear(20, 10);

  override forward(x: Tensor): Tensor {
    return this.layer2.call(nn.functional.relu(this.layer1.call(x)));
  }
}

function training(): void {
  section("In training");
  const input = randn([16, 100]);
  const ideal = randn([16, 10]);
  const model = new TinyModel();
  const { weight } = model.layer2;
  expect("the weights of a layer require grad", [weight.requiresGrad, weight.grad], [true, null]);

  const optimizer = new optim.SGD(model.parameters(), { lr: 0.001 });
  const lossOf = (): Tensor => ideal.sub(model.call(input)).square().sum();
  const before = weight.detach().clone();
  lossOf().backward();
  compare("backward changes no weights", weight, before, 0);
  const gradient = weight.grad!.clone();
  optimizer.step();
  compare("a step does: weight - 0.001 gradient", weight, before.sub(gradient.mul(0.001)));

  section("Gradients add up until they are reset");
  model.zeroGrad();
  lossOf().backward();
  const once = weight.grad!.clone();
  for (let i = 0; i < 4; i++) lossOf().backward();
  compare("after five backward passes", weight.grad!, once.mul(5));
  optimizer.zeroGrad();
  expect("after zeroGrad()", weight.grad, null);
  lossOf().backward();
  compare("and after one more pass", weight.grad!, once);
}

function switchingOff(): void {
  section("Switching recording off and on");
  const a = ones([2, 3], { requiresGrad: true });
  const b = a.mul(2);
  expect("recorded by default", b.requiresGrad, true);
  a.requiresGrad_(false);
  expect("a leaf that requires grad no longer", a.mul(2).requiresGrad, false);

  a.requiresGrad_();
  expect("inside noGrad()", noGrad(() => a.mul(2)).requiresGrad, false);
  {
    using _off = noGrad();
    expect("for the rest of a block", a.mul(2).requiresGrad, false);
    expect("switched on again inside", enableGrad(() => a.mul(2)).requiresGrad, true);
  }
  expect("behind the block", isGradEnabled(), true);
  const add = (x: Tensor, y: Tensor): Tensor => noGrad(() => x.add(y));
  expect("a function that never records", add(a, a).requiresGrad, false);

  const x = rand([5], { requiresGrad: true });
  const y = x.detach();
  expect("a detached tensor", [x.requiresGrad, y.requiresGrad], [true, false]);
  compare("has the same values", y, x, 0);
  noGrad(() => y.mul_(2));
  compare("in the same memory", y, x, 0);
}

function inPlace(): void {
  section("In-place operations");
  const leaf = linspace(0, 2 * Math.PI, 25, { requiresGrad: true });
  expectError("on a leaf that requires grad", () => leaf.sin_(), "leaf");

  const x = tensor([1, 2], { requiresGrad: true });
  const y = x.exp();
  const z = y.mul(y);
  y.add_(1);
  expectError("on what the backward pass needs", () => z.sum().backward(), "in-place");

  const allowed = x.mul(3);
  allowed.mul_(x.detach());
  allowed.sum().backward();
  compare("elsewhere they are recorded: gradient of (3 x) c", x.grad!, x.mul(3));
}

function profiling(): void {
  section("The profiler");
  const x = randn([20, 30], { requiresGrad: true });
  const y = rand([20, 30], { requiresGrad: true });
  const profile = profiler.profile(() => {
    for (let i = 0; i < 100; i++) {
      x.div(y.add(1)).sum().backward();
    }
  });
  const averages = profile.keyAverages();
  console.log(averages.table({ sortBy: "selfCpuTimeTotal", rowLimit: 8 }));
  const count = (name: string): number | undefined => averages.rows.find(({ key }) => key === name)?.count;
  expect("calls in the backward passes", ["DivBackward0", "SumBackward0", "AccumulateGrad"].map(count), [
    100,
    100,
    200,
  ]);
}

/** Doubles `x` until its norm, which decides how often, is past 1000. */
function doubled(x: Tensor): Tensor {
  let y = x.mul(2);
  while (y.detach().norm().item() < 1000) y = y.mul(2);
  return y;
}

function vectorJacobian(): void {
  section("Outputs that are no scalars");
  const x = randn([3], { requiresGrad: true });
  const y = doubled(x);
  const factor = y.detach().div(x.detach());
  expectError("backward() of a vector", () => y.backward(), "one element");
  const v = tensor([0.1, 1, 0.0001]);
  y.backward(v);
  compare("backward(v) gives v times the Jacobian", x.grad!, v.mul(factor));

  section("autograd.functional");
  const expAdder = (x: Tensor, y: Tensor): Tensor => x.exp().mul(2).add(y.mul(3));
  for (const shape of [[1], [3]]) {
    const [a, b] = [rand(shape), rand(shape)];
    // One output and two inputs: an array with the two Jacobians.
    const [byA, byB] = autograd.functional.jacobian(expAdder, [a, b]) as Tensor[];
    const n = shape[0];
    compare(`Jacobian for ${n}: diagonal of 2 exp(x)`, byA, a.exp().mul(2).diag());
    compare(`and of 3`, byB, ones([n]).mul(3).diag());
  }
  const [value, product] = autograd.functional.vjp(doubled, x.detach(), v);
  compare("vjp: the value", value, y);
  compare("and what backward(v) gave", product, x.grad!);
}

function main(): void {
  manualSeed(0);
  simpleExample();
  training();
  switchingOff();
  inPlace();
  profiling();
  vectorJacobian();
}

if (import.meta.main) main();
