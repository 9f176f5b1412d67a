import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { runScript, type ScriptResult } from "../tests/run_script.ts";
import { KernelError } from "./errors.ts";
import { allocate, beginOp } from "./heap.ts";
import { kernel } from "./kernels.ts";
import { f32 } from "./memory.ts";
import { runShares, setNumThreads, shareCount, threads } from "./threads.ts";

const DEFAULT_THREADS = threads();

/** Runs `body` with `count` threads and restores the default number. */
function withThreads(count: number, body: () => void): void {
  setNumThreads(count);
  try {
    body();
  } finally {
    setNumThreads(DEFAULT_THREADS);
  }
}

/** Fills `shares` equal parts of `length` floats at `address` with `value + share`. */
function fillShares(address: number, length: number, shares: number, value: number): void {
  const part = length / shares;
  runShares("f32_fill", shares, (share) => [address + 4 * share * part, 1, 1, part, 0, 0, 1, value + share]);
}

/** Runs `script` in a process of its own with `fill`, which tests four shares, and the exports of `threads.ts`. */
function runWithShares(script: string): Promise<ScriptResult> {
  return runScript(`
    import { allocate } from "${new URL("./heap.ts", import.meta.url)}";
    import { f32 } from "${new URL("./memory.ts", import.meta.url)}";
    import { runShares, setNumThreads, threads } from "${new URL("./threads.ts", import.meta.url)}";
    const y = allocate(4096);
    const fill = (value) => {
      runShares("f32_fill", 4, (share) => [y.address + 1024 * share, 1, 1, 256, 0, 0, 1, value]);
      return f32.subarray(y.address / 4, y.address / 4 + 1024).every((x) => x === value);
    };
    ${script}`);
}

Deno.test("shareCount gives at most one share per grain and per thread", () => {
  withThreads(4, () => {
    assertEquals([0, 1, 99, 199, 200, 350, 1e9].map((work) => shareCount(work, 100)), [1, 1, 1, 1, 2, 3, 4]);
  });
  withThreads(1, () => assertEquals(shareCount(1e9, 100), 1));
});

Deno.test("setNumThreads refuses what is no number of threads", () => {
  for (const count of [0, -1, 1.5, NaN, 65, Infinity]) {
    assertThrows(() => setNumThreads(count), RangeError, "expected an integer from 1 to 64");
  }
  assertEquals(threads(), DEFAULT_THREADS);
});

Deno.test("runShares runs every share exactly once, however many threads there are", () => {
  const length = 3 * 4 * 255 * 8;
  const y = allocate(4 * length);
  beginOp();
  for (const count of [1, 2, 4]) {
    withThreads(count, () => {
      for (let round = 0; round < 300; round++) {
        for (const shares of [1, 2, 3, 4, 8, 255]) {
          fillShares(y.address, length, shares, round);
          const values = f32.subarray(y.address / 4, y.address / 4 + length);
          const part = length / shares;
          for (let share = 0; share < shares; share++) {
            assertEquals([values[share * part], values[(share + 1) * part - 1]], [round + share, round + share]);
          }
        }
      }
    });
  }
  y.free();
});

Deno.test("runShares wakes threads that sleep", () => {
  const y = allocate(4 * 64);
  const pause = new Int32Array(new SharedArrayBuffer(4));
  withThreads(4, () => {
    for (let round = 0; round < 30; round++) {
      Atomics.wait(pause, 0, 0, 3);
      fillShares(y.address, 64, 4, round);
      assertEquals(f32[y.address / 4 + 63], round + 3);
    }
  });
  y.free();
});

Deno.test("an error in a share reaches the caller and leaves the pool usable", () => {
  const y = allocate(4 * 64);
  for (const count of [1, 4]) {
    withThreads(count, () => {
      assertThrows(
        () => runShares("f32_fill", 4, (share) => [share === 3 ? 2 ** 32 - 64 : y.address, 1, 1, 8, 0, 0, 1, 5]),
        KernelError,
        "f32_fill: RuntimeError: memory access out of bounds",
      );
      fillShares(y.address, 64, 4, 1);
      assertEquals(f32[y.address / 4 + 63], 4);
    });
  }
  y.free();
});

Deno.test("runShares names what it cannot do", () => {
  assertThrows(() => kernel("f32_no_such"), KernelError, 'kernel("f32_no_such")');
  withThreads(2, () => {
    assertThrows(() => runShares("f32_no_such", 2, () => []), KernelError, "f32_no_such");
    assertThrows(() => runShares("f32_fill", 256, () => []), KernelError, "at most 255 shares");
    assertThrows(() => runShares("f32_fill", 2, () => new Array(33).fill(0)), KernelError, "at most 32 arguments");
  });
});

Deno.test("a finished program with threads ends, without permissions", async () => {
  const result = await runWithShares(`
    setNumThreads(4);
    console.log(fill(1), fill(2), threads());`);
  assertEquals(result, { code: 0, stdout: "true true 4", stderr: "" });
});

Deno.test("a program that yields and fails still ends", async () => {
  const { code, stderr } = await runWithShares(`
    setNumThreads(4);
    fill(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    throw new Error("the program's own");`);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "the program's own");
});

Deno.test("short programs start no threads", async () => {
  const { stdout } = await runWithShares(`
    let starts = 0;
    process.getBuiltinModule = () => ({ Worker: class { constructor() { starts++; } on() {} unref() {} } });
    const right = fill(1);
    console.log(right, starts);
    setNumThreads(3);
    console.log(fill(2), starts);`);
  assertEquals(stdout, "true 0\ntrue 2");
});

Deno.test("one thread does the work where no other can be started", async () => {
  const { stdout } = await runWithShares(`
    process.getBuiltinModule = () => ({ Worker: class { constructor() { throw new Error("no threads here"); } } });
    setNumThreads(4);
    console.log(fill(1), threads(), fill(2));`);
  assertEquals(stdout, "true 1 true");
});

Deno.test("one thread does the work after another died", async () => {
  const { stdout } = await runWithShares(`
    const { Worker } = process.getBuiltinModule("node:worker_threads");
    const workers = [];
    const Dying = class extends Worker {
      constructor(source, options) { super("throw new Error('dead on arrival')", options); }
    };
    process.getBuiltinModule = () => ({ Worker: Dying });
    setNumThreads(2);
    console.log(fill(1), threads());
    for (let i = 0; threads() > 1 && i < 500; i++) await new Promise((resolve) => setTimeout(resolve, 20));
    console.log(fill(2), threads());`);
  assertEquals(stdout, "true 2\ntrue 1");
});

Deno.test("web workers serve where there is no Node API", async () => {
  const { code, stdout } = await runWithShares(`
    process.getBuiltinModule = undefined;
    setNumThreads(2);
    const until = performance.now() + 300;
    let right = true;
    for (let i = 0; performance.now() < until; i++) {
      right &&= fill(i);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    console.log(right, threads());
    Deno.exit();`);
  assertEquals({ code, stdout }, { code: 0, stdout: "true 2" });
});
