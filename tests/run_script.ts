/**
 * Programs that need a process of their own.
 *
 * @module
 */

/** How a program ended and what it printed, trimmed. */
export interface ScriptResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `source` in a Deno of its own, without any permission. Modules of this project are imported by absolute URL.
 * `flags` are further arguments of `deno run`.
 */
export async function runScript(source: string, flags: readonly string[] = []): Promise<ScriptResult> {
  const config = new URL("../deno.json", import.meta.url);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", `--config=${config.pathname}`, ...flags, "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(source));
  await input.close();
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout).trim(), stderr: decoder.decode(stderr).trim() };
}
