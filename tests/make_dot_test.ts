/**
 * Pictures of graphs: the DOT text, its rendering, and that nobody pays for Graphviz who does not draw.
 *
 * @module
 */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError, autograd, GradError, nn, ones, randn, tensor } from "../mod.ts";
import { runScript } from "./run_script.ts";

interface Box {
  readonly id: string;
  readonly label: string;
  readonly style: string;
}

interface Parsed {
  readonly boxes: readonly Box[];
  readonly edges: readonly (readonly [from: string, to: string])[];
}

function parse(source: string): Parsed {
  const boxes = [...source.matchAll(/^ *(n\d+) \[label="((?:[^"\\]|\\.)*)", (.*)\];$/gm)].map(
    ([, id, label, style]): Box => ({ id, label, style }),
  );
  const label = new Map(boxes.map((box) => [box.id, box.label]));
  const edges = [...source.matchAll(/^ *(n\d+) -> (n\d+)/gm)].map(([, from, to]) =>
    [label.get(from)!, label.get(to)!] as const
  );
  return { boxes, edges };
}

const color = ({ boxes }: Parsed, label: string): string => {
  const found = boxes.find((box) => box.label === label);
  if (found === undefined) throw new Error(`no box ${label} among ${boxes.map((box) => box.label)}`);
  return found.style.match(/fillcolor="(.*?)"/)![1];
};

const BLUE = "#add8e6";
const GREEN = "#b6e3a1";
const ORANGE = "#ffc47a";

Deno.test("makeDot draws calls, named leaves with shapes, and the output", () => {
  const w = randn([2, 3], { requiresGrad: true });
  const b = randn([3], { requiresGrad: true });
  const dot = parse(autograd.makeDot(w.mul(b).sum(), { params: { w } }).source);
  assertEquals(dot.edges.map((edge) => edge.join(" > ")).sort(), [
    "AccumulateGrad > MulBackward0",
    "AccumulateGrad > MulBackward0",
    "MulBackward0 > SumBackward0",
    "SumBackward0 > output\\n[]",
    "[3] > AccumulateGrad",
    "w\\n[2, 3] > AccumulateGrad",
  ]);
  assertEquals(color(dot, "output\\n[]"), GREEN);
  assertEquals(color(dot, "w\\n[2, 3]"), BLUE);
  assert(![BLUE, GREEN, ORANGE].includes(color(dot, "[3]")));
});

Deno.test("makeDot takes named parameters of a module", () => {
  const model = new nn.Linear(4, 2);
  const dot = parse(autograd.makeDot(model.call(ones([1, 4])), { params: model.namedParameters() }).source);
  assertEquals([color(dot, "weight\\n[2, 4]"), color(dot, "bias\\n[2]")], [BLUE, BLUE]);
});

Deno.test("makeDot draws a shared node once, and several outputs", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const y = x.exp();
  const { boxes, edges } = parse(autograd.makeDot([y.mul(y), y.sum()], { params: [["x", x]] }).source);
  const labels = boxes.map(({ label }) => label).sort();
  assertEquals(labels, [
    "AccumulateGrad",
    "ExpBackward0",
    "MulBackward0",
    "SumBackward0",
    "output 0\\n[2]",
    "output 1\\n[]",
    "x\\n[2]",
  ]);
  assertEquals(edges.filter(([from, to]) => from === "ExpBackward0" && to === "MulBackward0").length, 2);
});

Deno.test("makeDot numbers the outputs of a node that has several", () => {
  const x = randn([4], { requiresGrad: true });
  const { source } = autograd.makeDot(x.sort(0).values.sum());
  assertStringIncludes(source, `[label="  0"]`);
});

Deno.test("saved tensors and the parameters of calls are shown when asked for", () => {
  const x = randn([2, 3], { requiresGrad: true });
  const loss = x.exp().sum(1, { keepdim: true }).mean();
  const plain = parse(autograd.makeDot(loss).source);
  assert(plain.boxes.every(({ label, style }) => !style.includes(ORANGE) && !label.includes("keepdim")));
  const full = parse(autograd.makeDot(loss, { showAttrs: true, showSaved: true }).source);
  assertEquals(color(full, "saved\\n[2, 3]"), ORANGE);
  assert(full.boxes.some(({ label }) => label.startsWith("SumBackward0\\n") && label.includes("keepdim: true")));
});

Deno.test("names are quoted", () => {
  const x = randn([1], { requiresGrad: true });
  const { source } = autograd.makeDot(x.sin(), { params: { 'a "quoted" \\ name': x } });
  assertStringIncludes(source, `"a \\"quoted\\" \\\\ name\\n[1]"`);
});

Deno.test("a long chain does not overflow the stack", () => {
  let y = tensor(1, { requiresGrad: true });
  for (let i = 0; i < 20_000; i++) y = y.add(1);
  assertEquals(parse(autograd.makeDot(y).source).boxes.length, 20_003);
});

Deno.test("an output without a history is a named error", () => {
  assertThrows(() => autograd.makeDot(ones([2])), GradError, "shape [2]");
});

Deno.test("svg renders, save chooses by extension", async () => {
  const w = randn([2, 3], { requiresGrad: true });
  const dot = autograd.makeDot(w.tanh().sum(), { params: { 'w "&" <v>': w }, showAttrs: true, showSaved: true });
  const folder = await Deno.makeTempDir();
  await dot.save(`${folder}/graph.svg`);
  await dot.save(new URL(`file://${folder}/graph.dot`));
  assertEquals(await Deno.readTextFile(`${folder}/graph.dot`), dot.source);
  const svg = await Deno.readTextFile(`${folder}/graph.svg`);
  assert(/<svg [\s\S]*<\/svg>/.test(svg));
  for (const text of ["TanhBackward0", "w &quot;&amp;&quot; &lt;v&gt;", "output"]) assertStringIncludes(svg, text);
  await assertRejects(() => dot.save(`${folder}/graph.png`), ArgumentError, ".svg or .dot");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("Graphviz is not part of the module graph", async () => {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL("../mod.ts", import.meta.url).href],
  }).output();
  assert(success);
  // What the lock file knows is listed apart from what the modules import.
  const { modules } = JSON.parse(new TextDecoder().decode(stdout));
  assertStringIncludes(JSON.stringify(modules), "make_dot.ts");
  assert(!JSON.stringify(modules).includes("graphviz"));
});

Deno.test("drawing needs no permission", async () => {
  const { stdout, stderr } = await runScript(`
    import { autograd, tensor } from "${new URL("../mod.ts", import.meta.url)}";
    const svg = await autograd.makeDot(tensor(1, { requiresGrad: true }).sin()).svg();
    console.log(svg.includes("SinBackward0"));
  `);
  assertEquals([stdout, stderr], ["true", ""]);
});
