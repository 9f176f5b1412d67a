/**
 * Products in which one operand has few outer indices: a matrix times a vector, an inner product, depthwise convolutions.
 *
 * Nothing is used often enough to be staged. An invocation computes all the few sums at one index of the other operand;
 * where that operand's neighbours lie along the sum, or the sums are long, several invocations share them.
 *
 * @module
 */
import type { Gpu } from "./gpu.ts";
import {
  type Gemm,
  gemmUniforms,
  range,
  type Split,
  type Target,
  targetKey,
  vectorViews,
  withSplit,
} from "./gemm_problem.ts";
import { elementType, u32, WORKGROUP_SIZE } from "./program.ts";

/** Which operand has few outer indices. */
function fewOf({ m, n }: Gemm): "a" | "b" {
  return m < n ? "a" : "b";
}

/**
 * How many invocations share a sum: those of a workgroup that do not differ in the outer index. Where neighbours lie along
 * the sum, 16 of them fill cache lines; where they lie along the outer axis, as many outer indices as there are do.
 */
function sharersOf({ tuning }: Gpu, problem: Gemm): number {
  if (!tuning.sharesRows) return 1;
  const many = problem[fewOf(problem) === "a" ? "b" : "a"];
  const count = Math.max(problem.m, problem.n);
  if (many.along === "inner") return count * problem.batches < WORKGROUP_SIZE ? WORKGROUP_SIZE : 16;
  return WORKGROUP_SIZE / Math.min(WORKGROUP_SIZE, 2 ** Math.ceil(Math.log2(count)));
}

/** Invocations of a workgroup. */
function groupSizeOf({ tuning }: Gpu, { m, n, batches }: Gemm): number {
  return tuning.sharesRows ? WORKGROUP_SIZE : tuning.aloneGroupSize(Math.max(m, n) * batches);
}

/** Workgroups that the product has when its sums are whole. */
export function skinnyGroups(gpu: Gpu, problem: Gemm): number {
  const outer = groupSizeOf(gpu, problem) / sharersOf(gpu, problem);
  return Math.ceil(Math.max(problem.m, problem.n) / outer) * problem.batches;
}

/** Statements that store `sums`, those of the few at outer index `many` of the other operand. */
function stores(few: "a" | "b", count: number, { row, column, bias, accumulate }: Target): string {
  return range(count).map((f) => {
    const [i, j] = few === "a" ? [`${f}u`, "many"] : ["many", `${f}u`];
    const place = `out[${row(i)} + ${column(j)}]`;
    return `    ${place} = ${accumulate ? `${place} + ` : ""}sum_${f}${bias === null ? "" : ` + ${bias(i, j)}`};`;
  }).join("\n");
}

/** Statements of one turn along the sum: products at `p`, or, where the many are read as vectors, at the four from there. */
function products(problem: Gemm, few: "a" | "b", count: number): string {
  const [x, y] = [problem[few], problem[few === "a" ? "b" : "a"]];
  const { vector } = y;
  if (vector === null || y.along === "outer") {
    return `${x.inner("x", "p")}
${y.inner("y", "p")}
    let value = ${y.element("outer", "y")};
${range(count).map((f) => `    sum_${f} += ${x.element(`few_${f}`, "x")} * value;`).join("\n")}`;
  }
  const four = (f: number): string =>
    x.vector !== null && x.along === "inner"
      ? x.vector(`few_${f}`, "x_0")
      : `vec4<${elementType(problem.out.dtype)}>(${range(4).map((c) => x.element(`few_${f}`, `x_${c}`)).join(", ")})`;
  return `${range(4).map((c) => x.inner(`x_${c}`, `(p + ${c}u)`)).join("\n")}
${y.inner("y", "p")}
    let value = ${vector("outer", "y")};
${range(count).map((f) => `    sum_${f} += dot(${four(f)}, value);`).join("\n")}`;
}

/** Adds the sums of the invocations that share them; those of the first become whole. */
function shared(sharers: number, count: number): string {
  const lines = range(count).map((f) => `  shares[lane * ${count}u + ${f}u] = sum_${f};`);
  lines.push(`  for (var step = ${sharers / 2}u; step > 0u; step /= 2u) {
    workgroupBarrier();
    if (sharer < step) {`);
  for (const f of range(count)) {
    lines.push(`      sum_${f} += shares[(lane + step * spacing) * ${count}u + ${f}u];
      shares[lane * ${count}u + ${f}u] = sum_${f};`);
  }
  return `${lines.join("\n")}\n    }\n  }`;
}

/** Runs a product of which an operand has few outer indices; parts are multiples of 4 long. */
export function skinnyGemm(gpu: Gpu, problem: Gemm, split: Split): void {
  const few = fewOf(problem);
  const many = few === "a" ? "b" : "a";
  const count = few === "a" ? problem.m : problem.n;
  const type = elementType(problem.out.dtype);
  const sharers = sharersOf(gpu, problem);
  const groupSize = groupSizeOf(gpu, problem);
  const outer = groupSize / sharers;
  // Neighbouring invocations read neighbouring elements.
  const alongSum = problem[many].along === "inner";
  const isVector = alongSum && problem[many].vector !== null;
  withSplit(gpu, problem, split, (out, { isVector: _, ...target }) => {
    const scalarTarget = { ...target, isVector: false };
    gpu.run({
      key: `skinny ${problem.key} ${few}${count} ${sharers}${targetKey(scalarTarget)} ${split.parts > 1}`,
      label: problem.label,
      reads: problem.reads,
      writes: { out },
      uniforms: {
        ...gemmUniforms(problem),
        many_count: u32(few === "a" ? problem.n : problem.m),
        many_groups: u32(skinnyGroups(gpu, problem) / problem.batches),
        part_length: u32(split.length),
      },
      groups: skinnyGroups(gpu, problem) * split.parts,
      workgroupSize: groupSize,
      declarations: () =>
        [
          vectorViews(problem, scalarTarget),
          sharers > 1 ? `var<workgroup> shares: array<${type}, ${groupSize * count}>;` : "",
          problem.declarations,
        ].join("\n"),
      body: () =>
        `  let product = group / u.many_groups;
  let batch = product % u.batches;
  let first = product / u.batches * u.part_length;
  let last = min(u.k, first + u.part_length);
  let sharer = lane ${alongSum ? `% ${sharers}u` : `/ ${outer}u`};
  let spacing = ${alongSum ? 1 : outer}u;
  let many = group % u.many_groups * ${outer}u + lane ${alongSum ? `/ ${sharers}u` : `% ${outer}u`};
${problem.setup}
${problem[many].outer("outer", "min(many, u.many_count - 1u)")}
${range(count).map((f) => problem[few].outer(`few_${f}`, `${f}u`)).join("\n")}
${range(count).map((f) => `  var sum_${f} = ${type}();`).join("\n")}
  for (var p = first + sharer${isVector ? " * 4u" : ""}; p < last; p += ${sharers * (isVector ? 4 : 1)}u) {
${products(problem, few, count)}
  }
${sharers > 1 ? shared(sharers, count) : ""}
  if (sharer == 0u && many < u.many_count) {
${stores(few, count, scalarTarget)}
  }`,
    });
  });
}
