/**
 * `run.ts`'s side of the conversation with a peer.
 *
 * @module
 */
import type { Answer, Introduction, Request } from "./serve.ts";

/** How a peer is started. */
export interface PeerCommand {
  /** Short name in options and tables. */
  readonly name: string;
  /** Program and arguments. */
  readonly command: readonly string[];
}

/** A peer that ended or did not answer in time. */
export class PeerError extends Error {
  override readonly name = "PeerError";
}

/** The longest that a start or one batch may take; jax-js compiles for seconds, tfjs runs some workloads for one. */
const TIME_LIMIT_MS = 120_000;

/** A running peer. It measures only when asked and is idle otherwise. */
export class PeerProcess {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #rest = "";

  private constructor(readonly name: string, child: Deno.ChildProcess) {
    this.#child = child;
    this.#writer = child.stdin.getWriter();
    this.#reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Starts a peer and waits for its introduction. */
  static async start({ name, command }: PeerCommand): Promise<{ peer: PeerProcess; introduction: Introduction }> {
    const [program, ...args] = command;
    const child = new Deno.Command(program, { args, stdin: "piped", stdout: "piped", stderr: "null" }).spawn();
    const peer = new PeerProcess(name, child);
    return { peer, introduction: JSON.parse(await peer.#line()) };
  }

  /** Has one batch measured. */
  async ask(request: Request): Promise<Answer> {
    await this.#writer.write(new TextEncoder().encode(JSON.stringify(request) + "\n"));
    return JSON.parse(await this.#line());
  }

  /** Ends the peer. */
  async stop(): Promise<void> {
    try {
      this.#child.kill();
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.#child.status;
  }

  /** The next line that starts an object; libraries print their own messages between. */
  async #line(): Promise<string> {
    const timer = setTimeout(() => this.#child.kill(), TIME_LIMIT_MS);
    try {
      while (true) {
        const end = this.#rest.indexOf("\n");
        if (end >= 0) {
          const line = this.#rest.slice(0, end);
          this.#rest = this.#rest.slice(end + 1);
          if (line.startsWith("{")) return line;
          continue;
        }
        const { value, done } = await this.#reader.read();
        if (done) throw new PeerError(`${this.name} ended or took longer than ${TIME_LIMIT_MS / 1000} s`);
        this.#rest += value;
      }
    } finally {
      clearTimeout(timer);
    }
  }
}
