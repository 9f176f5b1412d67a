/**
 * Shares of a kernel's work, run side by side where the host has threads.
 *
 * @module
 */
import { KernelError } from "./errors.ts";
import { kernel, kernelBuild, kernelModule, kernelPosition, kernelTable } from "./kernels.ts";
import { memory } from "./memory.ts";
import { CONTROL_LENGTH, CONTROL_WORDS, MAX_ARGUMENTS, MAX_SHARES, runClaimedShares, serveShares } from "./shares.ts";
import type { NodeGlobal, ShareBoard, ShareSeat } from "./thread_types.ts";

/** Most threads that `setNumThreads` accepts. */
const MAX_THREADS = 64;

/** How often an idle thread looks for work before it sleeps: about 0.1 ms. */
const WORKER_SPINS = 20_000;

/** How often this thread looks for the end of a job before it sleeps. */
const JOIN_SPINS = 20_000;

/**
 * Milliseconds of divisible work before each start of a thread, unless the program chose a number of threads. A start
 * keeps this thread busy for about as long, so that a short program never pays more than it could have gained.
 */
const START_AFTER = 30;

/** True when threads can be had as far as is known: false after one failed to start or died. */
let available = kernelBuild === "threads";

let wanted = Math.min(MAX_THREADS, navigator.hardwareConcurrency || 1);
let startAfter = START_AFTER;
let started = 1;
let busyTime = 0;
let mayWait = true;
let board: ShareBoard | null = null;

/** Number of threads that work is cut for, this one included: 1 where the host has none or one of them failed. */
export function threads(): number {
  return available ? wanted : 1;
}

/**
 * Sets the number of threads, this one included. They start with the next op that is large enough.
 *
 * ```ts
 * import { setNumThreads, threads } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * setNumThreads(1);
 * assertEquals(threads(), 1);
 * ```
 *
 * @throws {RangeError} when `count` is not an integer from 1 to 64.
 */
export function setNumThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > MAX_THREADS) {
    throw new RangeError(`setNumThreads(count): expected an integer from 1 to ${MAX_THREADS}, got ${count}`);
  }
  wanted = count;
  startAfter = 0;
}

/** How many shares to cut `work` units into: at most one per `grain` units and one per thread, at least one. */
export function shareCount(work: number, grain: number): number {
  return Math.max(1, Math.min(threads(), Math.floor(work / grain)));
}

/**
 * Runs the kernel `name` once per share, with the arguments `args(share)`, and returns when all shares are done. Shares
 * run in any order, possibly at the same time, so they must write to different places.
 *
 * @throws {KernelError} when there is no such kernel, when a share fails (the others are finished first), or when there
 * are more than 255 shares or 32 arguments.
 */
export function runShares(name: string, shares: number, args: (share: number) => readonly number[]): void {
  if (shares <= 1 || threads() === 1) {
    const run = kernel(name);
    for (let share = 0; share < shares; share++) {
      const values = args(share);
      try {
        run(...values);
      } catch (error) {
        throw new KernelError(`${name}: ${error}`);
      }
    }
    return;
  }
  board ??= newBoard();
  if (started < wanted) startThreads(board);
  const begin = started < wanted ? performance.now() : 0;
  publish(board, name, shares, args);
  runClaimedShares(board, kernelTable);
  join(board, shares);
  if (started < wanted) busyTime += performance.now() - begin;
  const length = board.control[CONTROL_WORDS.failed];
  if (length > 0) throw new KernelError(`${name}: ${String.fromCharCode(...board.message.subarray(0, length))}`);
}

function newBoard(): ShareBoard {
  return {
    module: kernelModule,
    memory,
    control: new Int32Array(new SharedArrayBuffer(CONTROL_LENGTH * 4)),
    words: CONTROL_WORDS,
    arguments: new Float64Array(new SharedArrayBuffer(MAX_SHARES * MAX_ARGUMENTS * 8)),
    argumentStride: MAX_ARGUMENTS,
    message: new Uint16Array(new SharedArrayBuffer(512)),
    spins: WORKER_SPINS,
  };
}

/** Lays out a job and lets the other threads have it. */
function publish(
  { control, arguments: table, words }: ShareBoard,
  name: string,
  shares: number,
  args: (share: number) => readonly number[],
): void {
  if (shares > MAX_SHARES) throw new KernelError(`${name}: expected at most ${MAX_SHARES} shares, got ${shares}`);
  control[words.kernel] = kernelPosition(name);
  for (let share = 0; share < shares; share++) {
    const values = args(share);
    if (values.length > MAX_ARGUMENTS) {
      throw new KernelError(`${name}: expected at most ${MAX_ARGUMENTS} arguments, got ${values.length}`);
    }
    control[words.arity] = values.length;
    table.set(values, share * MAX_ARGUMENTS);
  }
  control[words.failed] = 0;
  control[words.team] = wanted - 1;
  control[words.done] = 0;
  Atomics.store(control, words.claim, shares << 8);
  Atomics.add(control, words.generation, 1);
  if (Atomics.load(control, words.sleeping) > 0) Atomics.notify(control, words.generation);
}

/** Waits until all shares are done. */
function join({ control, words }: ShareBoard, shares: number): void {
  for (let spins = 0;; spins++) {
    const done = Atomics.load(control, words.done);
    if (done === shares) return;
    if (spins < JOIN_SPINS || !mayWait) continue;
    try {
      Atomics.wait(control, words.done, done, 1);
    } catch {
      mayWait = false; // The main thread of a browser must not sleep: it goes on looking.
    }
  }
}

/** Starts what is missing: all of it if the program chose the number, else one thread now and then. */
function startThreads(shared: ShareBoard): void {
  try {
    while (started < wanted && busyTime >= startAfter) {
      startThread({ board: shared, seat: started - 1 });
      started++;
      if (startAfter > 0) busyTime = 0;
    }
  } catch {
    available = false;
  }
}

function startThread(seat: ShareSeat): void {
  const fail = () => {
    available = false;
  };
  const node = (globalThis as NodeGlobal).process?.getBuiltinModule?.("node:worker_threads");
  if (node !== undefined) {
    const source = `${runClaimedShares}\n(${serveShares})(require("node:worker_threads").workerData);`;
    const worker = new node.Worker(source, { eval: true, workerData: seat });
    worker.on("error", fail);
    worker.on("exit", fail);
    worker.unref();
    return;
  }
  const source = `${runClaimedShares}\nonmessage = ({ data }) => (${serveShares})(data);`;
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })), { type: "module" });
  worker.onerror = fail;
  worker.postMessage(seat);
}
