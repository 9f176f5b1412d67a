/**
 * Where in the user's program an op was called.
 *
 * @module
 */

const PACKAGE = new URL("..", import.meta.url).href;
const ENGINE: readonly string[] = ["assembly/", "runtime/", "tensor/", "ops/", "autograd/", "func/"];

/** The frames of a stack that lie outside the engine, innermost first. */
export function userFrames(stack: string): string {
  const isEngine = (frame: string): boolean => ENGINE.some((folder) => frame.includes(PACKAGE + folder));
  return stack.split("\n").slice(1).filter((frame) => !isEngine(frame)).join("\n");
}
