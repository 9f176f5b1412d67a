/**
 * The base class of this library's layers.
 *
 * @module
 */
import { checkOptions, refused } from "../tensor/arguments.ts";
import { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/** A module of this library: errors name it when the constructor or a call gets what it does not take. */
export abstract class Layer extends Module {
  /**
   * @internal For the layers only.
   *
   * @param options The options, if there are any.
   * @param option The option that a bare value is likely to be meant for.
   */
  constructor(options: object = {}, option: string = "") {
    super();
    checkOptions(this.constructor.name, options, option);
    if (options instanceof Module) {
      throw refused(this.constructor.name, "an object of options", options, `; pass { ${option}: ... }`);
    }
  }

  /** Runs `forward` and the forward hooks. */
  override call(...args: Parameters<this["forward"]>): ReturnType<this["forward"]> {
    try {
      return super.call(...args);
    } catch (error) {
      // Looked at only after a failure, so that calls cost nothing more; optional parameters may be anything.
      for (let i = 0; error instanceof TypeError && i < this.forward.length; i++) {
        if (args[i] instanceof Tensor) continue;
        throw Object.assign(refused(this.constructor.name, "tensors", args[i]), { cause: error });
      }
      throw error;
    }
  }
}
