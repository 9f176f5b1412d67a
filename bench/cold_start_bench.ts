/**
 * A whole process, without a permission flag: import the engine, make a tensor, take a gradient. The baseline is a process
 * that does nothing.
 *
 * @module
 */

async function run(...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), { args, stdout: "null", stderr: "inherit" }).output();
  if (!success) throw new Error(`deno ${args.join(" ")} failed`);
}

Deno.bench("empty process", { group: "cold start", baseline: true }, async () => {
  await run("eval", "");
});

Deno.bench("first gradient", { group: "cold start" }, async () => {
  await run("run", "--no-prompt", `${import.meta.dirname}/workloads/cold_start.ts`);
});
