import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { loadDigits } from "../examples/digits/data.ts";
import { OptionError, parseOptions } from "../examples/digits/options.ts";
import { drawReport, type Mistake } from "../examples/digits/report.ts";
import { manualSeed } from "../mod.ts";
import { runScript, type ScriptResult } from "./run_script.ts";

const DEMO = new URL("../examples/digits.ts", import.meta.url).pathname;

Deno.test("demo options: defaults, then the values given", () => {
  assertEquals(parseOptions([]), { device: "cpu", epochs: 12, seed: 0, out: "digits_report" });
  assertEquals(parseOptions(["--epochs", "3", "--seed=7", "--out", "elsewhere"]), {
    device: "cpu",
    epochs: 3,
    seed: 7,
    out: "elsewhere",
  });
  assertEquals(parseOptions(["--help"]), null);
});

Deno.test("demo options: each bad one is refused with what is expected", () => {
  const cases: readonly [string[], string][] = [
    [["--epochs", "0"], '--epochs: expected a whole number of at least 1, got "0"'],
    [["--epochs", "2.5"], '--epochs: expected a whole number of at least 1, got "2.5"'],
    [["--epochs", "many"], '--epochs: expected a whole number of at least 1, got "many"'],
    [["--epochs="], '--epochs: expected a whole number of at least 1, got ""'],
    [["--seed=-1"], '--seed: expected a whole number of at least 0, got "-1"'],
    [["--seed", "NaN"], '--seed: expected a whole number of at least 0, got "NaN"'],
    [["--device", "tpu"], '--device: expected cpu or webgpu, got "tpu"'],
    [["--out="], "--out: expected a folder, got an empty name"],
    [["--out", DEMO], `--out: expected a folder, but "${DEMO}" is a file`],
    [["--epoch", "3"], 'Unknown option "--epoch"; --help lists the options'],
    [["extra"], 'Unknown option "extra"; --help lists the options'],
  ];
  for (const [args, message] of cases) assertThrows(() => parseOptions(args), OptionError, message);
});

Deno.test("demo data: 10,000 digits, split by the seed", () => {
  const firstLabels = (seed: number): number[] => {
    manualSeed(seed);
    const { train, test } = loadDigits({ trainShare: 0.8 });
    assertEquals(train.images.shape, [8000, 1, 28, 28]);
    assertEquals(test.images.shape, [2000, 1, 28, 28]);
    const labels = [...train.labels.dataSync(), ...test.labels.dataSync()];
    const counts = Array.from({ length: 10 }, (_, digit) => labels.filter((label) => label === digit).length);
    assertEquals(counts, [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]);
    return labels.slice(0, 100);
  };
  const labels = firstLabels(1);
  assertEquals(firstLabels(1), labels);
  assertNotEquals(firstLabels(2), labels);
});

function mistake(actual: number, predicted: number, confidence: number): Mistake {
  return { pixels: new Uint8Array(784).fill(100), actual, predicted, confidence };
}

Deno.test("demo report: shows every number it is given", async () => {
  const svg = await drawReport({
    summary: "a line about <the> run & its seed",
    batches: [{ epoch: 0.5, loss: 2.3 }, { epoch: 1, loss: 0.3 }],
    epochs: [{ epoch: 1, trainLoss: 1.3, testLoss: 0.25, testAccuracy: 0.9375 }],
    confusion: Array.from({ length: 10 }, (_, i) => Array.from({ length: 10 }, (_, j) => i === j ? 171 + i : 0)),
    mistakes: [mistake(4, 9, 0.875), mistake(7, 1, 0.625)],
  });
  assert(svg.startsWith("<svg ") && svg.endsWith("</svg>"));
  assertStringIncludes(svg, "93.75 % of the test digits are read correctly");
  assertStringIncludes(svg, "a line about &lt;the&gt; run &amp; its seed");
  for (let digit = 0; digit < 10; digit++) assertStringIncludes(svg, `>${171 + digit}</text>`);
  assertEquals(svg.match(/<image /g)?.length, 2);
  assertStringIncludes(svg, "87.5%");
  assert(!/NaN|undefined/.test(svg));
});

Deno.test("demo report: shows twelve mistakes at most, and says so when there are none", async () => {
  const report = {
    summary: "",
    batches: [{ epoch: 1, loss: 0.3 }],
    epochs: [{ epoch: 1, trainLoss: 1.3, testLoss: 0.25, testAccuracy: 1 }],
    confusion: Array.from({ length: 10 }, () => new Array<number>(10).fill(1)),
  };
  const many = await drawReport({ ...report, mistakes: Array.from({ length: 30 }, () => mistake(4, 9, 0.5)) });
  assertEquals(many.match(/<image /g)?.length, 12);
  assertStringIncludes(await drawReport({ ...report, mistakes: [] }), "No test digit was misread");
});

/** How a script ended and what it printed. */
interface Ending {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `deno run` without a prompt, with `args`: flags, the script, and its own arguments. */
async function run(...args: string[]): Promise<Ending> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Runs the demo, allowed to touch nothing but `folder`. */
const runDemo = (folder: string, ...args: string[]): Promise<Ending> =>
  run(`--allow-read=${folder}`, `--allow-write=${folder}`, DEMO, ...args);

Deno.test("demo: learns in one epoch, draws the report and reads its weights back", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, stdout, stderr } = await runDemo(folder, "--epochs", "1", "--out", `${folder}/report`);
    assertEquals(code, 0, stderr);
    const accuracy = Number(/([\d.]+) % of the test digits are read correctly/.exec(stdout)?.[1]);
    assert(accuracy > 90, stdout);
    assertMatch(stdout, /they give 2000 of 2000 predictions unchanged/);
    const svg = await Deno.readTextFile(`${folder}/report/report.svg`);
    assertStringIncludes(svg, `${accuracy.toFixed(2)} % of the test digits are read correctly`);
    assertEquals(svg.match(/<image /g)?.length, 12);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("demo: a bad option ends it before anything is written", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, stdout, stderr } = await runDemo(folder, "--epochs", "none", "--out", `${folder}/report`);
    assertEquals({ code, stdout }, { code: 2, stdout: "" });
    assertEquals(stderr, 'error: --epochs: expected a whole number of at least 1, got "none"\n');
    assertEquals([...Deno.readDirSync(folder)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Examples that compare what they compute with what it should be, and how many comparisons each one prints. */
const COMPARISONS: Readonly<Record<string, number>> = {
  autograd_fundamentals: 38,
  custom_function_transforms: 28,
  double_backward: 27,
  forward_mode: 27,
  fused_convolution_batchnorm: 10,
  jacobians_hessians: 26,
  model_ensembling: 16,
  neural_ode: 14,
  per_sample_gradients: 26,
};

for (const [name, count] of Object.entries(COMPARISONS)) {
  Deno.test(`example ${name}: all comparisons hold, with no permission`, async () => {
    const { code, stdout, stderr } = await run(new URL(`../examples/${name}.ts`, import.meta.url).pathname);
    assertEquals({ code, stderr }, { code: 0, stderr: "" }, stdout);
    const lines = stdout.split("\n");
    assertEquals(lines.filter((line) => line.startsWith("DIFFERENT")), []);
    assertEquals(lines.filter((line) => line.startsWith("ok ")).length, count);
  });
}

Deno.test("examples: a comparison that fails is shown, and ends the program with code 1", async () => {
  const comparison = new URL("../examples/comparison.ts", import.meta.url);
  const engine = new URL("../mod.ts", import.meta.url);
  const attempt = (call: string): Promise<ScriptResult> =>
    runScript(`
      import { compare, expect, expectError } from "${comparison}";
      import { tensor } from "${engine}";
      ${call}
      console.log("the rest runs");
    `);
  const wrong = [
    "compare('far', 1, 1.001);",
    "compare('near in double precision', 1, 1 + 1e-9);",
    "compare('near in single precision', tensor([1, 2]), tensor([1, 2.0001]));",
    "compare('small numbers', tensor([1e-6]), tensor([2e-6]));",
    "compare('too few', tensor([1]), tensor([1, 1]));",
    "compare('too many', [1, 1], 1);",
    "compare('NaN', NaN, 1);",
    "compare('nothing but zeros', 1e-300, 0, 0);",
    "expect('words', 'a', 'b');",
    "expectError('none', () => {}, '');",
    "expectError('another', () => { throw new Error('this'); }, 'that');",
  ];
  for (const call of wrong) {
    const { code, stdout } = await attempt(call);
    assertEquals(code, 1, call);
    assertMatch(stdout, /^DIFFERENT .*\nthe rest runs$/, call);
  }
  const right = [
    "compare('near', tensor([1, 2]), tensor([1, 2.00001]));",
    "compare('lists', [tensor([1]), [2, 3]], [1, 2, 3]);",
    "expect('trees', { a: [1, null] }, { a: [1, null] });",
    "expectError('this', () => { throw new Error('this\\nand more'); }, 'and');",
  ];
  const { code, stdout } = await attempt(right.join("\n"));
  assertEquals([code, stdout.match(/^ok /gm)?.length], [0, right.length]);
});
