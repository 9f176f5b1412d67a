/**
 * Pictures of the reverse-mode graph.
 *
 * @module
 */
import { NO_SCALARS } from "../ops/constants.ts";
import { refused } from "../tensor/arguments.ts";
import { ArgumentError, GradError } from "../tensor/errors.ts";
import type { Node } from "../tensor/node.ts";
import { formatShape } from "../tensor/shape.ts";
import { Tensor, unbox } from "../tensor/tensor.ts";
import { DualLevel } from "./dual.ts";
import { nodeOf } from "./tape.ts";
import type { Dot, DotOptions, GraphvizModule } from "./types.ts";

/**
 * Named in a variable, so that programs which draw nothing do not download it: what a literal `import()` names belongs
 * to the module graph.
 */
const GRAPHVIZ = "npm:@hpcc-js/wasm-graphviz@1.29.2";

const LEAF = `shape=box, fillcolor="#f2f2f2"`;
const PARAMETER = `shape=box, fillcolor="#add8e6"`;
const OUTPUT = `shape=box, fillcolor="#b6e3a1"`;
const SAVED = `shape=box, fillcolor="#ffc47a"`;
const CALL = `shape=box, style="rounded,filled", fillcolor="#ffffff"`;
const SAVED_EDGE = `style=dashed, color="#e08a1e", arrowhead=none`;

/** A parameter of a call in a few words; null for what has none, such as functions. */
function describe(value: unknown): string | null {
  if (value instanceof Tensor) return `tensor ${formatShape(value.shape)}`;
  if (Array.isArray(value)) return `[${value.map((item) => describe(item) ?? "...").join(", ")}]`;
  if (typeof value === "function" || value === undefined) return null;
  if (typeof value !== "object" || value === null) return String(value);
  return `{${attributesOf(value).join(", ")}}`;
}

function attributesOf(params: unknown): string[] {
  if (params === NO_SCALARS) return [];
  if (typeof params !== "object" || params === null || Array.isArray(params)) {
    const text = describe(params);
    return text === null || text === "null" ? [] : [text];
  }
  return Object.entries(params).flatMap(([name, value]) => {
    const text = describe(value);
    return text === null ? [] : [`${name}: ${text.length > 40 ? `${text.slice(0, 37)}...` : text}`];
  });
}

/** Lines of text as a quoted DOT string. */
function quote(lines: readonly string[]): string {
  return `"${lines.map((line) => line.replace(/["\\]/g, "\\$&").replace(/\n/g, "\\n")).join("\\n")}"`;
}

/** Which output of a node an edge comes from; the spaces keep the number off the line. */
function outputLabel(node: Node, index: number): string {
  return node.outputShapes.length > 1 ? `label="  ${index}"` : "";
}

/** The lines of one graph, in the order in which a walk back from the outputs meets its parts. */
class Drawing {
  readonly lines: string[] = [];
  readonly #calls = new Map<Node, string>();
  readonly #tensors = new Map<Tensor, string>();
  readonly #names: ReadonlyMap<Tensor, string>;

  constructor(readonly options: DotOptions) {
    const { params = {} } = options;
    const entries = Symbol.iterator in params
      ? [...params as Iterable<readonly [string, Tensor]>]
      : Object.entries(params);
    this.#names = new Map(entries.map(([name, tensor]) => [tensor, name]));
  }

  /** Draws an output and what leads to it. */
  output(output: Tensor, title: string): void {
    const traced = output.level instanceof DualLevel ? unbox(output) : output;
    const node = nodeOf(traced, traced.level);
    if (node === null) {
      throw new GradError(
        `makeDot: expected an output with a gradient history, got ${title} of shape ${
          formatShape(output.shape)
        } that ` +
          `does not require grad; set requiresGrad on an input, and check for detach() and noGrad()`,
      );
    }
    const box = this.#box([this.#names.get(output) ?? title, formatShape(output.shape)], OUTPUT);
    this.#edge(this.#visit(node), box, outputLabel(node, traced.outputIndex));
  }

  /** Draws everything behind a node that is not drawn yet; returns the name of the node. */
  #visit(root: Node): string {
    const known = this.#calls.get(root);
    if (known !== undefined) return known;
    const name = this.#call(root);
    const stack = [root];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      const to = this.#calls.get(node)!;
      for (const [next, index] of node.nextFunctions) {
        if (next === null) continue;
        let from = this.#calls.get(next);
        if (from === undefined) {
          from = this.#call(next);
          stack.push(next);
        }
        this.#edge(from, to, outputLabel(next, index));
      }
      if (node.variable !== null) this.#edge(this.#leaf(node.variable), to);
      if (this.options.showSaved) {
        for (const saved of new Set(node.saved)) this.#edge(this.#saved(saved), to, SAVED_EDGE);
      }
    }
    return name;
  }

  #call(node: Node): string {
    const attributes = this.options.showAttrs ? attributesOf(node.params) : [];
    const name = this.#box([node.name, ...attributes], CALL);
    this.#calls.set(node, name);
    return name;
  }

  #leaf(leaf: Tensor): string {
    let box = this.#tensors.get(leaf);
    if (box === undefined) {
      const name = this.#names.get(leaf);
      const shape = formatShape(leaf.shape);
      box = name === undefined ? this.#box([shape], LEAF) : this.#box([name, shape], PARAMETER);
      this.#tensors.set(leaf, box);
    }
    return box;
  }

  /** A leaf that is drawn anyway is not drawn twice. */
  #saved(tensor: Tensor): string {
    if (tensor.isLeaf && tensor.requiresGrad) return this.#leaf(tensor);
    let box = this.#tensors.get(tensor);
    if (box === undefined) {
      const name = this.#names.get(tensor);
      const shape = formatShape(tensor.shape);
      box = this.#box(name === undefined ? ["saved", shape] : [name, shape], SAVED);
      this.#tensors.set(tensor, box);
    }
    return box;
  }

  #boxes = 0;

  #box(label: readonly string[], style: string): string {
    const name = `n${this.#boxes++}`;
    this.lines.push(`${name} [label=${quote(label)}, ${style}];`);
    return name;
  }

  #edge(from: string, to: string, style = ""): void {
    this.lines.push(`${from} -> ${to}${style === "" ? "" : ` [${style}]`};`);
  }
}

async function renderSvg(source: string): Promise<string> {
  const module: GraphvizModule = await import(GRAPHVIZ);
  return (await module.Graphviz.load()).dot(source, "svg");
}

/**
 * The graph behind one or several outputs as a picture: inputs above, outputs below, and between them the nodes that the
 * backward pass will visit, under the names of `gradFn`. Outputs are green, named leaves blue, saved tensors orange.
 *
 * ```ts
 * import { autograd, tensor } from "@dualtape/dualtape";
 * import { assertMatch } from "@std/assert";
 *
 * const w = tensor([1, 2], { requiresGrad: true });
 * const dot = autograd.makeDot(w.mul(3).sum(), { params: { w } });
 * assertMatch(dot.source, /MulBackward0/);
 * ```
 *
 * @throws {GradError} for an output without a gradient history.
 */
export function makeDot(outputs: Tensor | readonly Tensor[], options: DotOptions = {}): Dot {
  const drawing = new Drawing(options);
  if (outputs instanceof Tensor) drawing.output(outputs, "output");
  else if (!Array.isArray(outputs)) {
    throw refused("makeDot", "a tensor or an array of tensors", outputs);
  } else outputs.forEach((output, i) => drawing.output(output, `output ${i}`));
  const source = [
    "digraph {",
    `graph [rankdir=TB, ranksep=0.3, nodesep=0.25, fontname="Helvetica"];`,
    `node [style=filled, fontname="Helvetica", fontsize=11, height=0.3, margin="0.12,0.05", color="#444444"];`,
    `edge [fontname="Helvetica", fontsize=9, color="#444444", arrowsize=0.7];`,
    ...drawing.lines,
    "}",
    "",
  ].join("\n");
  return {
    source,
    svg: () => renderSvg(source),
    save: async (path) => {
      const file = path instanceof URL ? path.pathname : path;
      if (file.endsWith(".dot")) await Deno.writeTextFile(path, source);
      else if (file.endsWith(".svg")) await Deno.writeTextFile(path, await renderSvg(source));
      else throw new ArgumentError(`save: expected a path that ends in .svg or .dot, got ${file}`);
    },
  };
}
