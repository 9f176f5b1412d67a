/**
 * The base class of layers that take options.
 *
 * @module
 */
import { checkOptions } from "../tensor/arguments.ts";
import { Module } from "./module.ts";

/** A module whose constructor takes an object of options. */
export abstract class Layer extends Module {
  /**
   * @internal For the layers only.
   *
   * @param option The option that a bare value is likely to be meant for.
   */
  constructor(options: object, option: string) {
    super();
    checkOptions(this.constructor.name, options, option);
  }
}
