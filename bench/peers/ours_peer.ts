/**
 * This engine as a peer. The argument is the number of threads.
 *
 * @module
 */
import { setNumThreads, threads } from "../../mod.ts";
import configuration from "../../deno.json" with { type: "json" };
import { workloads } from "../workloads/mod.ts";
import { serve } from "./serve.ts";

setNumThreads(Number(Deno.args[0] ?? 1));
await serve(`Dualtape ${configuration.version}, ${threads()} threads`, workloads);
