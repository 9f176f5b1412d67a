/**
 * Folding the rows of an array with an associative operation, in as many dispatches as the length of the rows asks for.
 *
 * The order of the operations depends on the shape alone, so every run gives the same bits. No accumulator takes more
 * than 16 terms one after the other: sums are as good as pairwise ones.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { Gpu } from "./gpu.ts";
import { type Scalar, u32, WORKGROUP_SIZE } from "./program.ts";
import type { Stretches } from "./tuning.ts";
import { liesInColumns, type Rows, walkRows } from "./walk.ts";

/** Terms that an accumulator takes before it is added to a coarser one, of which there are two. */
const BLOCK = 8;

/** Rows this short are folded by one invocation each, wherever they lie. */
const SHORT = 32;

/**
 * Pieces of rows that a workgroup folds together: the fewest elements for which a second one is worth a second dispatch,
 * the most, and how many workgroups keep a GPU busy.
 */
const SHARED = { least: 2048, most: 256 * WORKGROUP_SIZE, enough: 512 };

/** An accumulator and how it is made, joined and used. All texts are WGSL. */
export interface Fold {
  /** Name of the texts. */
  readonly key: string;
  /** What profiles call it. */
  readonly label: string;
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

/** How rows are cut: one invocation, or a workgroup that shares it, takes a piece of `piece` elements. */
interface Plan {
  readonly isShared: boolean;
  readonly piece: number;
  readonly pieces: number;
}

function planOf({ tuning }: Gpu, rows: Rows): Plan {
  const { length } = rows;
  const isShared = tuning.sharesRows && length > SHORT && !liesInColumns(rows);
  const piece = pieceOf(rows, isShared ? SHARED : tuning.fold);
  return { isShared, piece, pieces: Math.max(1, Math.ceil(length / piece)) };
}

/** Elements of a piece when rows are cut in this way. */
export function pieceOf({ count, length }: Pick<Rows, "count" | "length">, { least, most, enough }: Stretches): number {
  return Math.min(Math.max(Math.ceil(length / Math.ceil(enough / count)), least), most);
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
function partialsFor(gpu: Gpu, f: Fold, { count }: Rows, { isShared, pieces }: Plan): Partials {
  return {
    arrays: totalsFor(gpu, f, isShared ? [count, pieces] : [pieces, count]),
    rows: {
      kept: { shape: [count], strides: [isShared ? pieces : 1] },
      line: { shape: [pieces], strides: [isShared ? 1 : count] },
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
    var large = identity();
    for (var b = 0u; b < ${BLOCK}u && k < end; b++) {
      var block = identity();
      for (var j = 0u; j < ${BLOCK}u && k < end; j++) {
        block = combine(block, load(start + x_step(k), row, k));
        k += step;
      }
      large = combine(large, block);
    }
    total = combine(total, large);
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
  const { isShared, piece, pieces } = plan;
  const total = rows.count * pieces;
  const groupSize = isShared ? WORKGROUP_SIZE : gpu.tuning.aloneGroupSize(total);
  const positions = walkRows("x", rows);
  const index = isShared ? "row * u.pieces + piece" : "piece * u.rows + row";
  const store = to === null ? f.store : f.fields.map((_, i) => `to${i}[${index}] = total.v${i};`).join("\n");
  const load = from === null ? f.load : `return Total(${f.fields.map((_, i) => `from${i}[at]`).join(", ")});`;
  gpu.run({
    key: `fold ${f.key} ${positions.key} ${isShared} ${from === null} ${to === null}`,
    label: f.label,
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
    groups: isShared ? total : Math.ceil(total / groupSize),
    workgroupSize: groupSize,
    declarations: () => `
${positions.declaration}
${totalDeclarations(f)}
${f.declarations ?? ""}
fn load(at: u32, row: u32, k: u32) -> Total { ${load} }
${ACCUMULATE}
${isShared ? `var<workgroup> totals: array<Total, ${WORKGROUP_SIZE}>;` : ""}`,
    body: () =>
      isShared
        ? `
  let row = group / u.pieces;
  let piece = group % u.pieces;
  let first = piece * u.piece;
  totals[lane] = accumulate(row, first + lane, min(first + u.piece, u.line_length), ${WORKGROUP_SIZE}u);
  ${foldLanes("totals", (p, q) => `combine(${p}, ${q})`)}
  if (lane == 0u) {
    let total = totals[0];
    ${store}
  }`
        : `
  if (id >= u.rows * u.pieces) { return; }
  let row = id % u.rows;
  let piece = id / u.rows;
  let first = piece * u.piece;
  let total = accumulate(row, first, min(first + u.piece, u.line_length), 1u);
  ${store}`,
  });
}

/** Folds each row and stores its total. */
export function fold(gpu: Gpu, f: Fold, rows: Rows): void {
  if (rows.count === 0) return;
  let from: Partials | null = null;
  let current = rows;
  for (;;) {
    const plan = planOf(gpu, current);
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
