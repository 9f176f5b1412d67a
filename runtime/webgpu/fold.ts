/**
 * Folding the rows of an array with an associative operation, in as many dispatches as the length of the rows asks for.
 *
 * The order of the operations depends on the shape alone, so every run gives the same bits. No accumulator takes more
 * than some 50 terms one after the other: sums are as good as pairwise ones.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { Gpu } from "./gpu.ts";
import { type Scalar, u32, WORKGROUP_SIZE } from "./program.ts";
import { liesInColumns, type Rows, walkRows } from "./walk.ts";

/** Elements that an accumulator takes before it is added to that of the whole piece. */
const BLOCK = 16;

/** Rows this short are folded by one invocation each, wherever they lie. */
const SHORT = 32;

/** Most elements of a piece that one invocation folds. */
const COLUMN_PIECE = 256;

/** Most elements of a piece that one workgroup folds: two levels of blocks per invocation. */
const ROW_PIECE = WORKGROUP_SIZE * BLOCK * BLOCK;

/** Fewest elements for which a second workgroup is worth a second dispatch. */
const LEAST_ROW_PIECE = 2048;

/** Workgroups, and invocations, that are enough to keep a GPU busy. */
const ENOUGH_GROUPS = 512;
const ENOUGH_INVOCATIONS = 32768;

/** An accumulator and how it is made, joined and used. All texts are WGSL. */
export interface Fold {
  /** Name of the texts. */
  readonly key: string;
  /** Types of the fields `v0`, `v1` of the accumulator `Total`. */
  readonly fields: readonly ("f32" | "i32" | "u32")[];
  /** The fields of a `Total` that changes nothing. */
  readonly identity: string;
  /** Body of `fn combine(p: Total, q: Total) -> Total`; neither the order nor the grouping may matter. */
  readonly combine: string;
  /** Body of `fn load(at: u32, row: u32, k: u32) -> Total`: the k-th element of the row, `at` after the first of all. */
  readonly load: string;
  /** Statements that write the `total` of a `row`. */
  readonly store: string;
  /** Arrays that `load` reads. */
  readonly operands: Readonly<Record<string, ArrayRef>>;
  /** Arrays that `store` reads. */
  readonly extras?: Readonly<Record<string, ArrayRef>>;
  /** Arrays that `store` writes. */
  readonly results: Readonly<Record<string, ArrayRef>>;
  readonly uniforms?: Readonly<Record<string, Scalar>>;
  readonly declarations?: string;
}

/** How rows are cut: by one invocation or one workgroup per piece, of `piece` elements. */
interface Plan {
  readonly isByColumns: boolean;
  readonly piece: number;
  readonly pieces: number;
}

function planOf(rows: Rows): Plan {
  const { count, length } = rows;
  const isByColumns = length <= SHORT || liesInColumns(rows);
  const wanted = Math.ceil((isByColumns ? ENOUGH_INVOCATIONS : ENOUGH_GROUPS) / count);
  const [least, most] = isByColumns ? [SHORT, COLUMN_PIECE] : [LEAST_ROW_PIECE, ROW_PIECE];
  const piece = Math.min(Math.max(Math.ceil(length / wanted), least), most);
  return { isByColumns, piece, pieces: Math.max(1, Math.ceil(length / piece)) };
}

/** Totals of pieces that wait to be folded further: one array per field. */
interface Partials {
  readonly arrays: readonly ArrayRef[];
  readonly rows: Rows;
}

/** Memory for totals of `shape`, one array per field. Unsigned words are what uint8 arrays are made of. */
export function totalsFor(gpu: Gpu, { fields }: Pick<Fold, "fields">, shape: readonly number[]): ArrayRef[] {
  const dtypes = { f32: "float32", i32: "int32", u32: "uint8" } as const;
  return fields.map((type) => gpu.scratch(shape, dtypes[type]));
}

/** Memory for the totals of all pieces. */
function partialsFor(gpu: Gpu, f: Fold, { count }: Rows, { isByColumns, pieces }: Plan): Partials {
  return {
    arrays: totalsFor(gpu, f, isByColumns ? [pieces, count] : [count, pieces]),
    rows: {
      kept: { shape: [count], strides: [isByColumns ? 1 : pieces] },
      line: { shape: [pieces], strides: [isByColumns ? count : 1] },
      count,
      length: pieces,
    },
  };
}

/** The arrays of totals under the names by which a program knows them: `prefix0`, `prefix1`. */
export function named(prefix: string, arrays: readonly ArrayRef[]): Record<string, ArrayRef> {
  return Object.fromEntries(arrays.map((array, i) => [`${prefix}${i}`, array]));
}

/** Declares the accumulator of a fold and the functions on it. */
export function totalDeclarations(
  { fields, identity, combine }: Pick<Fold, "fields" | "identity" | "combine">,
): string {
  return `struct Total { ${fields.map((type, i) => `v${i}: ${type}`).join(", ")} }
fn identity() -> Total { return Total(${identity}); }
fn combine(p: Total, q: Total) -> Total { ${combine} }`;
}

/** The total of every `step`-th element of a row from `first` to before `end`, from `load`, `x_row` and `x_step`. */
export const ACCUMULATE = `fn accumulate(row: u32, first: u32, end: u32, step: u32) -> Total {
  let start = x_row(row);
  var total = identity();
  var k = first;
  while (k < end) {
    var block = identity();
    for (var j = 0u; j < ${BLOCK}u && k < end; j++) {
      block = combine(block, load(start + x_step(k), row, k));
      k += step;
    }
    total = combine(total, block);
  }
  return total;
}`;

/**
 * Statements after which the first element of a workgroup array, one per invocation, is the total of all. Eight at a time:
 * a barrier costs more than the sums of a step.
 */
export function foldLanes(name: string, combined: (p: string, q: string) => string): string {
  const steps: string[] = [];
  for (let distance = 1; distance < WORKGROUP_SIZE; distance *= 8) {
    steps.push(`
  workgroupBarrier();
  if (lane % ${8 * distance}u == 0u) {
    for (var other = lane + ${distance}u; other < lane + ${8 * distance}u; other += ${distance}u) {
      ${name}[lane] = ${combined(`${name}[lane]`, `${name}[other]`)};
    }
  }`);
  }
  return steps.join("");
}

/** One dispatch: from the operands or from totals of pieces, to totals of larger pieces or to the results. */
function runStage(gpu: Gpu, f: Fold, rows: Rows, plan: Plan, from: Partials | null, to: Partials | null): void {
  const { isByColumns, piece, pieces } = plan;
  const positions = walkRows("x", rows);
  const index = isByColumns ? "piece * u.rows + row" : "row * u.pieces + piece";
  const store = to === null ? f.store : f.fields.map((_, i) => `to${i}[${index}] = total.v${i};`).join("\n");
  const load = from === null ? f.load : `return Total(${f.fields.map((_, i) => `from${i}[at]`).join(", ")});`;
  gpu.run({
    key: `fold ${f.key} ${positions.key} ${isByColumns} ${from === null} ${to === null}`,
    reads: {
      ...(from === null ? f.operands : named("from", from.arrays)),
      ...(to === null ? f.extras : {}),
    },
    writes: to === null ? f.results : named("to", to.arrays),
    uniforms: {
      rows: u32(rows.count),
      line_length: u32(rows.length),
      piece: u32(piece),
      pieces: u32(pieces),
      ...positions.uniforms,
      ...f.uniforms,
    },
    groups: isByColumns ? Math.ceil(rows.count * pieces / WORKGROUP_SIZE) : rows.count * pieces,
    declarations: () => `
${positions.declaration}
${totalDeclarations(f)}
${f.declarations ?? ""}
fn load(at: u32, row: u32, k: u32) -> Total { ${load} }
${ACCUMULATE}
${isByColumns ? "" : `var<workgroup> totals: array<Total, ${WORKGROUP_SIZE}>;`}`,
    body: () =>
      isByColumns
        ? `
  if (id >= u.rows * u.pieces) { return; }
  let row = id % u.rows;
  let piece = id / u.rows;
  let first = piece * u.piece;
  let total = accumulate(row, first, min(first + u.piece, u.line_length), 1u);
  ${store}`
        : `
  let row = group / u.pieces;
  let piece = group % u.pieces;
  let first = piece * u.piece;
  totals[lane] = accumulate(row, first + lane, min(first + u.piece, u.line_length), ${WORKGROUP_SIZE}u);
  ${foldLanes("totals", (p, q) => `combine(${p}, ${q})`)}
  if (lane == 0u) {
    let total = totals[0];
    ${store}
  }`,
  });
}

/** Folds each row and stores its total. */
export function fold(gpu: Gpu, f: Fold, rows: Rows): void {
  if (rows.count === 0) return;
  let from: Partials | null = null;
  let current = rows;
  for (;;) {
    const plan = planOf(current);
    const to = plan.pieces === 1 ? null : partialsFor(gpu, f, current, plan);
    runStage(gpu, f, current, plan, from, to);
    from?.arrays.forEach((array) => array.storage.release());
    if (to === null) return;
    from = to;
    current = to.rows;
  }
}

/** The axes `dims` of an array of `strides`, farthest apart first: the order that merges most of them. */
export function byStride(strides: readonly number[], dims: readonly number[]): number[] {
  return [...dims].sort((a, b) => strides[b] - strides[a]);
}
