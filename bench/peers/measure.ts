/**
 * How a Deno peer measures one workload. `torch_peer.py` and `native.c` follow the same rules.
 *
 * @module
 */

/** Something to measure. */
export interface Workload {
  /** One unit of work, complete when it returns. A returned number is a result that peers compare. */
  readonly run: () => number | void;
  /** The value that peers compare, where `run` returns none. */
  readonly result?: () => number | Promise<number>;
}

/** Sets a workload up; what it holds may go when another one is asked for. */
export type Workloads = Readonly<Record<string, () => Workload>>;

/** A workload that is set up, warm and ready to be timed. */
export interface Prepared {
  readonly run: () => number | void;
  /** Runs in one sample, so that a sample is well above the clock's resolution. */
  readonly repeat: number;
  /** The value that peers compare. */
  readonly check: number | null;
}

const WARM_UP_MS = 150;
const SAMPLE_MS = 0.5;
/** Results are compared after the third run: for a training step that is the loss after two updates. */
const CHECKED_RUN = 3;

/** Sets `workload` up and runs it until it is warm: at least three times and for 150 ms. */
export async function prepare(setUp: () => Workload): Promise<Prepared> {
  const { run, result } = setUp();
  let fastest = Infinity;
  let check: number | null = null;
  const start = performance.now();
  for (let count = 1; count <= CHECKED_RUN || performance.now() - start < WARM_UP_MS; count++) {
    const before = performance.now();
    const value = run();
    fastest = Math.min(fastest, performance.now() - before);
    if (count === CHECKED_RUN) check = result ? await result() : value ?? null;
  }
  return { run, repeat: Math.max(1, Math.ceil(SAMPLE_MS / Math.max(fastest, 1e-4))), check };
}

/** Times `run` for about `milliseconds`, three samples at least, and returns the fastest sample in microseconds. */
export function timeBatch({ run, repeat }: Prepared, milliseconds: number): number {
  let fastest = Infinity;
  const start = performance.now();
  for (let sample = 0; sample < 3 || performance.now() - start < milliseconds; sample++) {
    const before = performance.now();
    for (let i = 0; i < repeat; i++) run();
    fastest = Math.min(fastest, (performance.now() - before) / repeat);
  }
  return fastest * 1000;
}
