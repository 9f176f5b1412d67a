/**
 * A peer's side of the conversation with `run.ts`, one JSON object per line: the peer introduces itself on standard output,
 * then answers every request on standard input with one measured batch.
 *
 * @module
 */
import { prepare, type Prepared, timeBatch, type Workloads } from "./measure.ts";

/** The first line of a peer. */
export interface Introduction {
  readonly version: string;
  /** Names of the workloads it has. */
  readonly workloads: readonly string[];
}

/** Asks for one batch. */
export interface Request {
  readonly workload: string;
  readonly milliseconds: number;
}

/** One measured batch, or why there is none. */
export type Answer =
  | { readonly microseconds: number; readonly check: number | null }
  | { readonly error: string };

/** Lines of standard input. */
async function* lines(): AsyncGenerator<string> {
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}

/** Answers requests until standard input ends. The last workload asked for stays set up. */
export async function serve(version: string, workloads: Workloads): Promise<void> {
  const introduction: Introduction = { version, workloads: Object.keys(workloads) };
  console.log(JSON.stringify(introduction));
  let current = "";
  let prepared: Prepared | null = null;
  for await (const line of lines()) {
    const { workload, milliseconds }: Request = JSON.parse(line);
    let answer: Answer;
    try {
      if (workload !== current || prepared === null) {
        prepared = null;
        current = workload;
        prepared = await prepare(workloads[workload]);
      }
      answer = { microseconds: timeBatch(prepared, milliseconds), check: prepared.check };
    } catch (error) {
      answer = { error: String(error).split("\n")[0] };
    }
    console.log(JSON.stringify(answer));
  }
}
