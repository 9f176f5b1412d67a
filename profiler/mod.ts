/**
 * Where time and memory go, op by op.
 *
 * @module
 */
export { type KeyAveragesOptions, Profile, profile, ProfilerError, recordFunction } from "./profile.ts";
export { type FunctionAverage, KeyAverages, type SortKey, type TableOptions } from "./key_averages.ts";
export type { ProfileOptions } from "./recorder.ts";
