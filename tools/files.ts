/**
 * The repository's own files, for the checks that read all of them.
 *
 * @module
 */
import { ROOT } from "./compile_kernels.ts";

/** Paths, relative to the root, of the files that git tracks or would track. */
export async function repositoryFiles(): Promise<string[]> {
  const { code, stdout } = await new Deno.Command("git", {
    args: ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    cwd: ROOT,
    stdout: "piped",
    stderr: "inherit",
  }).output();
  if (code !== 0) throw new Error("repositoryFiles: git ls-files failed");
  const names = new TextDecoder().decode(stdout).split("\0").filter((name) => name !== "");
  const present = await Promise.all(
    names.map((name) => Deno.stat(new URL(name, ROOT)).then((info) => info.isFile, () => false)),
  );
  return names.filter((_, i) => present[i]).sort();
}

/** Reads a text file of the repository. */
export function readText(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, ROOT));
}
