/**
 * Forward and backward passes on one thread: the cost of the tape, then of real work.
 *
 * @module
 */
import { setNumThreads } from "../mod.ts";
import { gradients } from "./workloads/gradients.ts";
import { register } from "./workloads/register.ts";

setNumThreads(1);
register("tape", gradients, /^grad/);
register("models", gradients, /^(chain|transformer)/);
