/**
 * Data sets and batches of them, as in `torch.utils.data`.
 *
 * @module
 */
export { Dataset, randomSplit, Subset, TensorDataset } from "./dataset.ts";
export { DataLoader } from "./loader.ts";
export type { DataLoaderOptions } from "./types.ts";
