/**
 * Progress on the terminal: a bar while an epoch runs, which gives way to one table row when it is done. Without a
 * terminal only the rows are printed.
 *
 * @module
 */
// @ts-types="@types/cli-progress"
import { Presets, SingleBar } from "cli-progress";
import type { EpochResult } from "./report.ts";
import type { Progress } from "./training.ts";

/** Receives the callbacks of a training. */
interface ProgressDisplay {
  onBatch(progress: Progress): void;
  onEpoch(result: EpochResult): void;
}

/** A percentage as it is written everywhere in the demo. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

/** Prints the table's header and follows a training of `epochs` epochs. */
export function showProgress(epochs: number): ProgressDisplay {
  let bar: SingleBar | null = null;
  let start = performance.now();
  console.log("epoch   training loss   test loss   test accuracy   seconds");
  return {
    onBatch({ epoch, batch, batchCount, loss }): void {
      if (bar === null) {
        bar = new SingleBar({
          format: `epoch ${epoch}/${epochs} {bar} {value}/{total} batches, loss {loss}, {eta_formatted} left`,
          barsize: 30,
          clearOnComplete: true,
          hideCursor: true,
        }, Presets.shades_classic);
        bar.start(batchCount, 0, { loss: "" });
      }
      bar.update(batch, { loss: loss.toFixed(4) });
    },
    onEpoch({ epoch, trainLoss, testLoss, testAccuracy }): void {
      bar?.stop();
      bar = null;
      const now = performance.now();
      console.log([
        String(epoch).padStart(5),
        trainLoss.toFixed(4).padStart(16),
        testLoss.toFixed(4).padStart(12),
        percent(testAccuracy).padStart(16),
        ((now - start) / 1000).toFixed(1).padStart(10),
      ].join(""));
      start = now;
    },
  };
}
