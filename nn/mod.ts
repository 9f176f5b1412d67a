/**
 * Modules, as in `torch.nn`.
 *
 * @module
 */
import * as activation from "./activation.ts";
import * as convolution from "./convolution.ts";
import * as distance from "./distance.ts";
import * as dropout from "./dropout.ts";
import * as flatten from "./flatten.ts";
import { registerLayers } from "./library.ts";
import * as linear from "./linear.ts";
import * as loss from "./loss.ts";
import * as normalization from "./normalization.ts";
import * as padding from "./padding.ts";
import * as pooling from "./pooling.ts";
import * as sparse from "./sparse.ts";
import * as vision from "./vision.ts";

export * from "./activation.ts";
export * from "./attention.ts";
export * from "./containers.ts";
export * from "./convolution.ts";
export * from "./distance.ts";
export * from "./dropout.ts";
export * from "./flatten.ts";
export * from "./linear.ts";
export * from "./loss.ts";
export type { Layer } from "./layer.ts";
export { Module } from "./module.ts";
export * from "./normalization.ts";
export { Parameter } from "./parameter.ts";
export * from "./padding.ts";
export * from "./pooling.ts";
export * from "./recurrent.ts";
export * from "./sparse.ts";
export * from "./transformer.ts";
export * from "./vision.ts";
export * as functional from "./functional.ts";
export type * from "./types.ts";
export type * from "../ops/functional_types.ts";
export type { Spatial } from "../ops/spatial.ts";
export * as init from "./init.ts";
export * as utils from "./utils.ts";

const families = [
  activation,
  convolution,
  distance,
  dropout,
  flatten,
  linear,
  loss,
  normalization,
  padding,
  pooling,
  sparse,
  vision,
];
for (const family of families) registerLayers(family);
