/**
 * Initial values of parameters, as in `torch.nn.init`. Every function writes into its tensor, outside of any graph, and
 * returns it.
 *
 * @module
 */
import { noGrad } from "../autograd/modes.ts";
import {
  copy_,
  fill_,
  normal_ as drawNormal_,
  type RandomOptions,
  type Tensor,
  uniform_ as drawUniform_,
} from "../ops/mod.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape, numelOf } from "../tensor/shape.ts";
