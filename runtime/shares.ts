/**
 * The job that threads work on together, and what each of them does about it.
 *
 * {@linkcode serveShares} and {@linkcode runClaimedShares} are sent to other threads as source text: they may use their
 * arguments, each other and the host's globals, nothing else of this module.
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

/** Layout of the control block: 16 words are one cache line. */
export const CONTROL_WORDS: ControlWords = {
  generation: 0,
  sleeping: 16,
  claim: 32,
  kernel: 48,
  arity: 49,
  failed: 50,
  team: 51,
  done: 64,
};

/** Words in the control block. */
export const CONTROL_LENGTH = 80;

/** Most shares of one job: what eight bits hold. */
export const MAX_SHARES = 255;

/** Most arguments of a share. */
export const MAX_ARGUMENTS = 32;

/** Claims and runs shares of the present job until none is left unclaimed. */
export function runClaimedShares(board: ShareBoard, kernels: readonly WebAssembly.ExportValue[]): void {
  const { control, words, argumentStride } = board;
  for (;;) {
    const ticket = Atomics.load(control, words.claim);
    const share = ticket & 255;
    const shares = ticket >> 8;
    if (share >= shares) return;
    if (Atomics.compareExchange(control, words.claim, ticket, ticket + 1) !== ticket) continue;
    try {
      const run = kernels[control[words.kernel]] as (...args: number[]) => unknown;
      const begin = share * argumentStride;
      run(...board.arguments.subarray(begin, begin + control[words.arity]));
    } catch (error) {
      const text = String(error).slice(0, board.message.length);
      if (Atomics.compareExchange(control, words.failed, 0, text.length) === 0) {
        for (let i = 0; i < text.length; i++) board.message[i] = text.charCodeAt(i);
      }
    }
    if (Atomics.add(control, words.done, 1) + 1 === shares) Atomics.notify(control, words.done);
  }
}

/** What a thread of the pool does for ever: wait for a job, help with it. */
export function serveShares({ board, seat }: ShareSeat): never {
  const { control, words } = board;
  const kernels = Object.values(new WebAssembly.Instance(board.module, { env: { memory: board.memory } }).exports);
  for (let seen = 0;;) {
    for (let spins = 0; Atomics.load(control, words.generation) === seen; spins++) {
      if (spins < board.spins) continue;
      Atomics.add(control, words.sleeping, 1);
      Atomics.wait(control, words.generation, seen);
      Atomics.sub(control, words.sleeping, 1);
    }
    seen = Atomics.load(control, words.generation);
    if (seat < Atomics.load(control, words.team)) runClaimedShares(board, kernels);
  }
}
