/**
 * Runs one of the loops of `../workloads/loops.ts` for the given number of steps and prints the resident memory after the
 * first tenth and at the end.
 *
 * @module
 */
import { setMemoryBudget } from "../../mod.ts";
import { loops } from "../workloads/loops.ts";

setMemoryBudget(256 * 2 ** 20);
const step = loops[Deno.args[0]]();
const steps = Number(Deno.args[1]);
for (let i = 0; i < steps / 10; i++) step();
const early = Deno.memoryUsage().rss;
for (let i = steps / 10; i < steps; i++) step();
const late = Deno.memoryUsage().rss;
console.log(JSON.stringify({ early, late }));
