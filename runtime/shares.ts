/**
 * The job that threads work on together, and what each of them does about it.
 *
 * {@linkcode serveShares} and {@linkcode runClaimedShares} are sent to other threads as source text: they may use their
 * arguments, each other and the host's globals, nothing else of this module.
 *
 * @module
 */
import type { ControlWords, ShareBoard, ShareSeat } from "./thread_types.ts";

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
