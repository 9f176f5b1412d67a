/**
 * Stable sorts along one axis on a GPU: bitonic networks over (rank, place) pairs.
 *
 * The rank of an element is a `u32` that compares as the elements do (order.ts), its complement where the order is
 * descending; its place along the axis decides between equal ones. All pairs differ, so the result is that of a stable
 * sort. Blocks of up to {@linkcode TILE} pairs are sorted in workgroup memory. Longer rows are padded to a power of two
 * and merged in global memory down to that size, step by step. All comparisons are ascending: the first step of a merge
 * compares with the mirror image (the other step order of K. E. Batcher, Sorting networks and their applications, 1968).
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { Gpu } from "./gpu.ts";
import { orderFunction } from "./order.ts";
import { u32, WORKGROUP_SIZE } from "./program.ts";
import { flat, type Rows, rowsOver, walkRows } from "./walk.ts";

/** Pairs that a workgroup sorts: what WebGPU's least workgroup memory of 16 KiB holds. */
const TILE = 2048;

/** Pairs of a workgroup that sorts several short rows. */
const LEAST_TILE = 256;

/** Most elements of a selection by rounds; a round shrinks the candidates to `k / TILE`. */
const MOST_SELECTED = TILE / 4;

/** What is wanted: the first elements of each sorted row, as many as `values` has room for. */
interface Request {
  readonly x: ArrayRef;
  readonly rows: Rows;
  readonly values: ArrayRef;
  readonly indices: ArrayRef;
  readonly dim: number;
  readonly isDescending: boolean;
  /** Elements of a row that are wanted. */
  readonly keep: number;
}

/** Pairs in memory: `width` per row. Unsigned words are what uint8 arrays are made of. */
interface Pairs {
  readonly ranks: ArrayRef;
  readonly places: ArrayRef;
  readonly width: number;
}

function pairsFor(gpu: Gpu, rows: number, width: number): Pairs {
  const shape = [rows, width];
  return { ranks: gpu.scratch(shape, "uint8"), places: gpu.scratch(shape, "uint8"), width };
}

function release({ ranks, places }: Pairs): void {
  ranks.storage.release();
  places.storage.release();
}

function nextPowerOfTwo(n: number): number {
  let power = 2;
  while (power < n) power *= 2;
  return power;
}

/** Exchanges the pairs i < j of an array of ranks and one of places where they are out of order. */
const ORDER_PAIR = `fn order_pair(i: u32, j: u32) {
  let p = ranks[i];
  let q = ranks[j];
  if (p > q || (p == q && places[i] > places[j])) {
    ranks[i] = q;
    ranks[j] = p;
    let place = places[i];
    places[i] = places[j];
    places[j] = place;
  }
}`;

/** One dispatch in workgroup memory over all blocks of `span` pairs. */
interface TilePass {
  /** Where the pairs come from: the elements of x if null. */
  readonly from: Pairs | null;
  /** Where the first pairs of each block go: to the results of the request if null. May be `from`. */
  readonly to: Pairs | null;
  /** Pairs of a row of `from`, or elements of one. */
  readonly length: number;
  /** Blocks per row. */
  readonly blocks: number;
  /** Pairs of a block: a power of two of at most TILE. */
  readonly span: number;
  /** Pairs of each block that are stored. */
  readonly keep: number;
  /** True if the halves of blocks, down to single pairs, only need to be compared place by place. */
  readonly isMerge: boolean;
}

/** The network of a tile. Each step is complete before the next. */
function network(span: number, comparators: number, lanes: number, isMerge: boolean): string {
  const step = (pair: string) => `
    workgroupBarrier();
    for (var c = lane; c < ${comparators}u; c += ${lanes}u) { ${pair} }`;
  const disperse = `
  for (; stride > 0u; stride >>= 1u) {
    ${step("let i = c / stride * 2u * stride + c % stride; order_tile_pair(i, i + stride);")}
  }`;
  if (isMerge) return `var stride = ${span / 2}u;${disperse}`;
  return `
  for (var size = 2u; size <= ${span}u; size <<= 1u) {
    let half = size / 2u;
    ${step("let base = c / half * size; order_tile_pair(base + c % half, base + size - 1u - c % half);")}
    var stride = half / 2u;${disperse}
  }`;
}

function runTiles(gpu: Gpu, request: Request, pass: TilePass): void {
  const { x, rows, values, indices, dim, isDescending } = request;
  const { from, to, length, blocks, span, keep, isMerge } = pass;
  const tile = Math.max(span, LEAST_TILE);
  const lanes = Math.min(256, tile / 2);
  const isInPlace = from !== null && from === to;
  const positions = walkRows("x", rows);
  const outputs = to === null ? { values, indices } : {};
  const walks = [
    positions,
    ...Object.entries(outputs).map(([name, array]) => walkRows(name, rowsOver(array, [dim]))),
  ];
  const readsX = from === null || to === null;
  const pairs: Record<string, ArrayRef> = from === null ? {} : { ranks: from.ranks, places: from.places };
  const [toRanks, toPlaces] = isInPlace ? ["ranks", "places"] : ["to_ranks", "to_places"];
  const targets: Record<string, ArrayRef> = to === null
    ? { values: flat(values), indices: flat(indices) }
    : { [toRanks]: to.ranks, [toPlaces]: to.places };
  const rank = `${isDescending ? "~" : ""}order_of(x[u.x_offset + x_row(row) + x_step(k)])`;
  gpu.run({
    key: [
      "sort tiles",
      ...walks.map(({ key }) => key),
      x.dtype,
      isDescending,
      isMerge,
      isInPlace,
      span,
      from === null,
      to === null,
    ].join(" "),
    reads: { ...(readsX ? { x: flat(x) } : {}), ...(isInPlace ? {} : pairs) },
    writes: targets,
    uniforms: {
      blocks: u32(blocks),
      all: u32(rows.count * blocks),
      length: u32(length),
      keep: u32(keep),
      wanted: u32(request.keep),
      ...Object.assign({}, ...walks.map(({ uniforms }) => uniforms)),
    },
    groups: Math.ceil(rows.count * blocks * span / tile),
    workgroupSize: lanes,
    declarations: () => `
${walks.map(({ declaration }) => declaration).join("\n")}
${orderFunction(x.dtype, "equal")}
var<workgroup> tile_ranks: array<u32, ${tile}>;
var<workgroup> tile_places: array<u32, ${tile}>;
${ORDER_PAIR.replace(/\b(ranks|places)\b/g, "tile_$1").replace("order_pair", "order_tile_pair")}`,
    body: () => `
  for (var e = lane; e < ${tile}u; e += ${lanes}u) {
    let block = group * ${tile / span}u + e / ${span}u;
    let row = block / u.blocks;
    let k = block % u.blocks * ${span}u + e % ${span}u;
    // What fills a block up comes behind everything.
    tile_ranks[e] = 0xffffffffu;
    tile_places[e] = 0xffffffffu;
    if (block < u.all && k < u.length) {
      ${
      from === null
        ? `tile_ranks[e] = ${rank}; tile_places[e] = k;`
        : "tile_ranks[e] = ranks[row * u.length + k]; tile_places[e] = places[row * u.length + k];"
    }
    }
  }
  ${network(span, tile / 2, lanes, isMerge)}
  workgroupBarrier();
  for (var e = lane; e < ${tile}u; e += ${lanes}u) {
    let block = group * ${tile / span}u + e / ${span}u;
    let row = block / u.blocks;
    let k = e % ${span}u;
    if (block < u.all && k < u.keep) {
      ${
      to === null
        ? `let place = block % u.blocks * ${span}u + k;
      if (place < u.wanted) {
        values[u.values_offset + values_row(row) + values_step(place)] = x[u.x_offset + x_row(row) + x_step(tile_places[e])];
        indices[u.indices_offset + indices_row(row) + indices_step(place)] = i32(tile_places[e]);
      }`
        : `${toRanks}[block * u.keep + k] = tile_ranks[e]; ${toPlaces}[block * u.keep + k] = tile_places[e];`
    }
    }
  }`,
  });
}

/** One step of a merge in global memory: of pairs `stride` apart, or of mirror images within blocks of `2 stride`. */
function runStep(gpu: Gpu, { ranks, places }: Pairs, stride: number, isMirror: boolean): void {
  const comparators = ranks.numel / 2;
  gpu.run({
    key: `sort step ${isMirror}`,
    reads: {},
    writes: { ranks, places },
    uniforms: { comparators: u32(comparators), stride: u32(stride) },
    groups: Math.ceil(comparators / WORKGROUP_SIZE),
    declarations: () => ORDER_PAIR,
    body: () => `
  if (id >= u.comparators) { return; }
  let base = id / u.stride * 2u * u.stride;
  let k = id % u.stride;
  order_pair(base + k, base + ${isMirror ? "2u * u.stride - 1u - k" : "u.stride + k"});`,
  });
}

/** Sorts rows that are longer than a tile; stores the first `request.keep` of each. */
function sortLong(gpu: Gpu, request: Request): void {
  const { rows } = request;
  const width = nextPowerOfTwo(rows.length);
  const pairs = pairsFor(gpu, rows.count, width);
  const blocks = width / TILE;
  runTiles(gpu, request, {
    from: null,
    to: pairs,
    length: rows.length,
    blocks,
    span: TILE,
    keep: TILE,
    isMerge: false,
  });
  for (let size = 2 * TILE; size <= width; size *= 2) {
    runStep(gpu, pairs, size / 2, true);
    for (let stride = size / 4; stride >= TILE; stride /= 2) runStep(gpu, pairs, stride, false);
    const to = size === width ? null : pairs;
    runTiles(gpu, request, { from: pairs, to, length: width, blocks, span: TILE, keep: TILE, isMerge: true });
  }
  release(pairs);
}

/** Keeps the first of each tile until one tile holds all candidates. */
function selectTiles(gpu: Gpu, request: Request): void {
  const { rows, keep } = request;
  let from: Pairs | null = null;
  let length = rows.length;
  while (length > TILE) {
    const blocks = Math.ceil(length / TILE);
    const to = pairsFor(gpu, rows.count, blocks * keep);
    runTiles(gpu, request, { from, to, length, blocks, span: TILE, keep, isMerge: false });
    if (from !== null) release(from);
    from = to;
    length = to.width;
  }
  runTiles(gpu, request, { from, to: null, length, blocks: 1, span: nextPowerOfTwo(length), keep, isMerge: false });
  if (from !== null) release(from);
}

/**
 * The first of each sorted row along `dim`, as many as `values` has room for: a sort where that is all, the largest or
 * smallest elements otherwise. NaN sorts as the largest.
 */
export function sort(
  gpu: Gpu,
  x: ArrayRef,
  values: ArrayRef,
  indices: ArrayRef,
  dim: number,
  isDescending: boolean,
): void {
  if (values.numel === 0) return;
  const rows = rowsOver(x, [dim]);
  const request = { x, rows, values, indices, dim, isDescending, keep: values.numel / rows.count };
  if (rows.length > TILE && request.keep > MOST_SELECTED) sortLong(gpu, request);
  else selectTiles(gpu, request);
}
