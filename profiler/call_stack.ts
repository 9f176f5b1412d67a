/**
 * Where user code called an op.
 *
 * @module
 */
import { userFrames } from "../autograd/call_site.ts";

/** Frames looked at: more than the engine puts above a call. */
const DEPTH = 64;

const PROFILER = new URL(".", import.meta.url).href;

/** The frames outside the engine, innermost first, one per line as `function (file:line:column)`. */
export function callStack(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = DEPTH;
  const { stack = "" } = new Error();
  Error.stackTraceLimit = limit;
  return userFrames(stack).split("\n").filter((frame) => !frame.includes(PROFILER))
    .map((frame) => frame.replace(/^ +at /, "")).join("\n");
}
