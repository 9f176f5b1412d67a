/**
 * How to start each peer, as far as this machine has it.
 *
 * @module
 */
import type { PeerCommand } from "./peer_process.ts";

const local = (path: string): string => `${import.meta.dirname}/${path}`;

/** Names of all peers. */
export const PEERS: readonly string[] = ["ours", "ours-all", "torch", "torch-all", "jax", "tfjs", "native"];

/** Whether a command runs and succeeds. */
async function succeeds(program: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args, stdout: "null", stderr: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The first Python that has PyTorch. */
async function findTorch(): Promise<string | null> {
  for (const python of ["python3", "/usr/bin/python3"]) {
    if (await succeeds(python, "-c", "import torch")) return python;
  }
  return null;
}

/** Compiles `native.c`; null where there is no C compiler. */
async function buildNative(): Promise<string | null> {
  const program = await Deno.makeTempFile({ prefix: "native_peak_" });
  const flags = ["-O3", "-march=native", "-ffp-contract=fast", "-fno-tree-vectorize", "-fno-tree-slp-vectorize"];
  return await succeeds("gcc", ...flags, local("native.c"), "-o", program) ? program : null;
}

/** How to start the peers `names`; says which of them this machine lacks. */
export async function peerCommands(names: readonly string[]): Promise<PeerCommand[]> {
  // The libraries of the peers stay out of the lock file, or every run of the tests would fetch them.
  const config = ["--config", local("peers.json")];
  const deno = (
    file: string,
    ...args: string[]
  ): string[] => [Deno.execPath(), "run", "-A", ...config, local(file), ...args];
  const python = names.some((name) => name.startsWith("torch")) ? await findTorch() : null;
  const torch = (threads: string): string[] => python === null ? [] : [python, local("torch_peer.py"), threads];
  const cores = String(navigator.hardwareConcurrency);
  const native = names.includes("native") ? await buildNative() : null;
  const known: PeerCommand[] = [
    { name: "ours", command: deno("ours_peer.ts", "1") },
    { name: "ours-all", command: deno("ours_peer.ts", cores) },
    { name: "torch", command: torch("1") },
    { name: "torch-all", command: torch(cores) },
    { name: "jax", command: deno("jax_peer.ts") },
    { name: "tfjs", command: deno("tfjs_peer.ts") },
    { name: "native", command: native === null ? [] : [native] },
  ];
  const chosen = known.filter(({ name }) => names.includes(name));
  for (const { name } of chosen.filter(({ command }) => command.length === 0)) {
    console.error(`${name}: not on this machine`);
  }
  return chosen.filter(({ command }) => command.length > 0);
}
