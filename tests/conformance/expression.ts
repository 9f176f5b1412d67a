/**
 * Evaluates the expression trees of transforms and losses through the public API.
 *
 * @module
 */
import { type Device, lookup, makeTensor } from "./api.ts";
import { decodeArgument, invoke, isList } from "./arguments.ts";
import type { FileArgument, FileTensor } from "./format.ts";
import { rowOf } from "./table/mod.ts";

/** A function of an expression. */
export type Fn = (...args: unknown[]) => unknown;

type Node = { readonly [key: string]: FileArgument };

const METHODS: readonly string[] = ["expand", "view", "repeat", "unfold", "detach", "expand_as"];

const TRANSFORMS: Readonly<Record<string, string>> = {
  grad: "func.grad",
  grad_and_value: "func.gradAndValue",
  jacrev: "func.jacrev",
  jacfwd: "func.jacfwd",
  hessian: "func.hessian",
};

/** What the names of an expression stand for. */
export class Scope {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(readonly device: Device, values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  /** A scope with further names. */
  extend(values: Readonly<Record<string, unknown>>): Scope {
    return new Scope(this.device, { ...this.#values, ...values });
  }

  get(name: string): unknown {
    if (!(name in this.#values)) {
      throw new ReferenceError(`conformance: the expression names ${name}, which is not bound`);
    }
    return this.#values[name];
  }
}

function isFunction(node: FileArgument): boolean {
  return typeof node === "object" && node !== null && ("lambda" in node || "fnref" in node || "transform" in node);
}

function evaluateAll(nodes: FileArgument, scope: Scope): unknown[] {
  return (nodes as readonly FileArgument[]).map((node) => evaluate(node, scope));
}

function evaluateFields(nodes: FileArgument | undefined, scope: Scope): Record<string, unknown> {
  const fields = Object.entries((nodes ?? {}) as Node);
  return Object.fromEntries(fields.map(([name, node]) => [name, evaluate(node, scope)]));
}

function evaluateOp(node: Node, scope: Scope): unknown {
  const name = node.op as string;
  const call = name === "getitem" ? "Tensor.__getitem__" : METHODS.includes(name) ? `Tensor.${name}` : `torch.${name}`;
  return invoke(rowOf(call), { args: evaluateAll(node.args, scope), kwargs: evaluateFields(node.kwargs, scope) });
}

function evaluateLet(node: Node, scope: Scope): unknown {
  let inner = scope;
  for (const [name, value] of node.let as readonly (readonly [string, FileArgument])[]) {
    inner = inner.extend({ [name]: isFunction(value) ? makeFunction(value as Node, inner) : evaluate(value, inner) });
  }
  return evaluate(node.in, inner);
}

function evaluateFunctional(node: Node, scope: Scope): unknown {
  const inputs = evaluateAll(node.inputs, scope);
  const f = makeFunction(node.fn as Node, scope);
  const args: unknown[] = [f, inputs.length === 1 ? inputs[0] : inputs];
  if ("v" in node) args.push(evaluate(node.v, scope));
  return lookup(`autograd.functional.${node.functional}`)(...args);
}

/** The value of an expression. */
export function evaluate(node: FileArgument, scope: Scope): unknown {
  if (node === null || typeof node !== "object") return node;
  if (isList(node)) return evaluateAll(node, scope);
  if ("var" in node) return scope.get(node.var as string);
  if ("const" in node) {
    return typeof node.const === "object" ? makeTensor(node.const as unknown as FileTensor, scope.device) : node.const;
  }
  if ("op" in node) return evaluateOp(node, scope);
  if ("get" in node) return (evaluate(node.get, scope) as Record<string, unknown>)[String(node.key)];
  if ("tuple" in node) return evaluateAll(node.tuple, scope);
  if ("list" in node) return evaluateAll(node.list, scope);
  if ("dict" in node) return evaluateFields(node.dict, scope);
  if ("let" in node) return evaluateLet(node, scope);
  if ("call" in node) return makeFunction(node.call as Node, scope)(...evaluateAll(node.args, scope));
  if ("functional" in node) return evaluateFunctional(node, scope);
  if ("vjp" in node) {
    const f = makeFunction(node.vjp as Node, scope);
    const [output, vjp] = lookup("func.vjp")(f, ...evaluateAll(node.primals, scope)) as [unknown, Fn];
    return [output, vjp(evaluate(node.cotangent, scope))];
  }
  if ("jvp" in node) {
    const f = makeFunction(node.jvp as Node, scope);
    return lookup("func.jvp")(f, evaluateAll(node.primals, scope), evaluateAll(node.tangents, scope));
  }
  return decodeArgument(node, () => {
    throw new TypeError("conformance: an expression has no tensor list");
  });
}

/** Axes of vmap: a number or null, or a tree of them. */
function decodeDims(dims: FileArgument): unknown {
  if (dims === null || typeof dims !== "object") return dims;
  if (isList(dims)) return dims.map(decodeDims);
  if ("dict" in dims) {
    return Object.fromEntries(Object.entries(dims.dict as Node).map(([key, value]) => [key, decodeDims(value)]));
  }
  return decodeDims(dims.tuple ?? dims.list);
}

/** The function that a node describes. */
function makeFunction(node: Node, scope: Scope): Fn {
  if ("lambda" in node) {
    const parameters = node.lambda as readonly string[];
    return (...args) =>
      evaluate(node.body, scope.extend(Object.fromEntries(parameters.map((name, i) => [name, args[i]]))));
  }
  if ("fnref" in node) return scope.get(node.fnref as string) as Fn;
  const f = makeFunction(node.fn as Node, scope);
  if (node.transform === "vmap") {
    const options = {
      ...("in_dims" in node ? { inDims: decodeDims(node.in_dims) } : {}),
      ...("out_dims" in node ? { outDims: decodeDims(node.out_dims) } : {}),
    };
    return lookup("func.vmap")(f, options) as Fn;
  }
  const options = {
    ...("argnums" in node ? { argnums: node.argnums } : {}),
    ...("has_aux" in node ? { hasAux: node.has_aux } : {}),
  };
  return lookup(TRANSFORMS[node.transform as string])(f, options) as Fn;
}
