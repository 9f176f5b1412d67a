/**
 * Training on the GPU: modules and their state move there, optimizers and schedules run there, losses go down as they do
 * on the CPU.
 *
 * @module
 */
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import * as nn from "../../nn/mod.ts";
import * as optim from "../../nn/optim/mod.ts";
import { manualSeed, noGrad, type Tensor, tensor } from "../../mod.ts";
import { gradcheck } from "../../autograd/gradcheck.ts";
import { detectAnomaly } from "../../autograd/mod.ts";
import { BackendError } from "../../runtime/errors.ts";
import { DTypeError, GradError, IndexError } from "../../tensor/errors.ts";
import type { Device } from "../../tensor/tensor.ts";
import { drawValues, fromValues, generator } from "../ops/support.ts";
import { assertAgrees, gpuTest } from "./support.ts";

/** Numbers in [-1, 1), the same on every device. */
function draw(shape: readonly number[], seed: number, device: Device): Tensor {
  return fromValues(drawValues({ shape }, "float32", generator(seed)), shape, "float32", device);
}

/** Moves a model where it is to be trained. */
function on<M extends nn.Module>(device: Device, model: M): M {
  return device === "cpu" ? model : model.to(device);
}

async function assertSameState(actual: nn.Module, expected: nn.Module, tolerance: number, where: string) {
  const state = expected.stateDict();
  for (const [name, x] of Object.entries(actual.stateDict())) {
    assertEquals(x.device, "webgpu");
    await assertAgrees(x, state[name], tolerance, `${where}: ${name}`);
  }
}

gpuTest("to: parameters and buffers move as the leaves they are, gradients with them, and come back", async () => {
  manualSeed(1);
  const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Linear(4, 2));
  const expected = Object.values(model.stateDict()).map((x) => x.dataSync());
  const parameters = model.parameters();
  const buffers = model.buffers();
  model.call(draw([5, 3], 2, "cpu")).square().sum().backward();
  const gradients = parameters.map((p) => p.grad!.dataSync());
  const statistics = model.buffers().map((x) => x.dataSync());
  const grad = parameters[0].grad;
  assertStrictEquals(model.to("webgpu"), model);
  for (const [i, p] of model.parameters().entries()) {
    assertStrictEquals(p, parameters[i]);
    assert(p.isLeaf && p.requiresGrad && p.device === "webgpu" && p.grad!.device === "webgpu");
    assertEquals(await p.grad!.data(), gradients[i]);
  }
  assertStrictEquals(parameters[0].grad, grad);
  for (const [i, x] of model.buffers().entries()) {
    assertStrictEquals(x, buffers[i]);
    assertEquals(await x.data(), statistics[i]);
  }
  model.call(draw([5, 3], 3, "webgpu")).square().sum().backward();
  assert(parameters.every((p) => p.grad!.device === "webgpu"));
  assertThrows(() => model.to("cpu"), BackendError, "to: expected a tensor whose elements can be read at once");
  assert(parameters.every((p) => p.device === "webgpu"));
  assertStrictEquals(await model.cpu(), model);
  for (const [i, p] of model.parameters().entries()) {
    assertStrictEquals(p, parameters[i]);
    assert(p.isLeaf && p.requiresGrad && p.device === "cpu" && p.grad!.device === "cpu");
  }
  assertEquals(Object.values(model.stateDict())[0].dataSync(), expected[0]);
});

gpuTest(
  "to: what the device does not have is an error that changes nothing; frozen and shared parameters stay so",
  () => {
    const double = new nn.Sequential(new nn.Linear(2, 2), new nn.Linear(2, 2, { dtype: "float64" }));
    assertThrows(() => double.to("webgpu"), DTypeError, "webgpu");
    assert(double.parameters().every((p) => p.device === "cpu"));
    const tied = new nn.Sequential(new nn.Linear(2, 2), new nn.Linear(2, 2));
    const [first, second] = [tied.get(0) as nn.Linear, tied.get(1) as nn.Linear];
    second.weight = first.weight;
    first.bias!.requiresGrad_(false);
    tied.to("webgpu");
    assertStrictEquals(second.weight, first.weight);
    assertEquals(first.weight.device, "webgpu");
    assert(!first.bias!.requiresGrad);
    return Promise.resolve();
  },
);

gpuTest("state dictionaries load across devices, both ways", async () => {
  manualSeed(2);
  const [there, here] = [new nn.Linear(3, 2).to("webgpu"), new nn.Linear(3, 2)];
  there.loadStateDict(here.stateDict());
  assertEquals(await there.weight.data(), here.weight.dataSync());
  here.loadStateDict((await new nn.Linear(3, 2).to("webgpu").cpu()).stateDict());
  assertEquals(here.weight.device, "cpu");
});

const OPTIMIZERS: Readonly<Record<string, (params: nn.Parameter[]) => { step(): unknown; zeroGrad(): void }>> = {
  SGD: (p) => new optim.SGD(p, { lr: 0.1 }),
  "SGD momentum": (p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  Adam: (p) => new optim.Adam(p, { lr: 0.05 }),
  "Adam amsgrad": (p) => new optim.Adam(p, { lr: 0.05, amsgrad: true, weightDecay: 0.01 }),
  AdamW: (p) => new optim.AdamW(p, { lr: 0.05 }),
  RMSprop: (p) => new optim.RMSprop(p, { lr: 0.02 }),
  "RMSprop centered": (p) => new optim.RMSprop(p, { lr: 0.02, centered: true, momentum: 0.5 }),
  Adagrad: (p) => new optim.Adagrad(p, { lr: 0.1, lrDecay: 0.1 }),
  Adadelta: (p) => new optim.Adadelta(p),
  Adamax: (p) => new optim.Adamax(p, { lr: 0.05 }),
  ASGD: (p) => new optim.ASGD(p, { lr: 0.1, t0: 2 }),
  NAdam: (p) => new optim.NAdam(p, { lr: 0.05 }),
  RAdam: (p) => new optim.RAdam(p, { lr: 0.05 }),
  Rprop: (p) => new optim.Rprop(p),
};

for (const [name, make] of Object.entries(OPTIMIZERS)) {
  gpuTest(`${name}: eight steps on the device end where those on the CPU do, with all state there`, async () => {
    const train = (device: Device): nn.Module => {
      manualSeed(3);
      const model = on(device, new nn.Sequential(new nn.Linear(4, 6), new nn.Tanh(), new nn.Linear(6, 1)));
      const optimizer = make(model.parameters());
      const [x, y] = [draw([10, 4], 4, device), draw([10, 1], 5, device)];
      for (let step = 0; step < 8; step++) {
        optimizer.zeroGrad();
        nn.functional.mseLoss(model.call(x), y).backward();
        optimizer.step();
      }
      return model;
    };
    // Small gradients are divided by their own size: a last bit of difference in one grows with every step.
    await assertSameState(train("webgpu"), train("cpu"), name === "Rprop" ? 1e-4 : 5e-5, name);
  });
}

gpuTest("an optimizer made before the move goes on after it; its state follows the parameters", async () => {
  manualSeed(4);
  const model = new nn.Linear(2, 1);
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.1 });
  model.to("webgpu");
  const before = await model.weight.data();
  model.call(draw([3, 2], 1, "webgpu")).sum().backward();
  optimizer.step();
  assert((await model.weight.data()).every((w, i) => w !== before[i]));
  for (const state of Object.values(optimizer.stateDict().state)) {
    assertEquals((state.expAvg as Tensor).device, "webgpu");
  }
  const other = new optim.Adam(new nn.Linear(2, 1).to("webgpu").parameters());
  other.loadStateDict(optimizer.stateDict());
  assertEquals((Object.values(other.stateDict().state)[0].expAvg as Tensor).device, "webgpu");
});

gpuTest("a convolutional network with batch norm trains as on the CPU", async () => {
  const train = (device: Device): nn.Module => {
    manualSeed(5);
    const model = on(
      device,
      new nn.Sequential(
        new nn.Conv2d(1, 4, 3, { padding: 1 }),
        new nn.BatchNorm2d(4),
        new nn.ReLU(),
        new nn.MaxPool2d(2),
        new nn.Flatten(),
        new nn.Linear(16, 3),
      ),
    );
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
    const x = draw([6, 1, 4, 4], 6, device);
    const labels = tensor([0, 2, -100, 1, 2, 0], { dtype: "int32", device });
    for (let step = 0; step < 4; step++) {
      optimizer.zeroGrad();
      nn.functional.crossEntropy(model.call(x), labels, { labelSmoothing: 0.1 }).backward();
      nn.utils.clipGradNorm_(model.parameters(), 0.5);
      optimizer.step();
    }
    return model;
  };
  await assertSameState(train("webgpu"), train("cpu"), 1e-4, "convolutional network");
});

gpuTest("batch and instance norms keep running statistics without reading, plain averages included", async () => {
  for (const momentum of [0.1, null]) {
    const run = (device: Device): nn.Module => {
      const model = on(device, new nn.Sequential(new nn.BatchNorm1d(3, { momentum }), new nn.Linear(3, 2)));
      manualSeed(6);
      for (const step of [1, 2, 3]) noGrad(() => model.get(0).call(draw([7, 3], step, device)));
      return model.get(0);
    };
    await assertSameState(run("webgpu"), run("cpu"), 1e-5, `momentum ${momentum}`);
  }
  const norm = new nn.InstanceNorm2d(2, { trackRunningStats: true }).to("webgpu");
  norm.call(draw([2, 2, 3, 3], 1, "webgpu"));
  assertEquals(await norm.numBatchesTracked!.data(), Int32Array.of(1));
  norm.eval().call(draw([2, 2, 3, 3], 1, "webgpu"));
  assertEquals(await norm.numBatchesTracked!.data(), Int32Array.of(1));
});

gpuTest("dropout drops the same elements as on the CPU, forward and backward", async () => {
  const run = (device: Device): Tensor[] => {
    manualSeed(7);
    const x = draw([50, 20], 8, device).requiresGrad_();
    const y = new nn.Dropout({ p: 0.3 }).call(x);
    y.square().sum().backward();
    return [y, x.grad!];
  };
  const expected = run("cpu");
  for (const [k, x] of run("webgpu").entries()) await assertAgrees(x, expected[k], 1e-6, `dropout ${k}`);
});

gpuTest("losses agree with the CPU, values and gradients", async () => {
  type Loss = (x: Tensor, y: Tensor, labels: Tensor) => Tensor;
  const f = nn.functional;
  const losses: Readonly<Record<string, Loss>> = {
    mseLoss: (x, y) => f.mseLoss(x, y),
    l1Loss: (x, y) => f.l1Loss(x, y),
    smoothL1Loss: (x, y) => f.smoothL1Loss(x, y),
    huberLoss: (x, y) => f.huberLoss(x, y),
    crossEntropy: (x, _y, labels) => f.crossEntropy(x, labels),
    "crossEntropy of probabilities": (x, y) => f.crossEntropy(x, y.softmax(1)),
    nllLoss: (x, _y, labels) => f.nllLoss(x.logSoftmax(1), labels),
    binaryCrossEntropyWithLogits: (x, y) => f.binaryCrossEntropyWithLogits(x, y.sigmoid()),
    klDiv: (x, y) => f.klDiv(x.logSoftmax(1), y.softmax(1), { reduction: "batchmean" }),
  };
  for (const [name, loss] of Object.entries(losses)) {
    const run = (device: Device): Tensor[] => {
      const x = draw([6, 4], 9, device).requiresGrad_();
      const value = loss(x, draw([6, 4], 10, device), tensor([0, 3, -100, 1, 2, 0], { dtype: "int32", device }));
      value.backward();
      return [value, x.grad!];
    };
    const expected = run("cpu");
    for (const [k, x] of run("webgpu").entries()) await assertAgrees(x, expected[k], 1e-5, `${name} ${k}`);
  }
});

gpuTest("a label out of range is an error of the next read, with the name of the loss", async () => {
  const x = draw([2, 3], 1, "webgpu");
  for (const [label, stray] of [[3, 3], [-1, -1]]) {
    const labels = tensor([0, label], { dtype: "int32", device: "webgpu" });
    const loss = nn.functional.crossEntropy(x, labels);
    await assertRejects(() => loss.data(), IndexError, `crossEntropy: expected class numbers in [0, 2], got ${stray}`);
    await assertRejects(() => nn.functional.nllLoss(x, labels).data(), IndexError, "nllLoss");
  }
  const ignored = tensor([0, -1], { dtype: "int32", device: "webgpu" });
  const value = await nn.functional.crossEntropy(x, ignored, { ignoreIndex: -1 }).data();
  assert(Number.isFinite(value[0]));
});

gpuTest("an embedding trains: only the rows that were looked up change", async () => {
  manualSeed(8);
  const table = new nn.Embedding(5, 3).to("webgpu");
  const before = await table.weight.data();
  const optimizer = new optim.SGD(table.parameters(), { lr: 0.1 });
  table.call(tensor([1, 3, 1], { dtype: "int32", device: "webgpu" })).sum().backward();
  optimizer.step();
  const after = await table.weight.data();
  const moved = [...after].map((w, i) => Math.round((before[i] - w) * 10));
  assertEquals(moved, [0, 0, 0, 2, 2, 2, 0, 0, 0, 1, 1, 1, 0, 0, 0]);
});

gpuTest("learning-rate schedules act on the device", async () => {
  const model = new nn.Linear(1, 1, { bias: false }).to("webgpu");
  const optimizer = new optim.SGD(model.parameters(), { lr: 1 });
  const scheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 1, gamma: 0.5 });
  const start = (await model.weight.data())[0];
  for (let step = 0; step < 3; step++) {
    optimizer.zeroGrad();
    model.weight.sum().backward();
    optimizer.step();
    scheduler.step();
  }
  assert(Math.abs(start - (await model.weight.data())[0] - 1.75) < 1e-6);
});

gpuTest("clipGradValue_ and clipGradNorm_ work in place on the device", async () => {
  const p = new nn.Parameter(draw([4], 1, "webgpu"));
  p.mul(tensor([3, -4, 0, 0.25], { device: "webgpu" })).sum().backward();
  const norm = nn.utils.clipGradNorm_(p, 1);
  assert(Math.abs((await norm.data())[0] - Math.hypot(3, 4, 0.25)) < 1e-5);
  assert(Math.abs(Math.hypot(...await p.grad!.data()) - 1) < 1e-5);
  nn.utils.clipGradValue_(p, 0.5);
  assert((await p.grad!.data()).every((g) => Math.abs(g) <= 0.5));
});

gpuTest("what must read numbers at once says who asks and what helps", () => {
  const model = new nn.Linear(2, 1).to("webgpu");
  const x = draw([3, 2], 1, "webgpu");
  const loss = (): Tensor => {
    const value = model.call(x).square().sum();
    value.backward();
    return value;
  };
  const lbfgs = new optim.LBFGS(model.parameters());
  assertThrows(() => lbfgs.step(loss), BackendError, "LBFGS: expected a tensor whose elements can be read at once");
  const plateau = new optim.lrScheduler.ReduceLROnPlateau(new optim.SGD(model.parameters(), { lr: 1 }));
  assertThrows(() => plateau.step(loss()), BackendError, "await x.data()");
  assertThrows(
    () => gradcheck((y: Tensor) => y.square(), [x.requiresGrad_()]),
    BackendError,
    "gradcheck: expected a tensor",
  );
  return Promise.resolve();
});

gpuTest("anomaly detection: a NaN in a backward pass is an error of the next read", async () => {
  const x = tensor([0, 1], { device: "webgpu", requiresGrad: true });
  detectAnomaly(() => x.sqrt().mul(0).sum().backward());
  await assertRejects(() => x.grad!.data(), GradError, "SqrtBackward0");
});
