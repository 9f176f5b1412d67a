/**
 * Stable sorts along one axis on a GPU.
 *
 * The rank of an element is a `u32` that compares as the elements do (order.ts), its complement where the order is
 * descending; its place along the axis decides between equal ones. Short rows, and selections of few elements, are sorted
 * in workgroup memory by bitonic networks over (rank, place) pairs. All pairs differ, so the result is that of a stable
 * sort. All comparisons are ascending: the first step of a merge compares with the mirror image (the other step order of
 * K. E. Batcher, Sorting networks and their applications, 1968). Longer rows are sorted by the digits of their ranks.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { Gpu } from "./gpu.ts";
import { orderFunction } from "./order.ts";
import { u32, WORKGROUP_SIZE } from "./program.ts";
import { releaseEntries, sortByKey } from "./radix_sort.ts";
import { flat, type Rows, rowsOver, type Walk, walkRows } from "./walk.ts";

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

/** The rank of the element `k` of `row`. */
function rankOf({ isDescending }: Request): string {
  return `${isDescending ? "~" : ""}order_of(x[u.x_offset + x_row(row) + x_step(k)])`;
}

/** How positions in the results are found. */
function resultWalks({ values, indices, dim }: Request): Walk[] {
  return Object.entries({ values, indices }).map(([name, array]) => walkRows(name, rowsOver(array, [dim])));
}

/** Statements that store the element that stood at `place` of `row` as number `k` of the result. */
function storeResult(place: string): string {
  return `values[u.values_offset + values_row(row) + values_step(k)] = x[u.x_offset + x_row(row) + x_step(${place})];
    indices[u.indices_offset + indices_row(row) + indices_step(k)] = i32(${place});`;
}

/** Exchanges two pairs of the tile where they are out of order. */
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
  /** Where the first pairs of each block go: to the results of the request if null. */
  readonly to: Pairs | null;
  /** Pairs of a row of `from`, or elements of one. */
  readonly length: number;
  /** Blocks per row. */
  readonly blocks: number;
  /** Pairs of a block: a power of two of at most TILE. */
  readonly span: number;
}

/** The network of a tile. Each step is complete before the next. */
function network(span: number, comparators: number, lanes: number): string {
  const step = (pair: string) => `
    workgroupBarrier();
    for (var c = lane; c < ${comparators}u; c += ${lanes}u) { ${pair} }`;
  return `
  for (var size = 2u; size <= ${span}u; size <<= 1u) {
    let half = size / 2u;
    ${step("let base = c / half * size; order_pair(base + c % half, base + size - 1u - c % half);")}
    for (var stride = half / 2u; stride > 0u; stride >>= 1u) {
    ${step("let i = c / stride * 2u * stride + c % stride; order_pair(i, i + stride);")}
    }
  }`;
}

function runTiles(gpu: Gpu, request: Request, pass: TilePass): void {
  const { x, rows, values, indices, isDescending, keep } = request;
  const { from, to, length, blocks, span } = pass;
  const tile = Math.max(span, LEAST_TILE);
  const lanes = Math.min(256, tile / 2);
  const walks = [walkRows("x", rows), ...(to === null ? resultWalks(request) : [])];
  const readsX = from === null || to === null;
  gpu.run({
    key: [
      "sort tiles",
      ...walks.map(({ key }) => key),
      x.dtype,
      isDescending,
      span,
      from === null,
      to === null,
    ].join(" "),
    label: "sort tiles",
    reads: {
      ...(readsX ? { x: flat(x) } : {}),
      ...(from === null ? {} : { from_ranks: from.ranks, from_places: from.places }),
    },
    writes: to === null
      ? { values: flat(values), indices: flat(indices) }
      : { to_ranks: to.ranks, to_places: to.places },
    uniforms: {
      blocks: u32(blocks),
      all: u32(rows.count * blocks),
      length: u32(length),
      keep: u32(keep),
      ...Object.assign({}, ...walks.map(({ uniforms }) => uniforms)),
    },
    groups: Math.ceil(rows.count * blocks * span / tile),
    workgroupSize: lanes,
    declarations: () => `
${walks.map(({ declaration }) => declaration).join("\n")}
${orderFunction(x.dtype, "equal")}
var<workgroup> ranks: array<u32, ${tile}>;
var<workgroup> places: array<u32, ${tile}>;
${ORDER_PAIR}`,
    body: () => `
  for (var e = lane; e < ${tile}u; e += ${lanes}u) {
    let block = group * ${tile / span}u + e / ${span}u;
    let row = block / u.blocks;
    let k = block % u.blocks * ${span}u + e % ${span}u;
    // What fills a block up comes behind everything.
    ranks[e] = 0xffffffffu;
    places[e] = 0xffffffffu;
    if (block < u.all && k < u.length) {
      ${
      from === null
        ? `ranks[e] = ${rankOf(request)}; places[e] = k;`
        : "ranks[e] = from_ranks[row * u.length + k]; places[e] = from_places[row * u.length + k];"
    }
    }
  }
  ${network(span, tile / 2, lanes)}
  workgroupBarrier();
  for (var e = lane; e < ${tile}u; e += ${lanes}u) {
    let block = group * ${tile / span}u + e / ${span}u;
    let row = block / u.blocks;
    let k = e % ${span}u;
    if (block < u.all && k < u.keep) {
      ${
      to === null
        ? storeResult("places[e]")
        : "to_ranks[block * u.keep + k] = ranks[e]; to_places[block * u.keep + k] = places[e];"
    }
    }
  }`,
  });
}

/** Runs statements for each element `k` of each `row`, of which there are `width`. */
function runElements(
  gpu: Gpu,
  request: Request,
  name: string,
  width: number,
  walks: readonly Walk[],
  reads: Readonly<Record<string, ArrayRef>>,
  writes: Readonly<Record<string, ArrayRef>>,
  statements: string,
): void {
  const { x, rows, isDescending } = request;
  gpu.run({
    key: [name, ...walks.map(({ key }) => key), x.dtype, isDescending].join(" "),
    label: name,
    reads: { x: flat(x), ...reads },
    writes,
    uniforms: {
      n: u32(rows.count * width),
      width: u32(width),
      length: u32(rows.length),
      ...Object.assign({}, ...walks.map(({ uniforms }) => uniforms)),
    },
    groups: Math.ceil(rows.count * width / WORKGROUP_SIZE),
    declarations: () => [...walks.map(({ declaration }) => declaration), orderFunction(x.dtype, "equal")].join("\n"),
    body: () => `
  if (id >= u.n) { return; }
  let row = id / u.width;
  let k = id % u.width;
  ${statements}`,
  });
}

/** Sorts rows by the digits of their ranks; stores the first `request.keep` of each. */
function sortByRank(gpu: Gpu, request: Request): void {
  const { rows, values, indices, keep } = request;
  const position = walkRows("x", rows);
  const ranks = gpu.scratch([rows.count, rows.length], "uint8");
  runElements(gpu, request, "sort ranks", rows.length, [position], {}, { ranks }, `ranks[id] = ${rankOf(request)};`);
  const sorted = sortByKey(gpu, ranks, 2 ** 32);
  ranks.storage.release();
  runElements(
    gpu,
    request,
    "sort results",
    keep,
    [position, ...resultWalks(request)],
    { places: sorted.positions },
    { values: flat(values), indices: flat(indices) },
    `let place = u32(places[row * u.length + k]);
    ${storeResult("place")}`,
  );
  releaseEntries(sorted);
}

/** Keeps the first of each tile until one tile holds all candidates. */
function selectTiles(gpu: Gpu, request: Request): void {
  const { rows, keep } = request;
  let from: Pairs | null = null;
  let length = rows.length;
  while (length > TILE) {
    const blocks = Math.ceil(length / TILE);
    const to = pairsFor(gpu, rows.count, blocks * keep);
    runTiles(gpu, request, { from, to, length, blocks, span: TILE });
    if (from !== null) release(from);
    from = to;
    length = to.width;
  }
  runTiles(gpu, request, { from, to: null, length, blocks: 1, span: nextPowerOfTwo(length) });
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
  const isTooLarge = rows.length > TILE && request.keep > MOST_SELECTED;
  const isFasterByRank = rows.length > LEAST_TILE && x.numel >= gpu.tuning.leastRadixSorted;
  if (isTooLarge || isFasterByRank) sortByRank(gpu, request);
  else selectTiles(gpu, request);
}
