/**
 * The training report: loss curve, confusion matrix and misclassified digits in one SVG, drawn by Vega without a browser.
 *
 * @module
 */
import { encode } from "fast-png";
import * as vega from "vega";
import { confusionPanel, heading, lossPanel, mistakesPanel, THEME } from "./charts.ts";

/** Mean loss of one training batch. `epoch` counts in epochs from 0: 2.5 is the middle of the third. */
export interface BatchLoss {
  readonly epoch: number;
  readonly loss: number;
}

/** The state after one epoch. */
export interface EpochResult {
  /** From 1. */
  readonly epoch: number;
  /** Mean training loss over the epoch, dropout included. */
  readonly trainLoss: number;
  readonly testLoss: number;
  /** Share of the test digits that are recognized, 0 to 1. */
  readonly testAccuracy: number;
}

/** A test digit that the network misread. */
export interface Mistake {
  /** 784 grey values in rows of 28, 0 is background. */
  readonly pixels: Uint8Array;
  readonly actual: number;
  readonly predicted: number;
  /** Probability that the network gave to `predicted`. */
  readonly confidence: number;
}

/** Everything the report shows. */
export interface Report {
  /** The line under the title. */
  readonly summary: string;
  readonly batches: readonly BatchLoss[];
  readonly epochs: readonly EpochResult[];
  /** `confusion[actual][predicted]` counts test digits. */
  readonly confusion: readonly (readonly number[])[];
  /** The most confident mistake first; at most twelve fit. */
  readonly mistakes: readonly Mistake[];
}

/** A grey image as a PNG data URL, dark ink on white. */
function dataUrl(pixels: Uint8Array): string {
  const png = encode({
    width: 28,
    height: 28,
    data: pixels.map((value) => 255 - value),
    channels: 1,
  });
  return `data:image/png;base64,${png.toBase64()}`;
}

/** Draws `report` and returns the text of an SVG document. */
export async function drawReport(report: Report): Promise<string> {
  const accuracy = report.epochs.at(-1)?.testAccuracy ?? 0;
  const spec: vega.Spec = {
    width: 960,
    height: 672,
    padding: 32,
    autosize: "none",
    background: "white",
    config: THEME,
    marks: [
      ...heading(`${(100 * accuracy).toFixed(2)} % of the test digits are read correctly`, report.summary),
      lossPanel(report.batches, report.epochs, { x: 36, y: 116, width: 504, height: 340, margin: 36 }),
      confusionPanel(report.confusion, { x: 620, y: 116, width: 340, height: 340, margin: 36 }),
      mistakesPanel(
        report.mistakes.map(({ pixels, ...rest }) => ({
          ...rest,
          url: dataUrl(pixels),
        })),
        { x: 0, y: 564, width: 960, height: 108, margin: 0 },
      ),
    ],
  };
  return await new vega.View(vega.parse(spec), { renderer: "none" }).toSVG();
}
