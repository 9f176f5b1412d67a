/**
 * A synchronous loop of 20,000 steps that makes two buffers each and gives none back; prints by how many bytes the process
 * grew.
 *
 * @module
 */
import { zeros } from "../../mod.ts";
import { webgpu } from "../../runtime/webgpu/mod.ts";

await webgpu();
let x = zeros([16384], { device: "webgpu" });
const before = Deno.memoryUsage().rss;
for (let step = 0; step < 20_000; step++) x = x.mul(0.5).add(1);
const grown = Deno.memoryUsage().rss - before;
const values = await x.data();
if (values.some((value) => value !== 2)) throw new Error(`expected 2 everywhere, got ${values}`);
console.log(grown);
