/**
 * Which kernel computes a matrix product, and in how many pieces.
 *
 * @module
 */
import type { Gpu } from "./gpu.ts";
import { type Gemm, splitOf } from "./gemm_problem.ts";
import { skinnyGemm, skinnyGroups } from "./gemm_skinny.ts";
import { lanesOf, type Tile, tiledGemm } from "./gemm_tiled.ts";
import { WORKGROUP_SIZE } from "./program.ts";
import { MOST_TURNS } from "./tuning.ts";

/**
 * The tiles, one table for every adapter. 64 invocations are two warps or one wave, of which a multiprocessor holds many;
 * both operands together take at most 11 KiB of the 16 KiB that every adapter has; and with 8 x 8 elements per invocation
 * 4 vector loads from the memory of the workgroup feed 64 products. The others are for results that fill no such tile.
 */
const TILES: readonly Tile[] = [
  { m: 64, n: 64, depth: 16, rows: 8, columns: 8 },
  { m: 32, n: 128, depth: 16, rows: 8, columns: 8 },
  { m: 128, n: 32, depth: 16, rows: 8, columns: 8 },
  { m: 16, n: 128, depth: 16, rows: 4, columns: 8 },
  { m: 128, n: 16, depth: 16, rows: 8, columns: 4 },
  { m: 32, n: 32, depth: 32, rows: 4, columns: 4 },
  { m: 16, n: 16, depth: 16, rows: 4, columns: 4 },
];

/** Workgroups of 64 invocations that keep a GPU busy. */
const ENOUGH_GROUPS = 64;

/** Invocations of a warp, which runs as one even where a workgroup has fewer. */
const WARP = 32;

/** Products below which cutting a sum costs more than it brings, and most that a part has. */
const LEAST_PART = 256;
const MOST_PART = MOST_TURNS / 2;

function groupsOf({ m, n, batches }: Gemm, tile: Tile): number {
  return Math.ceil(m / tile.m) * Math.ceil(n / tile.n) * batches;
}

/** Number of parts into which the sums of a product of `groups` workgroups are cut. */
function partsOf(groups: number, k: number, enough: number = ENOUGH_GROUPS): number {
  return Math.max(Math.ceil(k / MOST_PART), Math.min(Math.ceil(enough / groups), Math.floor(k / LEAST_PART)), 1);
}

/**
 * Time of a product in tiles, up to a factor: elements computed, those beyond the edges included, each at the price of its
 * multiplication and of its share in loading a row and a column (4 times a multiplication, as measured with 8 x 8, 8 x 4
 * and 4 x 4 elements per invocation), and more where there are too few invocations for the GPU or for a warp.
 */
function costOf(problem: Gemm, tile: Tile): number {
  const groups = groupsOf(problem, tile);
  const lanes = lanesOf(tile);
  const invocations = groups * lanes * partsOf(groups, problem.k);
  const busy = Math.min(1, invocations / (ENOUGH_GROUPS * WORKGROUP_SIZE)) * Math.min(1, lanes / WARP);
  return groups * tile.m * tile.n * (1 + 4 / tile.rows + 4 / tile.columns) / busy;
}

/** Runs the product. Its arrays may be empty. */
export function gemm(gpu: Gpu, problem: Gemm): void {
  const { m, n, k, batches } = problem;
  if (m * n * batches === 0) return;
  const { few, enoughGroups } = gpu.tuning.skinny;
  if (Math.min(m, n) <= few) {
    skinnyGemm(gpu, problem, splitOf(k, partsOf(skinnyGroups(gpu, problem), k, enoughGroups), 4));
    return;
  }
  const tile = TILES.reduce((best, next) => costOf(problem, next) < costOf(problem, best) ? next : best);
  tiledGemm(gpu, problem, tile, splitOf(k, partsOf(groupsOf(problem, tile), k), tile.depth));
}
