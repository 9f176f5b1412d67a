/**
 * Function transforms in the manner of `torch.func`: they take functions of trees of tensors and nest in any order.
 *
 * @module
 */
export { grad, gradAndValue, type GradOptions } from "./grad.ts";
export { hessian, type HessianOptions } from "./hessian.ts";
export { jacfwd, type JacfwdOptions } from "./jacfwd.ts";
export { jacrev, type JacrevOptions } from "./jacrev.ts";
export { jvp, type JvpOptions } from "./jvp.ts";
export { vjp, type VjpOptions } from "./vjp.ts";
export { type Dims, vmap, type VmapOptions } from "./vmap.ts";
