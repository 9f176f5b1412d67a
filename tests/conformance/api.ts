/**
 * The public API by name. The runner reaches everything through `mod.ts` and looks names up at run time, so that a function
 * that does not exist yet is a result, not a compile error.
 *
 * @module
 */
import * as dualtape from "../../mod.ts";
import type { Tensor } from "../../mod.ts";
import type { FileDType, FileTensor } from "./format.ts";
import { NotImplemented } from "./outcome.ts";

/** A function of the API whose signature is known to the table only. */
export type Callable = (...args: unknown[]) => unknown;

/** A class of the API whose signature is known to the table only. */
export type Constructor = new (...args: unknown[]) => object;

/** True for objects and functions, whose properties can be read. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** True for tensors. */
export function isTensor(value: unknown): value is Tensor {
  return value instanceof dualtape.Tensor;
}

function find(path: string): unknown {
  let value: unknown = dualtape;
  for (const key of path.split(".")) value = isObject(value) ? value[key] : undefined;
  return value;
}

/**
 * Finds a function by its path: `nn.functional.conv2d`, or `Tensor.view` for a method, which then takes the tensor first.
 *
 * @throws NotImplemented when there is none.
 */
export function lookup(path: string): Callable {
  if (path.startsWith("Tensor.")) {
    const name = path.slice("Tensor.".length);
    if (!(name in dualtape.Tensor.prototype)) throw new NotImplemented(`no method ${path}`);
    return (input, ...args) => {
      const method = isObject(input) ? input[name] : undefined;
      if (typeof method !== "function") throw new TypeError(`${path}: expected a tensor first`);
      return method.apply(input, args);
    };
  }
  const value = find(path);
  if (typeof value !== "function") throw new NotImplemented(`no function ${path}`);
  return value as Callable;
}

/**
 * Finds a class by its path.
 *
 * @throws NotImplemented when there is none.
 */
export function lookupClass(path: string): Constructor {
  return lookup(path) as unknown as Constructor;
}

/** A constant of the API, such as `ellipsis`. */
export function lookupValue(path: string): unknown {
  const value = find(path);
  if (value === undefined) throw new NotImplemented(`no ${path}`);
  return value;
}

/** Calls a method of an object of the API. */
export function callMethod(target: object, name: string, ...args: unknown[]): unknown {
  const method = (target as Record<string, unknown>)[name];
  if (typeof method !== "function") throw new NotImplemented(`no method ${target.constructor.name}.${name}`);
  return method.apply(target, args);
}

/** `batch_first` as the API spells it: `batchFirst`. A leading underscore is dropped, a trailing one kept. */
export function camelCase(name: string): string {
  return name.replace(/^_+/, "").replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The API's element type for one of PyTorch's: 64-bit integers are 32-bit here. */
export const DTYPES: Readonly<Record<FileDType, "float64" | "float32" | "int32" | "bool">> = {
  float64: "float64",
  float32: "float32",
  int64: "int32",
  int32: "int32",
  bool: "bool",
};

/** Where the tensors of a run live. float64 becomes float32 on devices that have no doubles. */
export interface Device {
  readonly name: string;
  readonly doubles: boolean;
}

/** True if float32 has a number near `value`: it neither overflows nor vanishes. */
function fitsFloat32(value: number): boolean {
  const rounded = Math.fround(value);
  return Number.isFinite(rounded) === Number.isFinite(value) && (rounded !== 0) === (value !== 0);
}

/**
 * Makes a leaf tensor on `device`.
 *
 * @throws NotImplemented for a number that the device cannot hold.
 */
export function makeTensor(source: FileTensor, device: Device, requiresGrad = false): Tensor {
  const dtype = source.dtype === "float64" && !device.doubles ? "float32" : DTYPES[source.dtype];
  const values = source.data.map(Number);
  if (dtype === "float32" && !device.doubles && !values.every((x) => Number.isNaN(x) || fitsFloat32(x))) {
    throw new NotImplemented("the device has no such number");
  }
  const data = {
    float64: () => new Float64Array(values),
    float32: () => new Float32Array(values),
    int32: () => new Int32Array(values),
    bool: () => new Uint8Array(values),
  }[dtype]();
  const options = device.name === "cpu" ? { dtype } : { dtype, device: device.name };
  const flat = lookup("tensor")(data, options);
  const shaped = lookup("reshape")(flat, source.shape) as Tensor;
  return requiresGrad ? callMethod(lookup("clone")(shaped) as Tensor, "requiresGrad_") as Tensor : shaped;
}
