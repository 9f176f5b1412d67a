/**
 * What the threads of the pool share, and what they need of their host. Types only: programs do not load this file.
 *
 * @module
 */

/** Everything a thread needs, sent once when it starts. */
export interface ShareBoard {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Shared words, at the positions given by `words`. */
  readonly control: Int32Array;
  readonly words: ControlWords;
  /** Arguments of all shares, `argumentStride` numbers for each. */
  readonly arguments: Float64Array;
  readonly argumentStride: number;
  /** UTF-16 text of the first error of a job. */
  readonly message: Uint16Array;
  /** How often a thread looks for work before it sleeps. */
  readonly spins: number;
}

/** What a thread of the pool is given when it starts. */
export interface ShareSeat {
  readonly board: ShareBoard;
  /** Number of the thread in the pool, from 0. */
  readonly seat: number;
}

/** Positions in `control`. What one thread writes while others spin on something else has a cache line of its own. */
export interface ControlWords {
  /** Number of the job. Threads without work watch it. */
  readonly generation: number;
  /** How many threads sleep on `generation`. */
  readonly sleeping: number;
  /**
   * Number of shares (8 bits) and next share (8 bits) in one word. Whoever advances it owns that share; while the next
   * job is laid out it says that nothing is left, so a late thread cannot claim from two jobs at once.
   */
  readonly claim: number;
  /** Position of the kernel in the table of exports. */
  readonly kernel: number;
  /** Number of arguments of each share. */
  readonly arity: number;
  /** How many threads of the pool take part: those with a lower seat. */
  readonly team: number;
  /** Length of the error message, or 0 while all is well. */
  readonly failed: number;
  /** Shares that are finished. */
  readonly done: number;
}

/** The part of `node:worker_threads` that the pool uses; it starts threads that let a finished program end. */
export interface NodeWorkerThreads {
  readonly Worker: new (source: string, options: { eval: true; workerData: ShareSeat }) => {
    unref(): void;
    on(event: "error" | "exit", listener: () => void): void;
  };
}

/** Hosts with Node's API offer its modules here, without an import that other hosts could not resolve. */
export type NodeGlobal = {
  process?: { getBuiltinModule?(name: "node:worker_threads"): NodeWorkerThreads | undefined };
};
