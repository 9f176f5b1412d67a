/**
 * Functional transforms on one thread: single Jacobians and products, then many at once, then sparse ones.
 *
 * @module
 */
import { setNumThreads } from "../mod.ts";
import { register } from "./workloads/register.ts";
import { transforms } from "./workloads/transforms.ts";

setNumThreads(1);
register("jacobian 16x16", transforms, /^jac\w+ (by rows )?16/);
register("jacobian 2048x32", transforms, /^jac\w+ (32|2048) to/);
register("hessians and products", transforms, /^(hessian|hvp)/);
register("many samples", transforms, /^(vmap|gradients of)/);
register("sparse", transforms, /^sparse/);
