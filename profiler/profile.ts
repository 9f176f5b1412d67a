/**
 * Profiles: where time and memory go.
 *
 * @module
 */
import type { KernelTime } from "../runtime/backend.ts";
import { backends } from "../runtime/registry.ts";
import { checkFunction } from "../tensor/arguments.ts";
import { profiler, setProfilerHook } from "../tensor/apply.ts";
import { ArgumentError } from "../tensor/errors.ts";
import { traceOf } from "./chrome_trace.ts";
import { KeyAverages } from "./key_averages.ts";
import { Recorder } from "./recorder.ts";
import type { KeyAveragesOptions, ProfileOptions } from "./types.ts";

/** A profiler that was started while another one ran. */
export class ProfilerError extends Error {
  /** Class name, as printed. */
  override readonly name: string = "ProfilerError";
}

/** What {@linkcode profile} found. */
export class Profile {
  readonly #recorder: Recorder;

  /** @internal Use `profile`. */
  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /**
   * Sums and averages per name: ops under their own names, rules of the backward pass as `MulBackward0`, labels as given.
   * Calls inside a label or a rule count there too. With `profileMemory`, what was allocated or freed outside all of
   * them is in the row `[memory]`.
   *
   * @throws {ArgumentError} if grouped by shapes that were not recorded.
   */
  keyAverages(options: KeyAveragesOptions = {}): KeyAverages {
    const { groupByInputShape = false } = options;
    const { recordShapes, profileMemory } = this.#recorder.options;
    if (groupByInputShape && !recordShapes) {
      throw new ArgumentError(
        "keyAverages: expected a profile with input shapes to group by, got one without; pass recordShapes: true to profile",
      );
    }
    return new KeyAverages(this.#recorder.totals.values(), groupByInputShape, profileMemory);
  }

  /** The events as Trace Event JSON, for Perfetto (ui.perfetto.dev) and chrome://tracing. */
  chromeTrace(): string {
    return traceOf(this.#recorder);
  }

  /** Writes {@linkcode Profile.chromeTrace} to a file. */
  async exportChromeTrace(path: string | URL): Promise<void> {
    await Deno.writeTextFile(path, this.chromeTrace());
  }
}

/**
 * Runs `fn`, which may be asynchronous, and tells where its time went. Time is that of the clock: a label around an `await`
 * counts the waiting, and an op on a device that works on its own counts until it is queued. If `fn` is asynchronous, the
 * kernels of such a device have rows of their own, with the time that the device measured.
 *
 * ```ts
 * import { ones, profiler } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const w = ones([64, 64], { requiresGrad: true });
 * const profile = profiler.profile(() => {
 *   const loss = profiler.recordFunction("forward", () => w.matmul(w).tanh().sum());
 *   loss.backward();
 * });
 * const averages = profile.keyAverages();
 * console.log(averages.table({ sortBy: "selfCpuTimeTotal", rowLimit: 10 }));
 * assertEquals(averages.rows.find(({ key }) => key === "forward")!.count, 1);
 * assertEquals(averages.rows.find(({ key }) => key === "TanhBackward0")!.count, 1);
 * ```
 *
 * @throws {ProfilerError} if a profile is running.
 */
export function profile(fn: () => Promise<unknown>, options?: ProfileOptions): Promise<Profile>;
/** Runs a synchronous `fn` and tells where its time went. */
export function profile(fn: () => unknown, options?: ProfileOptions): Profile;
export function profile(fn: () => unknown, options: ProfileOptions = {}): Profile | Promise<Profile> {
  if (profiler !== null) {
    throw new ProfilerError(
      "profile: expected no profile to be running, got a call inside one; use recordFunction there",
    );
  }
  checkFunction("profile", fn);
  const { recordShapes = false, profileMemory = false, withStack = false, maxEvents = 250_000 } = options;
  const recorder = new Recorder({ recordShapes, profileMemory, withStack, maxEvents });
  const timers = backends().map(({ timeKernels }) => timeKernels?.());
  const stop = (): Promise<(readonly KernelTime[])[]> => {
    recorder.stop();
    setProfilerHook(null);
    return Promise.all(timers.map((end) => end?.() ?? []));
  };
  // Ends all measurements; nobody waits for what a device has measured, so nobody is to hear that it got lost.
  const abandon = (): void => void stop().catch(() => {});
  const finish = async (): Promise<Profile> => {
    for (const kernels of await stop()) recorder.noteKernels(kernels);
    return new Profile(recorder);
  };
  setProfilerHook(recorder);
  let result: unknown;
  try {
    result = fn();
  } catch (error) {
    abandon();
    throw error;
  }
  if (!(result instanceof Promise)) {
    abandon();
    return new Profile(recorder);
  }
  return result.then(finish, (error) => {
    abandon();
    throw error;
  });
}

/**
 * Runs `fn`, which may be asynchronous, as a range named `label` of the running profile; without one it is just a call.
 * Labels nest.
 *
 * ```ts
 * import { profiler, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(profiler.recordFunction("double", () => tensor(2).mul(2)).item(), 4);
 * ```
 */
export function recordFunction<R>(label: string, fn: () => R): R {
  if (!(profiler instanceof Recorder)) return fn();
  const recorder = profiler;
  const range = recorder.open("label", label, []);
  let result: R;
  try {
    result = fn();
  } catch (error) {
    recorder.close(range);
    throw error;
  }
  if (result instanceof Promise) {
    // finally() keeps the type of what the promise gives.
    return result.finally(() => recorder.close(range)) as R;
  }
  recorder.close(range);
  return result;
}
