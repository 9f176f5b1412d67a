/**
 * Steps of loops that never free anything: their time includes what the page heap does to keep memory flat.
 *
 * @module
 */
import { setMemoryBudget, setNumThreads, tidy } from "../mod.ts";
import { loops } from "./workloads/loops.ts";

setNumThreads(1);
setMemoryBudget(256 * 2 ** 20);
for (const [name, make] of Object.entries(loops)) {
  const plain = make();
  Deno.bench(`${name} loop`, { group: name, baseline: true }, () => plain());
  const tidied = make();
  Deno.bench(`${name} loop in tidy`, { group: name }, () => tidy(() => tidied()));
}
