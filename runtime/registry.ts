/**
 * The devices of this program, by name.
 *
 * @module
 */
import type { Backend } from "./backend.ts";
import { BackendError } from "./errors.ts";

const backendsByName = new Map<string, Backend>();

/** Makes `backend` available under its name. The newest of a name wins. */
export function registerBackend(backend: Backend): void {
  backendsByName.set(backend.name, backend);
}

/** All devices. */
export function backends(): readonly Backend[] {
  return [...backendsByName.values()];
}

/**
 * The backend called `name`, as in `tensor.device`.
 *
 * @throws {BackendError} when no such backend was registered.
 */
export function backend(name: string): Backend {
  const found = backendsByName.get(name);
  if (found !== undefined) return found;
  const known = [...backendsByName.keys()].sort().map((key) => `"${key}"`).join(", ") || "none";
  const hint = name === "webgpu" ? "; call `await webgpu()` first" : "";
  throw new BackendError(`backend("${name}"): expected one of ${known}, got "${name}"${hint}`);
}
