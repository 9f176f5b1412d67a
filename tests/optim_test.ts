/**
 * Optimizers and schedules: what the conformance vectors do not say. State that is saved goes on with the same bits,
 * memory is given back, bad options are refused.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  arange,
  ArgumentError,
  GradError,
  memory,
  ones,
  optim,
  ShapeError,
  slice,
  type Tensor,
  tensor,
  tidy,
} from "../mod.ts";

/** An optimizer by its parameters, with options that switch on all of its state. */
type Make = (params: Tensor[]) => optim.Optimizer<{ lr?: number }>;

const OPTIMIZERS: Readonly<Record<string, Make>> = {
  SGD: (p) => new optim.SGD(p, { lr: 0.005, momentum: 0.9 }),
  Adam: (p) => new optim.Adam(p, { lr: 0.05, amsgrad: true }),
  AdamW: (p) => new optim.AdamW(p, { lr: 0.05 }),
  Adagrad: (p) => new optim.Adagrad(p, { lr: 0.2, lrDecay: 0.1 }),
  Adadelta: (p) => new optim.Adadelta(p, { eps: 1e-2 }),
  Adamax: (p) => new optim.Adamax(p, { lr: 0.05 }),
  RMSprop: (p) => new optim.RMSprop(p, { lr: 0.01, momentum: 0.5, centered: true }),
  NAdam: (p) => new optim.NAdam(p, { lr: 0.05 }),
  RAdam: (p) => new optim.RAdam(p, { lr: 0.05, betas: [0.5, 0.9] }),
  ASGD: (p) => new optim.ASGD(p, { lr: 0.05, t0: 3 }),
  Rprop: (p) => new optim.Rprop(p, { lr: 0.05 }),
  LBFGS: (p) => new optim.LBFGS(p, { lr: 0.5, maxIter: 2, historySize: 2 }),
};

function parameters(): Tensor[] {
  return [tensor([1, -2, 3], { requiresGrad: true }), tensor([[0.5]], { requiresGrad: true })];
}

/** (a - 1)^2 summed, weighted, plus (b + 2)^4: not the same curvature everywhere. */
function lossOf([a, b]: readonly Tensor[]): Tensor {
  return tidy(() => a.sub(1).square().mul(tensor([1, 2, 3])).sum().add(b.add(2).square().square().sum()));
}

/** `steps` full steps. */
function train(optimizer: optim.Optimizer<{ lr?: number }>, params: Tensor[], steps: number): void {
  for (let i = 0; i < steps; i++) {
    optimizer.step(() => {
      optimizer.zeroGrad();
      const loss = lossOf(params);
      loss.backward();
      return loss;
    });
  }
}

const bits = (params: readonly Tensor[]): number[][] => params.map((p) => [...p.dataSync()]);

for (const [name, make] of Object.entries(OPTIMIZERS)) {
  Deno.test(`${name} descends, and goes on from a saved state with the same bits`, () => {
    const params = parameters();
    const optimizer = make(params);
    const before = lossOf(params).item();
    train(optimizer, params, 8);
    assert(lossOf(params).item() < before);

    const copies = params.map((p) => p.detach().clone().requiresGrad_());
    const restored = make(copies);
    const saved = optimizer.stateDict();
    restored.loadStateDict(saved);
    train(optimizer, params, 5);
    train(restored, copies, 5);
    assertEquals(bits(copies), bits(params));

    const { params: numbers, ...options } = restored.stateDict().paramGroups[0];
    assertEquals(numbers, [0, 1]);
    assertEquals(options, saved.paramGroups[0] && (({ params: _, ...rest }) => rest)(saved.paramGroups[0]));
  });

  Deno.test(`${name} leaves nothing behind but its state, also inside tidy`, () => {
    const params = parameters();
    const optimizer = make(params);
    const step = (): void => void tidy(() => train(optimizer, params, 1));
    for (let i = 0; i < 4; i++) step();
    optimizer.zeroGrad();
    const { storages } = memory();
    for (let i = 0; i < 4; i++) step();
    optimizer.zeroGrad();
    // The history of L-BFGS is dropped, not disposed: a saved state may still hold it.
    if (name !== "LBFGS") assertEquals(memory().storages, storages);
    for (const state of optimizer.state.values()) {
      for (const value of Object.values(state)) assertEquals((value as Tensor | null)?.disposed ?? false, false);
    }
  });
}

Deno.test("step returns the loss of its closure, and null without one", () => {
  const params = parameters();
  const optimizer = new optim.SGD(params, { lr: 0.1 });
  const loss = lossOf(params).item();
  const returned = optimizer.step(() => {
    const value = lossOf(params);
    value.backward();
    return value;
  });
  assertEquals(returned?.item(), loss);
  assertEquals(optimizer.step(), null);
  assertThrows(() => new optim.LBFGS(params).step(), ArgumentError, "LBFGS: expected step(closure)");
});

Deno.test("parameters without a gradient stay as they are", () => {
  const [a, b] = parameters();
  const optimizer = new optim.RMSprop([a, b]);
  a.sum().backward();
  optimizer.step();
  assertEquals(b.toArray(), [[0.5]]);
  assertEquals(optimizer.state.has(b), false);
});

Deno.test("groups have options of their own", () => {
  const [a, b] = parameters();
  const optimizer = new optim.SGD([{ params: [a], lr: 1 }], { lr: 0.1 });
  optimizer.addParamGroup({ params: [b] });
  a.sum().add(b.sum()).backward();
  optimizer.step();
  assertEquals(a.toArray(), [0, -3, 2]);
  assertAlmostEquals(b.item(), 0.4, 1e-6);
  assertThrows(() => optimizer.addParamGroup({ params: [b] }), ArgumentError, "each parameter in one group");
});

Deno.test("loadStateDict copies: what trains on does not change what was saved", () => {
  const params = parameters();
  const optimizer = new optim.Adagrad(params);
  train(optimizer, params, 2);
  const other = new optim.Adagrad(parameters());
  other.loadStateDict(optimizer.stateDict());
  const sums = (): unknown[] => [...other.state.values()].map(({ sum }) => (sum as Tensor).toArray());
  const saved = sums();
  train(optimizer, params, 2);
  assertEquals(sums(), saved);
  const single = new optim.Adagrad([params[0]]);
  assertThrows(
    () => single.loadStateDict(optimizer.stateDict()),
    ArgumentError,
    "expected groups of 1 parameters, got 2",
  );
});

Deno.test("loaded state takes the dtype of the parameter", () => {
  const params = parameters();
  const optimizer = new optim.Adagrad(params);
  train(optimizer, params, 1);
  const doubles = params.map((p) => p.detach().double().requiresGrad_());
  const other = new optim.Adagrad(doubles);
  other.loadStateDict(optimizer.stateDict());
  assertEquals((other.state.get(doubles[0])!.sum as Tensor).dtype, "float64");
});

Deno.test("state that does not fit its parameter is refused before anything changes", () => {
  const [source, target] = [3, 2].map((n) => {
    const parameter = ones([n], { requiresGrad: true });
    const optimizer = new optim.Adam([parameter], { lr: n });
    parameter.sum().backward();
    optimizer.step();
    return optimizer;
  });
  const saved = source.stateDict();
  assertThrows(
    () => target.loadStateDict(saved),
    ShapeError,
    "loadStateDict(expAvg): expected the shape of the parameter, [2], got [3]",
  );
  assertThrows(
    () => target.loadStateDict({ ...saved, state: { 1: saved.state[0] } }),
    ArgumentError,
    "expected numbers of parameters",
  );
  const [state] = [...target.state.values()];
  assertEquals([target.paramGroups[0].lr, (state.expAvg as Tensor).shape], [2, [2]]);
});

Deno.test("the state of another optimizer is refused", () => {
  const [p] = parameters();
  const of = (...optimizers: { stateDict(): unknown; loadStateDict(state: never): void }[]): void => {
    const [from, into] = optimizers;
    into.loadStateDict(from.stateDict() as never);
  };
  assertThrows(() => of(new optim.SGD([p], { lr: 1 }), new optim.Adam([p])), ArgumentError, "expected betas");
  assertThrows(() => of(new optim.Adam([p]), new optim.SGD([p], { lr: 1 })), ArgumentError, "expected momentum");
  of(new optim.Adam([p]), new optim.AdamW([p]));
});

Deno.test("options that are undefined have their defaults", () => {
  const [p, q] = parameters();
  const optimizer = new optim.Adam([{ params: [p], betas: undefined }, { params: [q], lr: 1 }], { betas: undefined });
  assertEquals(optimizer.paramGroups.map(({ lr, betas }) => [lr, betas]), [[1e-3, [0.9, 0.999]], [1, [0.9, 0.999]]]);
});

Deno.test("a group may be a single tensor", () => {
  const matrix = ones([2, 2], { requiresGrad: true });
  const optimizer = new optim.SGD([{ params: matrix, lr: 0.5 }], { lr: 1 });
  assertEquals(optimizer.paramGroups[0].params, [matrix]);
});

Deno.test("bad options are refused", () => {
  const [p] = parameters();
  const cases: [() => unknown, string][] = [
    [() => new optim.SGD([p], { lr: -1 }), "SGD: expected lr of 0 or more, got -1"],
    [() => new optim.SGD([p], { lr: 1, nesterov: true }), "positive momentum"],
    [() => new optim.Adam([p], { betas: [0.9, 1] }), "Adam: expected two betas in [0, 1), got [0.9, 1]"],
    [() => new optim.AdamW([p], { eps: NaN }), "AdamW: expected eps"],
    [() => new optim.Adagrad([p], { lrDecay: -1 }), "lrDecay"],
    [() => new optim.Adadelta([p], { rho: 2 }), "rho in [0, 1], got 2"],
    [() => new optim.Adamax([p], { betas: [-1, 0] }), "betas"],
    [() => new optim.RMSprop([p], { momentum: -1 }), "momentum"],
    [() => new optim.NAdam([p], { momentumDecay: -1 }), "momentumDecay"],
    [() => new optim.RAdam([p], { weightDecay: -1 }), "weightDecay"],
    [() => new optim.ASGD([p], { lr: -1 }), "lr"],
    [() => new optim.Rprop([p], { etas: [1.5, 1.2] }), "0 < etas[0] < 1 < etas[1], got [1.5, 1.2]"],
    [() => new optim.LBFGS([p], { lineSearchFn: "wolfe" as never }), "strong_wolfe"],
    [() => new optim.LBFGS([{ params: [p] }, { params: [] }]), "expected one group of parameters, got 2"],
    [() => new optim.Adam([]), "expected parameters, got none"],
    [() => new optim.Adam([p, p]), "one twice"],
  ];
  for (const [make, text] of cases) assertThrows(make, ArgumentError, text);
  assertThrows(() => new optim.Adam([p.mul(2)]), GradError, "expected leaf tensors");
});

const { lrScheduler } = optim;

/** A schedule by its optimizer, and PyTorch 1.13's learning rates after 0, 1, 2, ... steps from lr = 1. */
type Scheduler = {
  step(): void;
  getLastLr(): number[];
  stateDict(): Record<string, unknown>;
  loadStateDict(s: Record<string, unknown>): void;
};
const SCHEDULES: Readonly<Record<string, [(o: optim.lrScheduler.ScheduledOptimizer) => Scheduler, number[]]>> = {
  LambdaLR: [(o) => new lrScheduler.LambdaLR(o, { lrLambda: (epoch) => 1 / (1 + epoch) }), [1, 1 / 2, 1 / 3, 1 / 4]],
  MultiplicativeLR: [(o) => new lrScheduler.MultiplicativeLR(o, { lrLambda: () => 0.5 }), [1, 0.5, 0.25, 0.125]],
  StepLR: [(o) => new lrScheduler.StepLR(o, { stepSize: 2, gamma: 0.5 }), [1, 1, 0.5, 0.5, 0.25]],
  MultiStepLR: [(o) => new lrScheduler.MultiStepLR(o, { milestones: [1, 3, 3], gamma: 0.5 }), [1, 0.5, 0.5, 0.125]],
  ConstantLR: [(o) => new lrScheduler.ConstantLR(o, { factor: 0.25, totalIters: 2 }), [0.25, 0.25, 1, 1]],
  LinearLR: [(o) => new lrScheduler.LinearLR(o, { startFactor: 0.5, totalIters: 2 }), [0.5, 0.75, 1, 1]],
  ExponentialLR: [(o) => new lrScheduler.ExponentialLR(o, { gamma: 0.5 }), [1, 0.5, 0.25, 0.125]],
  PolynomialLR: [(o) => new lrScheduler.PolynomialLR(o, { totalIters: 4 }), [1, 0.75, 0.5, 0.25, 0, 0]],
  CosineAnnealingLR: [(o) => new lrScheduler.CosineAnnealingLR(o, { TMax: 2 }), [1, 0.5, 0, 0.5, 1]],
  CosineAnnealingWarmRestarts: [
    (o) => new lrScheduler.CosineAnnealingWarmRestarts(o, { T0: 2, TMult: 2 }),
    [1, 0.5, 1, 0.853553390593, 0.5, 0.146446609407, 1],
  ],
  CyclicLR: [(o) => new lrScheduler.CyclicLR(o, { baseLr: 0, maxLr: 1, stepSizeUp: 2 }), [0, 0.5, 1, 0.5, 0]],
  OneCycleLR: [
    (o) => new lrScheduler.OneCycleLR(o, { maxLr: 1, totalSteps: 4, pctStart: 0.5, annealStrategy: "linear" }),
    [0.04, 1, 0.500002, 0.000004],
  ],
  SequentialLR: [
    (o) => {
      const parts = [
        new lrScheduler.ConstantLR(o, { factor: 0.5, totalIters: 9 }),
        new lrScheduler.ExponentialLR(o, { gamma: 0.5 }),
      ];
      return new lrScheduler.SequentialLR(o, parts, { milestones: [2] });
    },
    [0.5, 0.5, 1, 0.5, 0.25],
  ],
  ChainedScheduler: [
    (o) =>
      new lrScheduler.ChainedScheduler([
        new lrScheduler.ConstantLR(o, { factor: 0.5, totalIters: 2 }),
        new lrScheduler.ExponentialLR(o, { gamma: 0.5 }),
      ]),
    [0.5, 0.25, 0.25, 0.125],
  ],
  ReduceLROnPlateau: [
    (o) => {
      const plateau = new lrScheduler.ReduceLROnPlateau(o, { patience: 1, factor: 0.5 });
      return {
        step: () => plateau.step(1),
        getLastLr: () => plateau.getLastLr(),
        stateDict: () => plateau.stateDict(),
        loadStateDict: (state) => plateau.loadStateDict(state),
      };
    },
    [1, 1, 1, 0.5, 0.5, 0.25],
  ],
};

function scheduled(): optim.SGD {
  return new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 1, momentum: 0.9 });
}

for (const [name, [make, expected]] of Object.entries(SCHEDULES)) {
  Deno.test(`${name} gives PyTorch's learning rates, also from a saved state`, () => {
    const check = (optimizer: optim.SGD, scheduler: Scheduler, from: number, to: number): void => {
      for (let i = from; i <= to; i++) {
        if (i > from) scheduler.step();
        assertAlmostEquals(optimizer.paramGroups[0].lr, expected[i], 1e-9, `after ${i} steps`);
        assertEquals(scheduler.getLastLr(), [optimizer.paramGroups[0].lr]);
      }
    };
    const optimizer = scheduled();
    const scheduler = make(optimizer);
    check(optimizer, scheduler, 0, expected.length - 1);

    const early = scheduled();
    const first = make(early);
    first.step();
    const state = first.stateDict();
    const late = scheduled();
    const second = make(late);
    second.loadStateDict(state);
    late.loadStateDict(early.stateDict());
    check(late, second, 1, expected.length - 1);
  });
}

Deno.test("a schedule goes on at an epoch of a loaded optimizer", () => {
  const optimizer = scheduled();
  const first = new lrScheduler.ExponentialLR(optimizer, { gamma: 0.5 });
  first.step();
  const resumed = new lrScheduler.ExponentialLR(optimizer, { gamma: 0.5, lastEpoch: first.lastEpoch });
  assertEquals([resumed.lastEpoch, optimizer.paramGroups[0].lr], [2, 0.25]);
  assertThrows(
    () => new lrScheduler.ExponentialLR(scheduled(), { gamma: 0.5, lastEpoch: 1 }),
    ArgumentError,
    "expected initialLr in group 0",
  );
});

Deno.test("schedules that start from 0 have the rates of their closed form, where PyTorch 1.13 divides by 0", () => {
  const ratesOf = (schedule: Scheduler): number[] =>
    Array.from({ length: 4 }, () => {
      const [rate] = schedule.getLastLr();
      schedule.step();
      return rate;
    });
  const options = { totalIters: 2 };
  assertEquals(ratesOf(new lrScheduler.ConstantLR(scheduled(), { factor: 0, ...options })), [0, 0, 1, 1]);
  assertEquals(ratesOf(new lrScheduler.LinearLR(scheduled(), { startFactor: 0, ...options })), [0, 0.5, 1, 1]);
});

Deno.test("warm restarts take fractions of epochs", () => {
  const optimizer = scheduled();
  const scheduler = new lrScheduler.CosineAnnealingWarmRestarts(optimizer, { T0: 2, TMult: 2 });
  for (const [epoch, lr] of [[0.5, 0.853553390593], [3, 0.853553390593], [5, 0.146446609407], [6, 1], [10, 0.5]]) {
    scheduler.step(epoch);
    assertAlmostEquals(optimizer.paramGroups[0].lr, lr, 1e-9, `epoch ${epoch}`);
  }
});

Deno.test("cyclic schedules move the momentum the other way", () => {
  const optimizer = scheduled();
  const cyclic = new lrScheduler.CyclicLR(optimizer, { baseLr: 0, maxLr: 1, stepSizeUp: 2 });
  const momenta = [optimizer.paramGroups[0].momentum];
  for (let i = 0; i < 2; i++) {
    cyclic.step();
    momenta.push(optimizer.paramGroups[0].momentum);
  }
  momenta.forEach((momentum, i) => assertAlmostEquals(momentum!, [0.9, 0.85, 0.8][i], 1e-12));
  const adam = new optim.Adam([tensor([1], { requiresGrad: true })]);
  new lrScheduler.OneCycleLR(adam, { maxLr: 1, totalSteps: 4 });
  assertEquals(adam.paramGroups[0].betas, [0.95, 0.999]);
});

Deno.test("bad schedules are refused", () => {
  const adagrad = new optim.Adagrad([tensor([1], { requiresGrad: true })]);
  const sgd = scheduled();
  const cases: [() => unknown, string][] = [
    [() => new lrScheduler.LambdaLR(sgd, { lrLambda: [] }), "expected 1 values, one per group, got 0"],
    [() => new lrScheduler.ConstantLR(sgd, { factor: 2 }), "factor in [0, 1], got 2"],
    [() => new lrScheduler.LinearLR(sgd, { startFactor: -1 }), "factor in [0, 1], got -1"],
    [() => new lrScheduler.CosineAnnealingWarmRestarts(sgd, { T0: 0 }), "T0 to be a positive integer, got 0"],
    [() => new lrScheduler.CyclicLR(sgd, { baseLr: 0, maxLr: 1, mode: "saw" as never }), "got saw"],
    [() => new lrScheduler.CyclicLR(adagrad, { baseLr: 0, maxLr: 1 }), "cycleMomentum: false"],
    [() => new lrScheduler.OneCycleLR(adagrad, { maxLr: 1, totalSteps: 3 }), "cycleMomentum: false"],
    [() => new lrScheduler.OneCycleLR(sgd, { maxLr: 1 }), "pass totalSteps, or epochs and stepsPerEpoch"],
    [() => new lrScheduler.OneCycleLR(sgd, { maxLr: 1, totalSteps: 3, pctStart: 2 }), "pctStart in [0, 1], got 2"],
    [() => new lrScheduler.CosineAnnealingLR(sgd, { TMax: 0 }), "CosineAnnealingLR: expected a positive TMax, got 0"],
    [() => new lrScheduler.ReduceLROnPlateau(sgd, { factor: 1 }), "factor below 1, got 1"],
    [() => new lrScheduler.ReduceLROnPlateau(sgd, { mode: "up" as never }), "got up"],
    [() => new lrScheduler.ChainedScheduler([]), "got none"],
    [
      () => new lrScheduler.SequentialLR(sgd, [new lrScheduler.ExponentialLR(sgd, { gamma: 1 })], { milestones: [1] }),
      "1 milestones and 1 schedulers",
    ],
    [
      () =>
        new lrScheduler.ChainedScheduler([
          new lrScheduler.ExponentialLR(sgd, { gamma: 1 }),
          new lrScheduler.ExponentialLR(adagrad, { gamma: 1 }),
        ]),
      "got another one at index 1",
    ],
  ];
  for (const [make, text] of cases) assertThrows(make, ArgumentError, text);
  const once = new lrScheduler.OneCycleLR(scheduled(), { maxLr: 1, totalSteps: 1, cycleMomentum: false });
  once.step();
  assertThrows(() => once.step(), ArgumentError, "expected at most 1 steps, got step 3");
});

for (const Optimizer of [optim.SGD, optim.Adam, optim.AdamW, optim.RMSprop]) {
  Deno.test(`${Optimizer.name} changes the elements of a strided parameter and no others`, () => {
    const start = arange(12, { dtype: "float64" }).reshape(4, 3);
    const scale = arange(1, 9, 1, { dtype: "float64" }).reshape(2, 4);
    const train = (parameter: Tensor): Tensor => {
      const optimizer = new Optimizer([parameter], { lr: 0.1, weightDecay: 0.01 });
      for (let step = 0; step < 3; step++) {
        optimizer.zeroGrad();
        parameter.square().mul(scale).sum().backward();
        optimizer.step();
      }
      return parameter.detach();
    };
    const whole = start.clone();
    const columns = whole.narrow(1, 1, 2).t().detach().requiresGrad_();
    const dense = train(start.narrow(1, 1, 2).t().clone().requiresGrad_());
    assertEquals(train(columns).toArray(), dense.toArray());
    assertEquals(whole.get(slice(), 0).toArray(), start.get(slice(), 0).toArray());
    assertEquals(whole.narrow(1, 1, 2).t().toArray(), dense.toArray());
  });
}

Deno.test("a function of any optimizer can give it a schedule", () => {
  const parameters = [ones([1], { requiresGrad: true })];
  const schedule = (optimizer: optim.Optimizer): number[] =>
    new optim.lrScheduler.ConstantLR(optimizer, { factor: 0.5 }).getLastLr();
  const optimizers: optim.Optimizer[] = [new optim.SGD(parameters, { lr: 1 }), new optim.LBFGS(parameters)];
  assertEquals(optimizers.map(schedule), [[0.5], [0.5]]);
});
