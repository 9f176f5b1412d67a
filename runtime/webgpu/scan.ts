/**
 * Inclusive scans along one axis on a GPU: reduce, then scan.
 *
 * A row that one workgroup or one invocation can take is scanned in one dispatch. Others are cut into pieces: their
 * totals are computed, then scanned in the same way, and each piece is scanned from the total of those before it. No
 * accumulator takes more than 64 terms one after the other before a coarser one takes over.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { Scan } from "../backend.ts";
import { ACCUMULATE, type Fold, named, pieceOf, totalDeclarations, totalsFor } from "./fold.ts";
import type { Gpu } from "./gpu.ts";
import { orderFunction, rankFunction } from "./order.ts";
import { elementType, type Scalar, u32, WORKGROUP_SIZE } from "./program.ts";
import { flat, liesInColumns, type Rows, rowsOver, walkRows } from "./walk.ts";

/** Rows this short are scanned by one invocation each, wherever they lie. */
const SHORT = 32;

/** Terms that a running total takes before it is added to that of the earlier ones. */
const BLOCK = 64;

/** Elements that a workgroup scans together: at most 32 neighbours per invocation. */
const SHARED_PIECE = 32 * WORKGROUP_SIZE;

/** What is scanned: how an element becomes a `Total`, how totals join, and what is written. */
interface Recipe extends Pick<Fold, "fields" | "identity" | "combine" | "load"> {
  readonly kind: Scan;
  /** Statements that write `total`, that of the first k + 1 elements of the row. */
  readonly store: string;
  readonly declarations: string;
}

function recipeOf(kind: Scan, x: ArrayRef): Recipe {
  const type = elementType(x.dtype);
  const element = "x[u.x_offset + at]";
  const place = "out[u.out_offset + out_row(row) + out_step(k)]";
  switch (kind) {
    case "sum":
    case "prod":
      return {
        kind,
        fields: [type],
        identity: `${type}(${kind === "sum" ? 0 : 1})`,
        combine: `return Total(p.v0 ${kind === "sum" ? "+" : "*"} q.v0);`,
        load: `return Total(${element});`,
        store: `${place} = total.v0;`,
        declarations: "",
      };
    case "max":
    case "min":
      // A tie goes to the later element, as does a second NaN.
      return {
        kind,
        fields: ["u32", "u32"],
        identity: "0u, 0u",
        combine: "if (q.v0 > p.v0 || (q.v0 == p.v0 && q.v1 > p.v1)) { return q; } return p;",
        load: `return Total(rank_of(order_of(${element})), k);`,
        store: `${place} = x[u.x_offset + x_row(row) + x_step(total.v1)];
indices[u.indices_offset + indices_row(row) + indices_step(k)] = i32(total.v1);`,
        declarations: [orderFunction(x.dtype, "equal"), rankFunction(kind, x.dtype)].join("\n"),
      };
    case "logsumexp":
      // The result is v0 + log(v1), v0 being the largest element so far. Where that is infinite, v1 is 1.
      return {
        kind,
        fields: ["f32", "f32"],
        identity: "-infinity(), 0.0",
        combine: `
  if (is_nan(p.v0) || is_nan(q.v0)) { return Total(not_a_number(), 1.0); }
  if (p.v0 == q.v0) { return Total(p.v0, select(p.v1 + q.v1, 1.0, is_inf(p.v0))); }
  if (p.v0 > q.v0) { return Total(p.v0, select(p.v1 + q.v1 * exp_f32(q.v0 - p.v0), 1.0, is_inf(p.v0))); }
  return Total(q.v0, select(q.v1 + p.v1 * exp_f32(p.v0 - q.v0), 1.0, is_inf(q.v0)));`,
        load: `return Total(${element}, 1.0);`,
        store: `${place} = total.v0 + log_f32(total.v1);`,
        declarations: "",
      };
  }
}

/** A level of a scan: of the elements, or of the totals of pieces. */
interface Level {
  readonly key: string;
  readonly rows: Rows;
  readonly reads: Readonly<Record<string, ArrayRef>>;
  readonly writes: Readonly<Record<string, ArrayRef>>;
  readonly load: string;
  readonly store: string;
  readonly uniforms: Readonly<Record<string, Scalar>>;
  readonly declarations: string;
}

/** Scans the rows of one level, piece by piece where they are long. */
function scanLevel(gpu: Gpu, recipe: Recipe, level: Level): void {
  const { rows } = level;
  const isShared = gpu.tuning.sharesRows && rows.length > SHORT && !liesInColumns(rows);
  const piece = isShared ? SHARED_PIECE : pieceOf(rows, gpu.tuning.scan);
  const pieces = Math.ceil(rows.length / piece);
  if (pieces === 1) {
    runPieces(gpu, recipe, level, isShared, piece, [], null);
    return;
  }
  const shape = [rows.count, pieces];
  const totals = totalsFor(gpu, recipe, shape);
  runPieces(gpu, recipe, level, isShared, piece, [], totals);
  const sums = totalsFor(gpu, recipe, shape);
  const fields = recipe.fields.map((_, i) => i);
  const totalRows: Rows = {
    kept: { shape: [rows.count], strides: [pieces] },
    line: { shape: [pieces], strides: [1] },
    count: rows.count,
    length: pieces,
  };
  scanLevel(gpu, recipe, {
    key: `totals of ${recipe.kind}`,
    rows: totalRows,
    reads: named("from", totals),
    writes: named("to", sums),
    load: `return Total(${fields.map((i) => `from${i}[at]`).join(", ")});`,
    store: fields.map((i) => `to${i}[x_row(row) + x_step(k)] = total.v${i};`).join("\n"),
    uniforms: {},
    declarations: "",
  });
  runPieces(gpu, recipe, level, isShared, piece, sums, null);
  for (const array of [...totals, ...sums]) array.storage.release();
}

/**
 * One dispatch over all pieces: their totals if `totals` is given, otherwise their scans, each from the total of the
 * pieces before it, which `before` holds inclusively.
 */
function runPieces(
  gpu: Gpu,
  recipe: Recipe,
  level: Level,
  isShared: boolean,
  piece: number,
  before: readonly ArrayRef[],
  totals: readonly ArrayRef[] | null,
): void {
  const { rows } = level;
  const pieces = Math.ceil(rows.length / piece);
  const groupSize = isShared ? WORKGROUP_SIZE : gpu.tuning.aloneGroupSize(rows.count * pieces);
  const positions = walkRows("x", rows);
  const fields = recipe.fields.map((_, i) => i);
  const earlier = before.length === 0 ? "identity()" : `earlier(row * u.pieces + piece, piece)`;
  const storeTotal = fields.map((i) => `totals${i}[row * u.pieces + piece] = total.v${i};`).join("\n");
  gpu.run({
    key: `scan ${level.key} ${positions.key} ${isShared} ${before.length === 0} ${totals === null}`,
    label: `scan ${recipe.kind}`,
    reads: { ...level.reads, ...named("before", before) },
    writes: totals === null ? level.writes : named("totals", totals),
    uniforms: {
      rows: u32(rows.count),
      line_length: u32(rows.length),
      piece: u32(piece),
      pieces: u32(pieces),
      ...positions.uniforms,
      ...level.uniforms,
    },
    groups: isShared ? rows.count * pieces : Math.ceil(rows.count * pieces / groupSize),
    workgroupSize: groupSize,
    declarations: () => `
${positions.declaration}
${totalDeclarations(recipe)}
${level.declarations}
fn load(at: u32, row: u32, k: u32) -> Total { ${level.load} }
${
      before.length === 0 ? "" : `fn earlier(index: u32, piece: u32) -> Total {
  if (piece == 0u) { return identity(); }
  return Total(${fields.map((i) => `before${i}[index - 1u]`).join(", ")});
}`
    }
${ACCUMULATE}
${
      totals !== null ? "" : `fn scan_run(row: u32, first: u32, end: u32, prefix: Total) {
  let start = x_row(row);
  var done = prefix;
  var k = first;
  while (k < end) {
    var block = identity();
    for (var j = 0u; j < ${BLOCK}u && k < end; j++) {
      block = combine(block, load(start + x_step(k), row, k));
      let total = combine(done, block);
      ${level.store}
      k++;
    }
    done = combine(done, block);
  }
}`
    }
${
      isShared
        ? `var<workgroup> runs: array<Total, ${WORKGROUP_SIZE}>;
var<workgroup> octets: array<Total, ${WORKGROUP_SIZE / 8}>;`
        : ""
    }`,
    body: () =>
      isShared
        ? `
  let row = group / u.pieces;
  let piece = group % u.pieces;
  let end = min((piece + 1u) * u.piece, u.line_length);
  let run = (end - piece * u.piece + ${WORKGROUP_SIZE - 1}u) / ${WORKGROUP_SIZE}u;
  let first = piece * u.piece + lane * run;
  let run_end = min(first + run, end);
  runs[lane] = accumulate(row, first, run_end, 1u);
  workgroupBarrier();
  // The totals of the runs before this one: of its octet, then of the octets before that.
  var total = identity();
  for (var other = lane / 8u * 8u; other < lane; other++) { total = combine(total, runs[other]); }
  if (lane % 8u == 7u) { octets[lane / 8u] = combine(total, runs[lane]); }
  workgroupBarrier();
  var octets_before = identity();
  for (var other = 0u; other < lane / 8u; other++) { octets_before = combine(octets_before, octets[other]); }
  total = combine(octets_before, total);
  ${
          totals === null
            ? `scan_run(row, first, run_end, combine(${earlier}, total));`
            : `if (lane == ${WORKGROUP_SIZE - 1}u) { total = combine(total, runs[lane]); ${storeTotal} }`
        }`
        : `
  if (id >= u.rows * u.pieces) { return; }
  let row = id % u.rows;
  let piece = id / u.rows;
  let first = piece * u.piece;
  let end = min(first + u.piece, u.line_length);
  ${
          totals === null
            ? `scan_run(row, first, end, ${earlier});`
            : `let total = accumulate(row, first, end, 1u); ${storeTotal}`
        }`,
  });
}

/** Inclusive scan along `dim`. */
export function scan(gpu: Gpu, kind: Scan, x: ArrayRef, out: ArrayRef, indices: ArrayRef | null, dim: number): void {
  if (x.numel === 0) return;
  const recipe = recipeOf(kind, x);
  const outputs = indices === null ? { out } : { out, indices };
  const walks = Object.entries(outputs).map(([name, array]) => walkRows(name, rowsOver(array, [dim])));
  scanLevel(gpu, recipe, {
    key: `${kind} ${x.dtype} ${walks.map((walk) => walk.key).join(" ")}`,
    rows: rowsOver(x, [dim]),
    reads: { x: flat(x) },
    writes: Object.fromEntries(Object.entries(outputs).map(([name, array]) => [name, flat(array)])),
    load: recipe.load,
    store: recipe.store,
    uniforms: Object.assign({}, ...walks.map((walk) => walk.uniforms)),
    declarations: [recipe.declarations, ...walks.map((walk) => walk.declaration)].join("\n"),
  });
}
