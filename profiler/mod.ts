/**
 * Where time and memory go, op by op.
 *
 * @module
 */
export { Profile, profile, ProfilerError, recordFunction } from "./profile.ts";
export { KeyAverages } from "./key_averages.ts";
export type { FunctionAverage, KeyAveragesOptions, ProfileOptions, SortKey, TableOptions } from "./types.ts";
