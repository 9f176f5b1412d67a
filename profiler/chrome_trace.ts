/**
 * Profiles as Trace Event JSON, which Perfetto and chrome://tracing open.
 *
 * Source: "Trace Event Format" (Google, 2016): complete events (`ph: "X"`) with microseconds, counters (`"C"`) and names of
 * processes and threads (`"M"`). Complete events of one thread must nest.
 *
 * @module
 */
import type { Recorder } from "./recorder.ts";
import type { ProfilerEvent } from "./types.ts";

/** The main thread; asynchronous labels that overlap others are shown on threads of their own after it. */
const MAIN = 1;

const CATEGORIES: Readonly<Record<ProfilerEvent["category"], string>> = {
  op: "cpu_op",
  backward: "cpu_op,backward",
  label: "user_annotation",
};

/** Microseconds to whole nanoseconds, so that a child does not end after its parent by rounding. */
function microseconds(time: number): number {
  return Math.round(time * 1000) / 1000;
}

function complete(event: ProfilerEvent, tid: number, recorder: Recorder): Record<string, unknown> {
  const { profileMemory } = recorder.options;
  const ts = microseconds(event.start);
  return {
    ph: "X",
    name: event.name,
    cat: CATEGORIES[event.category],
    ts,
    dur: microseconds(microseconds(event.end) - ts),
    pid: 1,
    tid,
    args: {
      ...(event.inputShapes === "" ? {} : { "Input Dims": JSON.parse(event.inputShapes) }),
      ...(profileMemory ? { "Bytes allocated": event.allocated, "Bytes freed": event.freed } : {}),
      ...(event.stack === "" ? {} : { "Call stack": event.stack.split("\n") }),
    },
  };
}

/** The trace of a recording. */
export function traceOf(recorder: Recorder): string {
  const named = (name: string, tid: number, text: string): Record<string, unknown> => ({
    ph: "M",
    name,
    ts: 0,
    pid: 1,
    tid,
    args: { name: text },
  });
  const traceEvents = [named("process_name", MAIN, "Dualtape"), named("thread_name", MAIN, "main")];
  // When the last range of each further thread ends.
  const lanes: number[] = [];
  // Viewers take events that begin at once in the order of the file.
  const sorted = recorder.events.toSorted((a, b) => a.start - b.start || b.end - a.end);
  for (const event of sorted) {
    let tid = MAIN;
    if (!event.nested) {
      let lane = lanes.findIndex((end) => end <= event.start);
      if (lane < 0) {
        lane = lanes.length;
        traceEvents.push(named("thread_name", MAIN + 1 + lane, `concurrent ${lane + 1}`));
      }
      lanes[lane] = event.end;
      tid = MAIN + 1 + lane;
    }
    traceEvents.push(complete(event, tid, recorder));
    if (recorder.options.profileMemory) {
      const args = { liveBytes: event.liveBytes };
      traceEvents.push({ ph: "C", name: "memory", ts: microseconds(event.end), pid: 1, args });
    }
  }
  const events = traceEvents.map((event) => JSON.stringify(event)).join(",\n");
  return `{"displayTimeUnit":"ms","otherData":{"droppedEvents":"${recorder.dropped}"},"traceEvents":[\n${events}\n]}\n`;
}
