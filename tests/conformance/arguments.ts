/**
 * Arguments of a call: decoded from a file, then laid out as our function wants them.
 *
 * @module
 */
import { camelCase, DTYPES, lookup, lookupValue } from "./api.ts";
import type { FileArgument, FileDType, FileNumber } from "./format.ts";

/** A call in PyTorch's terms, with decoded values. */
export interface TorchCall {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** Rewrites a call where PyTorch overloads one name, before the signature is applied. */
export type Adapter = (call: TorchCall) => TorchCall;

/**
 * How a PyTorch function is called here.
 *
 * The text is `path(positional; options) -> results`, with PyTorch's parameter names in PyTorch's order: those before the
 * semicolon stay positional, the others go into an options object under their camelCase names. `name:other` renames an
 * option, `name?` passes None as null instead of leaving the option out, `...name` spreads. `results` names the fields of a result object in the order of PyTorch's tuple.
 */
export type Row = string | { readonly row: string; readonly adapt: Adapter };

/** PyTorch names and how to call them here. */
export type Table = Readonly<Record<string, Row>>;

interface Signature {
  readonly path: string;
  readonly positional: readonly string[];
  readonly options: readonly string[];
  readonly results: readonly string[];
  readonly adapt: Adapter | null;
}

const signatures = new Map<Row, Signature>();

function names(list: string | undefined): string[] {
  return (list ?? "").split(",").map((name) => name.trim()).filter((name) => name !== "");
}

function signatureOf(row: Row): Signature {
  let signature = signatures.get(row);
  if (signature === undefined) {
    const text = typeof row === "string" ? row : row.row;
    const match = /^([\w.]+)\(([^;)]*)(?:;([^)]*))?\)(?: -> (.+))?$/.exec(text);
    if (match === null) throw new SyntaxError(`conformance table: cannot read "${text}"`);
    const [, path, positional, options, results] = match;
    signature = {
      path,
      positional: names(positional),
      options: names(options),
      results: names(results),
      adapt: typeof row === "string" ? null : row.adapt,
    };
    signatures.set(row, signature);
  }
  return signature;
}

/** Assigns positional and keyword arguments to parameter names, as Python does. */
function bind(call: TorchCall, parameters: readonly string[], path: string): Map<string, unknown> {
  const bound = new Map<string, unknown>();
  call.args.forEach((value, i) => {
    const name = parameters[i];
    if (name === undefined) throw new TypeError(`conformance table: ${path} has no parameter ${i}`);
    bound.set(name, value);
  });
  for (const [name, value] of Object.entries(call.kwargs)) {
    if (!parameters.includes(name)) throw new TypeError(`conformance table: ${path} has no parameter ${name}`);
    bound.set(name, value);
  }
  return bound;
}

/** Collects what a `...name` parameter takes: all further arguments, or the entries of a single list. */
function gatherRest(call: TorchCall, parameters: readonly string[]): TorchCall {
  const rest = parameters.findIndex((name) => name.startsWith("..."));
  if (rest < 0 || call.args.length <= rest) return call;
  const tail = call.args.slice(rest);
  return {
    args: [...call.args.slice(0, rest), tail.length === 1 && Array.isArray(tail[0]) ? tail[0] : tail],
    kwargs: call.kwargs,
  };
}

/** Python's None is an absent argument here. */
function present(value: unknown): unknown {
  return value === null ? undefined : value;
}

/** A function ready to be called, and its arguments. */
export interface BoundCall {
  readonly path: string;
  readonly args: readonly unknown[];
  readonly results: readonly string[];
}

/** Lays out a PyTorch call for the function that `row` names. */
export function layOut(row: Row, torchCall: TorchCall): BoundCall {
  const { path, positional, options, results, adapt } = signatureOf(row);
  const parameters = [...positional, ...options.map((option) => option.split(/[:?]/)[0].trim())];
  const bound = bind(gatherRest(adapt?.(torchCall) ?? torchCall, parameters), parameters, path);
  const args: unknown[] = [];
  for (const name of positional) {
    const value = bound.get(name);
    if (name.startsWith("...")) args.push(...(Array.isArray(value) ? value : []));
    else args.push(present(value));
  }
  const given = options.flatMap((option): [string, unknown][] => {
    const [name, renamed] = option.replace("?", "").split(/\s*:\s*/);
    const argument = bound.get(name);
    const value = option.endsWith("?") ? argument : present(argument);
    return value === undefined ? [] : [[renamed ?? camelCase(name), value]];
  });
  if (given.length > 0) args.push(Object.fromEntries(given));
  while (args.length > 0 && args[args.length - 1] === undefined) args.pop();
  return { path, args, results };
}

/** Calls our counterpart of a PyTorch function. */
export function invoke(row: Row, torchCall: TorchCall): unknown {
  const { path, args, results } = layOut(row, torchCall);
  return orderFields(lookup(path)(...args), results);
}

/** The fields of a result object in the order of PyTorch's tuple; anything else as it is. */
export function orderFields(result: unknown, fields: readonly string[]): unknown {
  const record = result as Record<string, unknown>;
  return fields.length > 0 && typeof result === "object" && result !== null && fields.every((field) => field in result)
    ? fields.map((field) => record[field])
    : result;
}

/** Decodes a number of a file. */
export function decodeNumber(value: FileNumber): number {
  return Number(value);
}

const tuples = new WeakSet<object>();

/** Whether a decoded array was a tuple in Python. */
export function isTuple(value: readonly unknown[]): boolean {
  return tuples.has(value);
}

/** Decodes an argument. `tensor` gives the tensor of an index. */
export function decodeArgument(argument: FileArgument, tensor: (index: number) => unknown): unknown {
  if (argument === null || typeof argument !== "object") return argument;
  if (isList(argument)) return argument.map((entry) => decodeArgument(entry, tensor));
  const [[key, value]] = Object.entries(argument);
  switch (key) {
    case "float":
      return decodeNumber(value as FileNumber);
    case "tensor":
      return tensor(value as number);
    case "tuple": {
      const tuple = (value as readonly FileArgument[]).map((entry) => decodeArgument(entry, tensor));
      tuples.add(tuple);
      return tuple;
    }
    case "slice":
      return lookup("slice")(...(value as readonly (number | null)[]).map(present));
    case "ellipsis":
      return lookupValue("ellipsis");
    case "dtype":
      return DTYPES[value as FileDType];
    case "dict":
      return Object.fromEntries(
        Object.entries(value as Record<string, FileArgument>).map(([k, v]) => [k, decodeArgument(v, tensor)]),
      );
    default:
      throw new TypeError(`conformance: expected an argument, got {"${key}": ...}`);
  }
}

/** Narrows a file argument to a list. */
export function isList(argument: FileArgument): argument is readonly FileArgument[] {
  return Array.isArray(argument);
}

/** Decodes positional and keyword arguments. */
export function decodeCall(
  args: readonly FileArgument[],
  kwargs: Readonly<Record<string, FileArgument>>,
  tensor: (index: number) => unknown,
): TorchCall {
  return {
    args: args.map((argument) => decodeArgument(argument, tensor)),
    kwargs: Object.fromEntries(Object.entries(kwargs).map(([name, value]) => [name, decodeArgument(value, tensor)])),
  };
}
