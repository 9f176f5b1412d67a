/**
 * Elementwise functions and row-wise reductions on one thread, for many values and for the cost of a single call.
 *
 * @module
 */
import { setNumThreads } from "../mod.ts";
import { elementwise, reductions } from "./workloads/forward.ts";
import { register } from "./workloads/register.ts";

setNumThreads(1);
register("a million values", elementwise, / 1000000$/);
register("a million values, results left to the memory management", elementwise, /loop$/);
register("one op on 16 values", elementwise, / 16$/);
register("reductions", reductions);
