/**
 * Profiles: what is counted, how ranges nest, the table and the trace.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { ArgumentError, func, ones, profiler, randn, ShapeError, type Tensor, tensor } from "../mod.ts";
import type { FunctionAverage, Profile } from "../profiler/mod.ts";

interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly pid: number;
  readonly tid: number;
  readonly args: Readonly<Record<string, unknown>>;
}

const row = (profile: Profile, key: string): FunctionAverage => {
  const found = profile.keyAverages().rows.find((one) => one.key === key);
  if (found === undefined) throw new Error(`no row ${key}`);
  return found;
};

const counts = (profile: Profile): Record<string, number> =>
  Object.fromEntries(profile.keyAverages().rows.map(({ key, count }) => [key, count]));

const events = (profile: Profile): TraceEvent[] => JSON.parse(profile.chromeTrace()).traceEvents;

const ranges = (profile: Profile): TraceEvent[] => events(profile).filter(({ ph }) => ph === "X");

const inside = (a: TraceEvent, b: TraceEvent): boolean => a.ts >= b.ts && a.ts + a.dur <= b.ts + b.dur;

/** Complete events of one thread are nested or apart. */
function assertNesting(list: readonly TraceEvent[]): void {
  for (const a of list) {
    for (const b of list) {
      if (a.tid !== b.tid) continue;
      const apart = a.ts + a.dur <= b.ts || b.ts + b.dur <= a.ts;
      assert(apart || inside(a, b) || inside(b, a), `${a.name} and ${b.name} cross`);
    }
  }
}

Deno.test("profile counts ops, views, rules of the backward pass and labels", () => {
  const w = randn([3, 4], { requiresGrad: true });
  const profile = profiler.profile(() => {
    for (let i = 0; i < 3; i++) {
      const loss = profiler.recordFunction("forward", () => w.transpose(0, 1).sin().sum());
      profiler.recordFunction("backward", () => loss.backward());
    }
  });
  const found = counts(profile);
  for (const key of ["forward", "backward", "transpose", "sin", "SinBackward0", "SumBackward0", "AccumulateGrad"]) {
    assert(found[key] >= 3, `${key}: ${found[key]}`);
  }
  assertEquals([found.sin, found.SinBackward0, found.AccumulateGrad], [3, 3, 3]);
});

Deno.test("self times add up to the total of the label around them", () => {
  const x = randn([64, 64]);
  const profile = profiler.profile(() =>
    profiler.recordFunction("outer", () => {
      profiler.recordFunction("inner", () => x.matmul(x));
      x.exp();
    })
  );
  const [outer, inner, matmul, exp] = ["outer", "inner", "matmul", "exp"].map((key) => row(profile, key));
  assertAlmostEquals(inner.cpuTimeTotal, inner.selfCpuTimeTotal + matmul.cpuTimeTotal, 1e-6);
  assertAlmostEquals(outer.cpuTimeTotal, outer.selfCpuTimeTotal + inner.cpuTimeTotal + exp.cpuTimeTotal, 1e-6);
  assertAlmostEquals(profile.keyAverages().selfCpuTimeTotal, outer.cpuTimeTotal, 1e-6);
  assertStrictEquals(matmul.cpuTimeTotal, matmul.selfCpuTimeTotal);
  assert(matmul.cpuTimeTotal > 0);
});

Deno.test("input shapes separate the rows when asked for", () => {
  const profile = profiler.profile(() => {
    ones([2, 3]).mul(ones([3]));
    ones([2, 3]).mul(ones([3]));
    ones([5]).mul(ones([]));
  }, { recordShapes: true });
  const grouped = profile.keyAverages({ groupByInputShape: true });
  const shapes = grouped.rows.filter(({ key }) => key === "mul").map(({ inputShapes, count }) => [inputShapes, count]);
  assertEquals(shapes, [["[[2, 3], [3]]", 2], ["[[5], []]", 1]]);
  assertEquals(row(profile, "mul").count, 3);
  assert(/Input Shapes\n/.test(grouped.table()));
  assert(grouped.table().includes("[[2, 3], [3]]"));
  assert(!profile.keyAverages().table().includes("Input Shapes"));
  assertThrows(
    () => profiler.profile(() => {}).keyAverages({ groupByInputShape: true }),
    ArgumentError,
    "recordShapes",
  );
});

Deno.test("memory is charged to the range in which it was allocated or freed", () => {
  const x = randn([1024]);
  const profile = profiler.profile(() => {
    const y = profiler.recordFunction("make", () => x.exp());
    profiler.recordFunction("free", () => y.dispose());
    x.sin().dispose();
  }, { profileMemory: true });
  const [exp, make, free, sin, outside] = ["exp", "make", "free", "sin", "[memory]"].map((key) => row(profile, key));
  assertEquals([exp.allocatedBytes, exp.freedBytes, exp.selfCpuMemoryUsage], [4096, 0, 4096]);
  assertEquals([make.allocatedBytes, make.selfCpuMemoryUsage, make.cpuMemoryUsage], [0, 0, 4096]);
  assertEquals([free.allocatedBytes, free.freedBytes, free.cpuMemoryUsage], [0, 4096, -4096]);
  assertEquals([sin.cpuMemoryUsage, outside.freedBytes, outside.cpuMemoryUsage], [4096, 4096, -4096]);
  assert(/CPU Mem .*Self CPU Mem .*Allocated .*Freed/.test(profile.keyAverages().table()));
  const live = events(profile).filter(({ ph }) => ph === "C").map(({ args }) => Number(args.liveBytes));
  assertEquals(live[0] - live[2], 4096);
});

Deno.test("the table sorts, limits and refuses unknown keys by name", () => {
  const x = randn([8]);
  const averages = profiler.profile(() => {
    x.sin();
    for (let i = 0; i < 5; i++) x.cos();
    for (let i = 0; i < 3; i++) x.exp();
  }).keyAverages();
  const names = (table: string): string[] => table.split("\n").slice(3, -3).map((line) => line.trim().split(/ +/)[0]);
  assertEquals(names(averages.table()), ["sin", "cos", "exp"]);
  assertEquals(names(averages.table({ sortBy: "count" })), ["cos", "exp", "sin"]);
  assertEquals(names(averages.table({ sortBy: "count", rowLimit: 2 })), ["cos", "exp"]);
  const titles = ["Name", "Self CPU %", "Self CPU", "CPU total %", "CPU total", "CPU time avg", "# of Calls"];
  const [rule, head, , ...rest] = averages.table().split("\n");
  assertEquals(head.trim().split(/ {2,}/), titles);
  assert(/^-+( {2}-{12})+$/.test(rule));
  for (const line of rest.slice(0, 3)) assertEquals(line.length, rule.length);
  assert(/^Self CPU time total: [\d.]+(us|ms|s)$/.test(rest.at(-2)!));
  // A JavaScript caller may pass any key.
  const unknown = { sortBy: "cuda" } as unknown as Parameters<typeof averages.table>[0];
  assertThrows(() => averages.table(unknown), ArgumentError, "selfCpuTimeTotal");
  assertThrows(() => averages.table({ rowLimit: -1 }), ArgumentError, "rowLimit");
});

Deno.test("the Chrome trace is JSON of nested complete events", async () => {
  const w = randn([4, 4], { requiresGrad: true });
  const profile = profiler.profile(
    () => profiler.recordFunction("step", () => w.matmul(w).tanh().sum().backward()),
    { recordShapes: true, profileMemory: true, withStack: true },
  );
  const list = ranges(profile);
  assertNesting(list);
  for (const { ts, dur, pid, tid } of list) assert([ts, dur, pid, tid].every(Number.isFinite) && dur >= 0);
  const find = (name: string): TraceEvent => list.find((event) => event.name === name)!;
  assert(inside(find("matmul"), find("step")) && inside(find("TanhBackward0"), find("step")));
  assertEquals(find("matmul").args["Input Dims"], [[4, 4], [4, 4]]);
  assertEquals(find("matmul").args["Bytes allocated"], 64);
  const stack = find("matmul").args["Call stack"];
  assert(Array.isArray(stack) && stack[0].includes("profiler_test.ts"), String(stack));
  const path = await Deno.makeTempFile({ suffix: ".json" });
  await profile.exportChromeTrace(path);
  assertEquals(await Deno.readTextFile(path), profile.chromeTrace());
  await Deno.remove(path);
});

Deno.test("asynchronous functions and labels are timed to their end", async () => {
  const x = randn([4]);
  const profile = await profiler.profile(async () => {
    const value = await profiler.recordFunction("wait", async () => {
      x.sin();
      await new Promise((resolve) => setTimeout(resolve, 5));
      x.cos();
      return 7;
    });
    assertEquals(value, 7);
  });
  const list = ranges(profile);
  assertNesting(list);
  const wait = list.find(({ name }) => name === "wait")!;
  for (const name of ["sin", "cos"]) assert(inside(list.find((event) => event.name === name)!, wait));
});

Deno.test("concurrent labels that cross are shown on threads of their own", async () => {
  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const profile = await profiler.profile(() =>
    Promise.all([
      profiler.recordFunction("a", () => pause(2)),
      profiler.recordFunction("b", () => pause(20)),
      profiler.recordFunction("c", () => pause(10)),
    ])
  );
  const list = ranges(profile);
  assertEquals(list.map(({ name }) => name).sort(), ["a", "b", "c"]);
  assertNesting(list);
  assert(new Set(list.map(({ tid }) => tid)).size > 1);
});

Deno.test("errors inside a profile come out, and the profiler lets go", async () => {
  const fails = () => profiler.recordFunction("label", () => ones([2]).add(ones([3])));
  assertThrows(() => profiler.profile(fails), ShapeError);
  await assertRejects(() => profiler.profile(() => Promise.reject(new ShapeError("late"))), ShapeError, "late");
  const profile = profiler.profile(() => {
    assertThrows(fails, ShapeError);
    tensor(1).sin();
  });
  assertNesting(ranges(profile));
  assertEquals(counts(profile), { label: 1, add: 1, sin: 1 });
  const sin = ranges(profile).find(({ name }) => name === "sin")!;
  assert(!inside(sin, ranges(profile).find(({ name }) => name === "label")!));
});

Deno.test("only one profile runs at a time", () => {
  assertThrows(() => profiler.profile(() => profiler.profile(() => {})), profiler.ProfilerError, "recordFunction");
  assertEquals(profiler.profile(() => tensor(1).sin()).keyAverages().rows.length, 1);
});

Deno.test("without a profile a label is a call", () => {
  assertEquals(profiler.recordFunction("nobody listens", () => 5), 5);
});

Deno.test("a label that outlives its profile is left out", async () => {
  let late: Promise<unknown> = Promise.resolve();
  const profile = profiler.profile(() => {
    late = profiler.recordFunction("late", () => new Promise((resolve) => setTimeout(resolve, 1)));
    tensor(1).sin();
  });
  await late;
  assertEquals(counts(profile), { sin: 1 });
});

Deno.test("the trace is bounded, the sums are not", () => {
  const x = tensor(1);
  const profile = profiler.profile(() => {
    for (let i = 0; i < 10; i++) x.sin();
  }, { maxEvents: 4 });
  assertEquals(ranges(profile).length, 4);
  assertEquals(JSON.parse(profile.chromeTrace()).otherData.droppedEvents, "6");
  assertEquals(row(profile, "sin").count, 10);
});

Deno.test("ops inside transforms are seen too", () => {
  const profile = profiler.profile(() => func.grad((x: Tensor) => x.sin().sum())(randn([3])));
  const found = counts(profile);
  assertEquals([found.sin, found.cos ?? found.sinBackward, found.SinBackward0], [1, 1, 1]);
});
