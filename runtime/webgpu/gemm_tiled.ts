/**
 * The tiled matrix product: a workgroup computes a tile of the result from blocks of both operands that it stages in its
 * memory, and every invocation keeps a block of the tile in registers.
 *
 * Both operands are staged in blocks of 4 x 4 elements, one per invocation and turn, as four vectors along the outer
 * axis. A block whose neighbours lie along the sum is transposed in registers, so vector loads serve all layouts.
 *
 * @module
 */
import { elementType, u32 } from "./program.ts";
import type { Gpu } from "./gpu.ts";
import {
  type Gemm,
  gemmUniforms,
  type Operand,
  range,
  type Split,
  type Target,
  targetKey,
  vectorViews,
  withSplit,
} from "./gemm_problem.ts";

/** How a tile of the result is cut. */
export interface Tile {
  /** Rows and columns of the result that one workgroup computes. */
  readonly m: number;
  readonly n: number;
  /** Products per element between two barriers; a multiple of 4. */
  readonly depth: number;
  /** Rows and columns that one invocation computes; multiples of 4. */
  readonly rows: number;
  readonly columns: number;
}

/** Products per turn of the innermost loop. */
const UNROLL = 4;

/** Invocations of a workgroup. */
export function lanesOf(tile: Tile): number {
  return (tile.m / tile.rows) * (tile.n / tile.columns);
}

/** WGSL that brings one operand into registers and from there into its part of the workgroup's memory. */
class Stage {
  readonly #name: "a" | "b";
  readonly #operand: Operand;
  readonly #type: string;
  /** True if the last tile of a sum is not full. */
  readonly #isMasked: boolean;
  /** Blocks across the tile and along the sum. */
  readonly #outerBlocks: number;
  readonly #innerBlocks: number;
  readonly #lanes: number;

  constructor(name: "a" | "b", problem: Gemm, tile: Tile) {
    this.#name = name;
    this.#operand = problem[name];
    this.#type = elementType(problem.out.dtype);
    this.#isMasked = problem.k % tile.depth !== 0;
    this.#outerBlocks = (name === "a" ? tile.m : tile.n) / 4;
    this.#innerBlocks = tile.depth / 4;
    this.#lanes = lanesOf(tile);
  }

  /** Vectors from one row of the staged tile to the next: one more than it has, so that columns fall into other banks. */
  get stride(): number {
    return this.#outerBlocks + 1;
  }

  declarations(): string {
    return `var<workgroup> ${this.#name}_tile: array<vec4<${this.#type}>, ${4 * this.#innerBlocks * this.stride}>;`;
  }

  get #turns(): number[] {
    return range(Math.ceil(this.#outerBlocks * this.#innerBlocks / this.#lanes));
  }

  /** Statements of a turn, run by those invocations that have a block in it. */
  #guarded(turn: number, statements: string): string {
    const left = this.#outerBlocks * this.#innerBlocks - turn * this.#lanes;
    return `  ${left < this.#lanes ? `if (lane < ${left}u) ` : ""}{\n${statements}\n  }`;
  }

  /** What does not change along the sum. Outer indices beyond the end are taken for the last; nothing of them is stored. */
  prologue(): string {
    const [first, count] = this.#name === "a" ? ["first_i", "u.m"] : ["first_j", "u.n"];
    const [outer, inner] = this.#operand.along === "inner"
      ? [`/ ${this.#innerBlocks}u`, `% ${this.#innerBlocks}u`]
      : [`% ${this.#outerBlocks}u`, `/ ${this.#outerBlocks}u`];
    return this.#turns.map((turn) => {
      const id = `${this.#name}${turn}`;
      const index = (c: number): string => `min(${first} + 4u * ${id}_outer + ${c}u, ${count} - 1u)`;
      return `  let ${id}_outer = (lane + ${turn * this.#lanes}u) ${outer};
  let ${id}_inner = 4u * ((lane + ${turn * this.#lanes}u) ${inner});
${range(4).map((c) => this.#operand.outer(`${id}_o${c}`, index(c))).join("\n")}`;
    }).join("\n");
  }

  /** Loads the part of the tile whose products begin at `k0` into registers: value c holds four outer elements. */
  load(): string {
    return this.#turns.map((turn) => {
      const id = `${this.#name}${turn}`;
      const zeros = range(4).map((c) => `  var ${id}_v${c} = vec4<${this.#type}>();`).join("\n");
      return `${zeros}\n${this.#guarded(turn, this.#values(id))}`;
    }).join("\n");
  }

  #values(id: string): string {
    const { vector, along, element } = this.#operand;
    const inner = (c: number): string => `(k0 + ${id}_inner + ${c}u)`;
    const inside = (four: string, c: number): string =>
      this.#isMasked ? `select(vec4<${this.#type}>(), ${four}, ${inner(c)} < last)` : four;
    const lines = range(4).map((c) => this.#operand.inner(`${id}_i${c}`, inner(c)));
    if (vector !== null && along === "inner") {
      // The length of the sum is a multiple of 4: a vector along it is inside as a whole.
      for (const c of range(4)) lines.push(`  let ${id}_t${c} = ${inside(vector(`${id}_o${c}`, `${id}_i0`), 0)};`);
    }
    for (const c of range(4)) {
      const four = (text: (o: number) => string): string => `vec4<${this.#type}>(${range(4).map(text).join(", ")})`;
      const value = vector === null
        ? inside(four((o) => element(`${id}_o${o}`, `${id}_i${c}`)), c)
        : along === "inner"
        ? four((o) => `${id}_t${o}[${c}]`)
        : inside(vector(`${id}_o0`, `${id}_i${c}`), c);
      lines.push(`  ${id}_v${c} = ${value};`);
    }
    return lines.join("\n");
  }

  /** Writes what `load` brought. */
  store(): string {
    return this.#turns.map((turn) => {
      const id = `${this.#name}${turn}`;
      return this.#guarded(
        turn,
        range(4).map((c) =>
          `  ${this.#name}_tile[(${id}_inner + ${c}u) * ${this.stride}u + ${id}_outer] = ${id}_v${c};`
        ).join("\n"),
      );
    }).join("\n");
  }
}

/** Statements after which `sum_r_c` is what row r of an invocation has in its c-th vector of columns. */
function sums(tile: Tile, a: Stage, b: Stage, type: string): string {
  const rows = range(tile.rows / 4);
  const columns = range(tile.columns / 4);
  const lanesM = tile.m / tile.rows;
  const lanesN = tile.n / tile.columns;
  const multiply = (x: string, y: string, sum: string): string =>
    type === "f32" ? `fma(vec4<f32>(${x}), ${y}, ${sum})` : `${x} * ${y} + ${sum}`;
  const step = (p: number): string =>
    [
      ...rows.map((g) => `    let a${p}_${g} = a_tile[(p + ${p}u) * ${a.stride}u + ${g * lanesM}u + lane_i];`),
      ...columns.map((g) => `    let b${p}_${g} = b_tile[(p + ${p}u) * ${b.stride}u + ${g * lanesN}u + lane_j];`),
      ...range(tile.rows).flatMap((r) =>
        columns.map((c) =>
          `    sum_${r}_${c} = ${multiply(`a${p}_${r >> 2}[${r % 4}]`, `b${p}_${c}`, `sum_${r}_${c}`)};`
        )
      ),
    ].join("\n");
  return `${range(tile.rows).flatMap((r) => columns.map((c) => `  var sum_${r}_${c} = vec4<${type}>();`)).join("\n")}
  for (var k0 = first; k0 < last; k0 += ${tile.depth}u) {
${a.load()}
${b.load()}
  workgroupBarrier();
${a.store()}
${b.store()}
  workgroupBarrier();
  for (var p = 0u; p < ${tile.depth}u; p += ${UNROLL}u) {
${range(UNROLL).map(step).join("\n")}
  }
  }`;
}

/** Statements that store the sums of an invocation. */
function stores(tile: Tile, type: string, { row, column, isVector, bias, accumulate }: Target): string {
  const lanesM = tile.m / tile.rows;
  const lanesN = tile.n / tile.columns;
  const columns = range(tile.columns / 4);
  const before = accumulate ? (place: string) => `${place} + ` : () => "";
  const plus = (text: string): string => bias === null ? "" : ` + ${text}`;
  const places = columns.flatMap((c) => [
    `  let j_${c} = first_j + 4u * (${c * lanesN}u + lane_j);`,
    ...range(isVector ? 1 : 4).map((x) => `  let column_${c}_${x} = ${column(`(j_${c} + ${x}u)`)};`),
  ]);
  const vector = (r: number, c: number): string => {
    const place = `out4[(row + column_${c}_0) / 4u]`;
    const four = bias === null ? "" : `vec4<${type}>(${range(4).map((x) => bias("i", `(j_${c} + ${x}u)`)).join(", ")})`;
    return `    if (j_${c} < u.n) { ${place} = ${before(place)}sum_${r}_${c}${plus(four)}; }`;
  };
  const scalar = (r: number, c: number, x: number): string => {
    const place = `out[row + column_${c}_${x}]`;
    const one = bias === null ? "" : bias("i", `(j_${c} + ${x}u)`);
    return `    if (j_${c} + ${x}u < u.n) { ${place} = ${before(place)}sum_${r}_${c}[${x}]${plus(one)}; }`;
  };
  const rows = range(tile.rows).map((r) =>
    `  i = first_i + 4u * (${(r >> 2) * lanesM}u + lane_i) + ${r % 4}u;
  if (i < u.m) {
    let row = ${row("i")};
${columns.flatMap((c) => isVector ? [vector(r, c)] : range(4).map((x) => scalar(r, c, x))).join("\n")}
  }`
  );
  return [...places, "  var i = 0u;", ...rows].join("\n");
}

/** Runs a product in tiles, its sums cut as `split` says (in multiples of the depth). */
export function tiledGemm(gpu: Gpu, problem: Gemm, tile: Tile, split: Split): void {
  const { m, n, k, batches } = problem;
  const type = elementType(problem.out.dtype);
  const a = new Stage("a", problem, tile);
  const b = new Stage("b", problem, tile);
  const tilesM = Math.ceil(m / tile.m);
  const tilesN = Math.ceil(n / tile.n);
  const masked = k % tile.depth === 0 ? "" : " masked";
  withSplit(gpu, problem, split, (out, target) =>
    gpu.run({
      key: `gemm ${problem.key} ${Object.values(tile).join("x")}${masked}${targetKey(target)} ${split.parts > 1}`,
      label: problem.label,
      reads: problem.reads,
      writes: { out },
      uniforms: {
        ...gemmUniforms(problem),
        tiles_m: u32(tilesM),
        tiles_n: u32(tilesN),
        part_length: u32(split.length),
      },
      groups: tilesM * tilesN * batches * split.parts,
      workgroupSize: lanesOf(tile),
      declarations: () =>
        [vectorViews(problem, target), a.declarations(), b.declarations(), problem.declarations].join("\n"),
      body: () =>
        `  let first_j = group % u.tiles_n * ${tile.n}u;
  let first_i = group / u.tiles_n % u.tiles_m * ${tile.m}u;
  let product = group / (u.tiles_n * u.tiles_m);
  let batch = product % u.batches;
  let first = product / u.batches * u.part_length;
  let last = min(u.k, first + u.part_length);
  let lane_j = lane % ${tile.n / tile.columns}u;
  let lane_i = lane / ${tile.n / tile.columns}u;
${problem.setup}
${a.prologue()}
${b.prologue()}
${sums(tile, a, b, type)}
${stores(tile, type, target)}`,
    }));
}
