/**
 * Memory without care: loops that never yield stay bounded, what the engine owns is given back at once, and running out
 * of memory is an error that leaves everything usable. `DUALTAPE_SOAK=1` runs the loops for 200,000 steps.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertLessOrEqual, assertThrows } from "@std/assert";
import {
  autograd,
  DisposedError,
  memory,
  OutOfMemoryError,
  setMemoryBudget,
  type Tensor,
  tensor,
  tidy,
  zeros,
} from "../mod.ts";
import { runScript } from "./run_script.ts";

const MIB = 2 ** 20;
const DEFAULT_BUDGET = 1024 * MIB;
const LONG = Deno.env.get("DUALTAPE_SOAK") === "1";
const SOAK_STEPS = LONG ? 200_000 : 10_000;

/**
 * What a process may take beside its budget: Deno itself, the young generation at its largest, garbage. On a busy machine
 * the threads that collect large buffers lag behind; the loop makes 5 GiB of them.
 */
const PROCESS_BYTES = { small: 384 * MIB, large: 768 * MIB } as const;

/**
 * What a long loop may add to the process after its first tenth. V8 lets about a hundred dead buffers gather before it
 * collects them, which are small ones where small tensors were moved out.
 */
const SLACK = { small: 64 * MIB, large: 192 * MIB } as const;

/** Runs `body` under a budget and restores the default one. */
function withBudget(bytes: number, body: () => void): void {
  setMemoryBudget(bytes);
  try {
    body();
  } finally {
    setMemoryBudget(DEFAULT_BUDGET);
  }
}

/** What a soak saw: the most wasm memory in use, the most memory of the process early and late, the last loss. */
interface Soak {
  readonly resident: number;
  readonly early: number;
  readonly late: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Runs `step`, an expression that gives the loss as a number, in a loop that never yields, in a process of its own under a
 * budget.
 */
async function soak(budget: number, setup: string, step: string, steps: number = SOAK_STEPS): Promise<Soak> {
  const { stdout, stderr } = await runScript(`
    import * as dualtape from "${new URL("../mod.ts", import.meta.url)}";
    const { cat, memory, nn, optim, rand, randn, setMemoryBudget, tensor, zeros } = dualtape;
    setMemoryBudget(${budget});
    dualtape.manualSeed(1);
    ${setup}
    const result = { resident: 0, early: 0, late: 0, first: 0, last: 0 };
    const steps = ${steps};
    for (let i = 0; i < steps; i++) {
      const loss = ${step};
      if (i === 0) result.first = loss;
      if (i === steps - 1) result.last = loss;
      if (i % 50 === 0 || i === steps - 1) {
        result.resident = Math.max(result.resident, memory().residentBytes);
        const part = i < steps / 10 ? "early" : "late";
        result[part] = Math.max(result[part], Deno.memoryUsage().rss);
      }
    }
    console.log(JSON.stringify(result));`);
  assertEquals(stderr, "");
  return JSON.parse(stdout);
}

function assertBounded(result: Soak, budget: number, garbage: keyof typeof SLACK = "small"): void {
  assertLessOrEqual(result.resident, budget);
  assertLessOrEqual(Math.max(result.early, result.late), PROCESS_BYTES[garbage] + budget);
  // A short loop ends before V8 has settled on the size of its young generation.
  if (LONG) assertLessOrEqual(result.late - result.early, SLACK[garbage]);
}

Deno.test("a training loop that never yields stays under its budget", async () => {
  const budget = 8 * MIB;
  const result = await soak(
    budget,
    `
    const model = new nn.Sequential(new nn.Linear(8, 32), new nn.ReLU(), new nn.Linear(32, 4));
    const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
    const x = randn([16, 8]);
    const y = x.sin().narrow(1, 0, 4);`,
    `(() => {
      optimizer.zeroGrad();
      const loss = model.call(x).sub(y).square().mean();
      loss.backward();
      optimizer.step();
      return loss.item();
    })()`,
  );
  assertBounded(result, budget);
  assert(result.last < result.first / 4, "the loop trains");
});

Deno.test("a loop over views, in-place ops and saved graphs stays under its budget", async () => {
  const budget = 4 * MIB;
  const result = await soak(
    budget,
    `
    const w = randn([64, 64]).requiresGrad_();
    const running = zeros([64]);
    const graphs = [];`,
    `(() => {
      const x = rand([64, 64]);
      x.T.narrow(0, 3, 20).mul_(2);
      running.mul_(0.9).add_(x.mean(0), { alpha: 0.1 });
      const y = x.matmul(w);
      y.select(0, 1).add_(1);
      const loss = cat([y.tanh().reshape(-1), y.T.sigmoid().reshape(-1)]).sum();
      // Eight graphs are alive at any time; each is differentiated once or not at all.
      graphs.push(loss);
      if (graphs.length > 8) {
        const old = graphs.shift();
        if (i % 3 > 0) old.backward();
        w.grad = null;
      }
      return running.sum().item();
    })()`,
  );
  assertBounded(result, budget);
  assert(Math.abs(result.last - 64 * 0.5 * 1.3) < 8, `the running mean is what it should be, got ${result.last}`);
});

Deno.test("large tensors in a loop that never yields stay under their budget", async () => {
  const budget = 48 * MIB;
  const result = await soak(
    budget,
    `const w = randn([512, 512]).requiresGrad_();`,
    `(() => {
      const loss = w.mul(0.5).exp().add(1).log().mean();
      loss.backward();
      w.grad = null;
      return loss.item();
    })()`,
    SOAK_STEPS / 10,
  );
  assertBounded(result, budget, "large");
  assertEquals(result.last, result.first);
});

Deno.test("finalizers give back what a loop that yields has dropped", async () => {
  const { stdout, stderr } = await runScript(
    `
    import { memory, randn } from "${new URL("../mod.ts", import.meta.url)}";
    let worst = 0;
    for (let step = 0; step < 200; step++) {
      randn([128, 128]).mul(2).add(1);
      if (step % 20 !== 19) continue;
      gc();
      await new Promise((resolve) => setTimeout(resolve, 5));
      worst = Math.max(worst, memory().residentBytes);
    }
    const { finalized, evictions, liveBytes } = memory();
    console.log(worst < 8 * 2 ** 20, finalized > 300, evictions, liveBytes < 2 ** 20);`,
    ["--v8-flags=--expose-gc"],
  );
  assertEquals({ stdout, stderr }, { stdout: "true true 0 true", stderr: "" });
});

/** How many bytes and storages `body` leaves behind, after a first run that may set up what is kept for good. */
function leftBehind(body: () => void): { liveBytes: number; storages: number } {
  body();
  const before = memory();
  for (let i = 0; i < 3; i++) body();
  const after = memory();
  return { liveBytes: after.liveBytes - before.liveBytes, storages: after.storages - before.storages };
}

const NOTHING = { liveBytes: 0, storages: 0 };

/** sum(tanh(x x^T)): saves residuals of several ops. */
function energy(x: Tensor): Tensor {
  return tidy(() => x.matmul(x.T).tanh().sum());
}

Deno.test("backward leaves nothing behind but the gradient", () => {
  const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
  assertEquals(
    leftBehind(() => {
      const loss = energy(x);
      loss.backward();
      loss.dispose();
      x.grad!.dispose();
      x.grad = null;
    }),
    NOTHING,
  );
});

Deno.test("a graph that is dropped by tidy gives its residuals back", () => {
  const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
  assertEquals(leftBehind(() => tidy(() => energy(x).backward())).storages, 0);
});

Deno.test("autograd.grad leaves nothing behind, also with a graph of its own", () => {
  const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
  assertEquals(leftBehind(() => tidy(() => void autograd.grad([energy(x)], [x]))), NOTHING);
  const second = leftBehind(() =>
    tidy(() => {
      const [gradient] = autograd.grad([energy(x)], [x], { createGraph: true });
      autograd.grad([gradient.square().sum()], [x]);
    })
  );
  assertEquals(second, NOTHING);
  const y = x.square();
  const options = { gradOutputs: zeros([3, 2, 2]), isGradsBatched: true, retainGraph: true };
  const batched = (): void => autograd.grad(y, [x], options).forEach((rows) => rows.dispose());
  batched();
  const { tensors } = memory();
  batched();
  assertEquals(memory().tensors, tensors);
});

Deno.test("a loop of transforms that never yields stays under its budget", async () => {
  const budget = 4 * MIB;
  const result = await soak(
    budget,
    `
    const { func } = dualtape;
    let x = randn([16, 16]);
    const f = (y) => y.matmul(y).tanh().square().mean();
    const perRow = func.vmap(func.grad((row) => row.sin().square().sum()));`,
    `(() => {
      const [gradient, value] = func.gradAndValue(f)(x);
      const [, change] = func.jvp(f, [x], [perRow(x)]);
      x = x.sub(gradient.mul(0.1));
      return value.item() + 0 * change.item();
    })()`,
  );
  assertBounded(result, budget);
  assert(result.last < result.first / 2, "the loop descends");
});

Deno.test("using a disposed tensor is an error that names the op", () => {
  const x = tensor([1, 2, 3]);
  const view = x.narrow(0, 1, 2);
  x.dispose();
  x.dispose();
  const uses: Readonly<Record<string, () => unknown>> = {
    sin: () => x.sin(),
    add: () => tensor([1, 1, 1]).add(x),
    dataSync: () => x.dataSync(),
    requiresGrad_: () => x.requiresGrad_(),
    mul_: () => x.mul_(2),
  };
  for (const [name, use] of Object.entries(uses)) {
    const error = assertThrows(use, DisposedError);
    assert(error.message.includes("shape [3] that was disposed"), `${name}: ${error.message}`);
  }
  assertEquals(view.toArray(), [2, 3]);
});

Deno.test("tidy and using give memory back, their results stay", () => {
  const x = tensor([1, 2, 3]);
  const before = memory().storages;
  let inside: Tensor | null = null;
  const kept = tidy(() => {
    inside = x.sin();
    return { y: inside.mul(2) };
  });
  assertEquals(memory().storages, before + 1);
  assertThrows(() => inside!.sum(), DisposedError);
  assertEquals(kept.y.shape, [3]);
  {
    using scratch = x.cos();
    assertEquals(scratch.shape, [3]);
    assertEquals(memory().storages, before + 2);
  }
  assertEquals(memory().storages, before + 1);
  assertThrows(() =>
    tidy(() => {
      x.exp();
      throw new RangeError("the body's own");
    }), RangeError);
  assertEquals(memory().storages, before + 1);
});

Deno.test("running out of memory names the numbers, changes nothing and passes", () => {
  withBudget(16 * MIB, () => {
    const x = zeros([MIB]);
    const weights = tensor([1, 2], { requiresGrad: true });
    const { liveBytes } = memory();
    const error = assertThrows(() => zeros([64 * MIB]), OutOfMemoryError);
    assertEquals(error.budgetBytes, 16 * MIB);
    assertGreater(error.requestedBytes, 64 * 4 * MIB - 1);
    assertEquals(memory().liveBytes, liveBytes);
    for (
      const part of [
        "cannot allocate 256.0 MiB",
        "budget 16.0 MiB",
        "live",
        "largest holders: 1 block of 4.0 MiB",
        "setMemoryBudget",
      ]
    ) {
      assert(error.message.includes(part), `${part} in: ${error.message}`);
    }
    // An op whose operands fit one by one but not together.
    const large = zeros([2 * MIB]);
    assertThrows(() => large.reshape(-1, 1).expand(-1, 4).contiguous(), OutOfMemoryError);
    assertEquals(x.add(1).sum().item(), MIB);
    weights.square().sum().backward();
    assertEquals(weights.grad?.toArray(), [2, 4]);
  });
});

Deno.test("values survive a budget that is smaller than all of them together", () => {
  withBudget(2 * MIB, () => {
    const all = Array.from({ length: 12 }, (_, i) => zeros([100_000]).add(i));
    assertLessOrEqual(memory().residentBytes, 2 * MIB);
    assertGreater(memory().evictions, 0);
    assertEquals(all.map((x) => x.sum().item() / 100_000), Array.from({ length: 12 }, (_, i) => i));
  });
});

Deno.test("setMemoryBudget takes whole bytes from 1 MiB to 4 GiB", () => {
  for (const bytes of [0, -1, MIB - 1, 4096 * MIB + 1, 1.5 * MIB + 0.5, NaN, Infinity]) {
    assertThrows(() => setMemoryBudget(bytes), RangeError, `got ${bytes}`);
  }
  assertEquals(memory().budgetBytes, DEFAULT_BUDGET);
  withBudget(MIB, () => assertEquals(memory().budgetBytes, MIB));
});

Deno.test("what an op borrowed that ran out of memory is given back", () => {
  withBudget(MIB, () => {
    const [a, b] = [zeros([256, 256]), zeros([256, 256])];
    a.T.neg().dispose();
    for (let i = 0; i < 5; i++) assertThrows(() => a.T.add(b.T), OutOfMemoryError);
    a.T.neg().dispose();
    a.dispose();
    b.dispose();
  });
});
