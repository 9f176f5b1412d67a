/**
 * Training steps of whole models on one thread. Convolutional training is also measured inside `tidy`, which must not be
 * needed.
 *
 * @module
 */
import { setNumThreads } from "../mod.ts";
import { register } from "./workloads/register.ts";
import { training } from "./workloads/training.ts";

setNumThreads(1);
register("dense networks", training, /^(TinyModel|MLP)/);
register("LeNet, batch 64", training, /^LeNet/);
