/**
 * Trains a LeNet-style network on 10,000 real handwritten digits, reports how well it reads 2,000 of them that it has not
 * seen, saves its weights and shows that they can be loaded back.
 *
 * The engine and the data need no permission; reading and writing are allowed for the files under `--out`.
 *
 * @example
 * ```sh
 * deno task demo --epochs 12 --seed 0 --out digits_report
 * ```
 *
 * @module
 */
import { loadSafetensors, saveSafetensors } from "../io/mod.ts";
import { manualSeed, threads } from "../mod.ts";
import { webgpu } from "../runtime/webgpu/mod.ts";
import { type Digits, loadDigits, SIDE } from "./digits/data.ts";
import { lenet, parameterCount } from "./digits/model.ts";
import { HELP, OptionError, type Options, parseOptions } from "./digits/options.ts";
import { percent, showProgress } from "./digits/progress.ts";
import { drawReport, type Mistake } from "./digits/report.ts";
import { read, type Reading, train } from "./digits/training.ts";

const CLASSES = 10;

/** Counts of test digits, `[actual][predicted]`. */
function confusionMatrix(labels: ArrayLike<number>, predicted: ArrayLike<number>): number[][] {
  const counts = Array.from({ length: CLASSES }, () => new Array<number>(CLASSES).fill(0));
  for (let i = 0; i < labels.length; i++) counts[labels[i]][predicted[i]]++;
  return counts;
}

/** The misread digits, the most confident mistake first. */
function findMistakes(digits: Digits, labels: ArrayLike<number>, reading: Reading): Mistake[] {
  const pixels = digits.images.dataSync();
  const mistakes: Mistake[] = [];
  for (let i = 0; i < labels.length; i++) {
    if (reading.predicted[i] === labels[i]) continue;
    mistakes.push({
      pixels: Uint8Array.from(
        pixels.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE),
        (ink) => Math.round(255 * ink),
      ),
      actual: labels[i],
      predicted: reading.predicted[i],
      confidence: reading.confidence[i],
    });
  }
  return mistakes.sort((a, b) => b.confidence - a.confidence);
}

async function main({ device, epochs, seed, out }: Options): Promise<void> {
  if (device === "webgpu") await webgpu();
  Deno.mkdirSync(out, { recursive: true });
  manualSeed(seed);
  const digits = loadDigits({ trainShare: 0.8 });
  const model = lenet({ device });
  const counts = `${digits.train.labels.numel.toLocaleString("en")} digits to learn from, ` +
    `${digits.test.labels.numel.toLocaleString("en")} to test`;
  const network = `LeNet-style network, ${parameterCount(model).toLocaleString("en")} parameters`;
  const place = device === "cpu" ? `cpu, ${threads()} threads` : device;
  console.log(`${network}; ${counts}; seed ${seed}; ${place}\n`);

  const start = performance.now();
  const history = await train(model, digits, { epochs, ...showProgress(epochs) });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);

  const reading = await read(model, digits.test);
  const labels = digits.test.labels.dataSync();
  console.log(`\n${percent(reading.accuracy)} of the test digits are read correctly after ${seconds} s`);

  const weights = `${out}/weights.safetensors`;
  await saveSafetensors(weights, model.stateDict());
  const loaded = lenet({ device });
  loaded.loadStateDict(await loadSafetensors(weights));
  const again = await read(loaded, digits.test);
  const same = again.predicted.reduce((count, digit, i) => count + Number(digit === reading.predicted[i]), 0);
  console.log(
    `Weights saved to ${weights}; loaded back they give ${same} of ${labels.length} predictions unchanged`,
  );

  const report = `${out}/report.svg`;
  const svg = await drawReport({
    summary: `${network} · ${counts} · ${epochs} epochs in ${seconds} s · seed ${seed}`,
    batches: history.batches,
    epochs: history.epochs,
    confusion: confusionMatrix(labels, reading.predicted),
    mistakes: findMistakes(digits.test, labels, reading),
  });
  Deno.writeTextFileSync(report, svg);
  console.log(`Report drawn in ${report}`);
}

if (import.meta.main) {
  try {
    const options = parseOptions(Deno.args);
    if (options === null) console.log(HELP);
    else await main(options);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    console.error(`error: ${error.message}`);
    Deno.exit(2);
  }
}
