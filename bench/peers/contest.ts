/**
 * Peers that take turns and what they achieve.
 *
 * @module
 */
import { type PeerCommand, PeerError, PeerProcess } from "./peer_process.ts";

/** A peer that takes part, with the workloads that it can still be asked for. */
interface Contestant {
  readonly process: PeerProcess;
  readonly version: string;
  readonly workloads: Set<string>;
}

/** What one peer achieved at one workload. */
interface Result {
  fastest: number;
  readonly check: number | null;
}

const key = (peer: string, workload: string): string => `${peer} | ${workload}`;

/** Running peers and their results. */
export class Contest {
  readonly #contestants: readonly Contestant[];
  readonly #results = new Map<string, Result>();

  private constructor(contestants: readonly Contestant[]) {
    this.#contestants = contestants;
  }

  /** Starts the peers; one that does not start is reported and left out. */
  static async start(commands: readonly PeerCommand[]): Promise<Contest> {
    const contestants: Contestant[] = [];
    for (const command of commands) {
      try {
        const { peer, introduction } = await PeerProcess.start(command);
        const { version, workloads } = introduction;
        contestants.push({ process: peer, version, workloads: new Set(workloads) });
      } catch (error) {
        if (!(error instanceof PeerError)) throw error;
        console.error(error.message);
      }
    }
    return new Contest(contestants);
  }

  /** What each peer says it is. */
  get versions(): string[] {
    return this.#contestants.map(({ version }) => version);
  }

  /** Workloads of all peers, or of `peer` where it takes part. */
  workloads(peer?: string): string[] {
    const one = this.#contestants.filter(({ process }) => process.name === peer);
    return [...new Set((one.length > 0 ? one : this.#contestants).flatMap(({ workloads }) => [...workloads]))];
  }

  /** Has all peers that know `workload` measure a batch in turn, `rounds` times. */
  async measure(workload: string, rounds: number, milliseconds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      for (const contestant of this.#contestants) {
        if (contestant.workloads.has(workload)) await this.#measureBatch(contestant, workload, milliseconds);
      }
    }
  }

  async #measureBatch({ process, workloads }: Contestant, workload: string, milliseconds: number): Promise<void> {
    try {
      const answer = await process.ask({ workload, milliseconds });
      if ("error" in answer) {
        console.error(`${process.name}: ${workload}: ${answer.error}`);
        workloads.delete(workload);
        return;
      }
      const result = this.#results.get(key(process.name, workload));
      if (result) result.fastest = Math.min(result.fastest, answer.microseconds);
      else this.#results.set(key(process.name, workload), { fastest: answer.microseconds, check: answer.check });
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
      console.error(`${workload}: ${error.message}`);
      workloads.clear();
    }
  }

  /** Microseconds of the fastest batch; null where there is none. */
  time(peer: string, workload: string): number | null {
    return this.#results.get(key(peer, workload))?.fastest ?? null;
  }

  /** Results that differ from PyTorch's by more than 0.1 %; null if PyTorch has given none. */
  differences(): string[] | null {
    if (!this.workloads("torch").some((workload) => this.time("torch", workload) !== null)) return null;
    return this.workloads("torch").flatMap((workload) => {
      const expected = this.#results.get(key("torch", workload))?.check ?? null;
      if (expected === null) return [];
      return this.#contestants.flatMap(({ process }) => {
        const check = this.#results.get(key(process.name, workload))?.check ?? null;
        if (check === null || Math.abs(check - expected) <= 1e-3 * Math.abs(expected)) return [];
        return [`${process.name}, ${workload}: ${check} instead of ${expected}`];
      });
    });
  }

  /** Ends all peers. */
  async stop(): Promise<void> {
    await Promise.all(this.#contestants.map(({ process }) => process.stop()));
  }
}
