/**
 * Convolutions on a GPU: matrix products whose second operand is read from the images window by window, so that no buffer
 * of unfolded windows exists.
 *
 * Along every axis output `p` and tap `t` of the kernel meet at input `p stride - padding + t dilation`. What depends on
 * `p` and what depends on `t` are the two axes of that operand.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { ConvolutionBackend, ConvolutionGeometry } from "../backend.ts";
import { perAxis, product, split } from "./convolution_axes.ts";
import { gemm } from "./gemm.ts";
import { type Operand, range } from "./gemm_problem.ts";
import type { Gpu } from "./gpu.ts";
import { i32, type Scalar, u32 } from "./program.ts";

function isMultipleOf4(...numbers: readonly number[]): boolean {
  return numbers.every((n) => n % 4 === 0);
}

/** Row-major position of `coordinate(d)` in a box whose sizes are the fields `name_0`, ... */
function flat(rank: number, name: string, coordinate: (d: number) => string): string {
  return range(rank).reduce((text, d) => d === 0 ? coordinate(0) : `(${text}) * u.${name}_${d} + ${coordinate(d)}`, "");
}

/**
 * `b_element`: the element of a plane at signed coordinates, 0 outside. `b_axis` of the operand defines the first position of
 * a plane as `id` and the coordinates as `id_0`, ...; those of its outer and its inner axis are added.
 */
function planeElement(rank: number): string {
  const axes = range(rank);
  return `fn b_element(plane: u32, ${axes.map((d) => `s${d}: i32`).join(", ")}) -> f32 {
  let inside = ${axes.map((d) => `u32(s${d}) < u.plane_${d}`).join(" && ")};
  return select(0.0, b[select(0u, plane + ${flat(rank, "plane", (d) => `u32(s${d})`)}, inside)], inside);
}`;
}

/** The call of `b_element` for what both axes of the operand defined. */
function planeElementAt(rank: number, outer: string, inner: string): string {
  return `b_element(${outer} + ${inner}${range(rank).map((d) => `, ${outer}_${d} + ${inner}_${d}`).join("")})`;
}

/** Statements that define `id`, the same for all elements of one output place; `index` counts images and places. */
function placeAxis(rank: number, id: string, index: string): string {
  return `${split(id, index, range(rank).map((d) => `u.place_${d}`))}
  let ${id} = u.b_offset + ${id}_rest * u.image + batch * u.group;
${range(rank).map((d) => `  let ${id}_${d} = ${id}_c${d} * u.stride_${d} + u.origin_${d};`).join("\n")}`;
}

/** The same for one tap of the kernel; `index` counts channels and taps, whose `counts` are constants of the kernel. */
function tapAxis(counts: readonly number[], id: string, index: string): string {
  return `${split(id, index, counts.map((n) => `${n}u`))}
  let ${id} = ${id}_rest * u.plane_size;
${counts.map((_, d) => `  let ${id}_${d} = ${id}_c${d} * u.step_${d};`).join("\n")}`;
}

/** Parameters of `placeAxis`, `tapAxis` and `b_element` where `x` is read and `places` are the outputs. */
function windowUniforms(
  x: ArrayRef,
  places: readonly number[],
  { stride, padding, dilation, groups }: ConvolutionGeometry,
): Record<string, Scalar> {
  const plane = x.shape.slice(2);
  return {
    image: u32(x.shape[1] * product(plane)),
    group: u32(x.shape[1] / groups * product(plane)),
    plane_size: u32(product(plane)),
    places: u32(product(places)),
    ...perAxis("plane", plane, u32),
    ...perAxis("place", places, u32),
    ...perAxis("stride", stride, i32),
    ...perAxis("origin", padding.map((p) => -p), i32),
    ...perAxis("step", dilation, i32),
  };
}

/** y [O, images and places] = weight [O, channels and taps] x [channels and taps, images and places], for every group. */
function convolution(
  gpu: Gpu,
  x: ArrayRef,
  weight: ArrayRef,
  bias: ArrayRef | null,
  y: ArrayRef,
  geometry: ConvolutionGeometry,
): void {
  const [outputs, channels, ...kernel] = weight.shape;
  const places = y.shape.slice(2);
  const rank = places.length;
  const k = channels * product(kernel);
  const weights: Operand = {
    outer: (id, index) => `  let ${id} = u.a_offset + (batch * u.m + ${index}) * u.k;`,
    inner: (id, index) => `  let ${id} = ${index};`,
    element: (outer, inner) => `a[${outer} + ${inner}]`,
    along: "inner",
    vector: isMultipleOf4(k, weight.offset) ? (outer, inner) => `a4[(${outer} + ${inner}) / 4u]` : null,
  };
  gemm(gpu, {
    label: "convolution",
    key: `convolution ${kernel} ${weights.vector !== null}`,
    m: outputs / geometry.groups,
    n: x.shape[0] * product(places),
    k,
    batches: geometry.groups,
    a: weights,
    b: {
      outer: (id, index) => placeAxis(rank, id, index),
      inner: (id, index) => tapAxis(kernel, id, index),
      element: (outer, inner) => planeElementAt(rank, outer, inner),
      along: "outer",
      vector: null,
    },
    reads: bias === null ? { a: weight, b: x } : { a: weight, b: x, bias },
    out: y,
    target: {
      row: (i) => `u.out_offset + (batch * u.m + ${i}) * u.places`,
      column: (j) => `${j} / u.places * (u.batches * u.m * u.places) + ${j} % u.places`,
      isVector: isMultipleOf4(product(places), y.offset),
      bias: bias === null ? null : (i) => `bias_at(batch * u.m + ${i})`,
      accumulate: false,
    },
    uniforms: windowUniforms(x, places, geometry),
    declarations: planeElement(rank),
    setup: "",
  });
}

/** dweight [O, channels and taps] = dy [O, images and places] x [images and places, channels and taps]. */
function convolutionWeight(
  gpu: Gpu,
  x: ArrayRef,
  dy: ArrayRef,
  dweight: ArrayRef,
  geometry: ConvolutionGeometry,
): void {
  const [outputs, channels, ...kernel] = dweight.shape;
  const places = dy.shape.slice(2);
  const rank = places.length;
  const n = channels * product(kernel);
  const gradients: Operand = {
    outer: (id, index) => `  let ${id} = u.a_offset + (batch * u.m + ${index}) * u.places;`,
    inner: (id, index) => `  let ${id} = ${index} / u.places * (u.batches * u.m * u.places) + ${index} % u.places;`,
    element: (outer, inner) => `a[${outer} + ${inner}]`,
    along: "inner",
    vector: isMultipleOf4(product(places), dy.offset) ? (outer, inner) => `a4[(${outer} + ${inner}) / 4u]` : null,
  };
  gemm(gpu, {
    label: "convolutionWeight",
    key: `convolutionWeight ${kernel} ${gradients.vector !== null}`,
    m: outputs / geometry.groups,
    n,
    k: x.shape[0] * product(places),
    batches: geometry.groups,
    a: gradients,
    b: {
      outer: (id, index) => tapAxis(kernel, id, index),
      inner: (id, index) => placeAxis(rank, id, index),
      element: (outer, inner) => planeElementAt(rank, outer, inner),
      along: "inner",
      vector: null,
    },
    reads: { a: dy, b: x },
    out: dweight,
    target: {
      row: (i) => `u.out_offset + (batch * u.m + ${i}) * u.n`,
      column: (j) => j,
      isVector: isMultipleOf4(n, dweight.offset),
      bias: null,
      accumulate: false,
    },
    uniforms: windowUniforms(x, places, geometry),
    declarations: planeElement(rank),
    setup: "",
  });
}

/**
 * Along one axis, the inputs `first + stride u` with `u < count`. They meet the same taps, `firstTap + tapStep v` with
 * `v < taps`, and the outputs `u + shift - v step`.
 */
interface Phase {
  readonly first: number;
  readonly count: number;
  readonly firstTap: number;
  readonly tapStep: number;
  readonly taps: number;
  readonly shift: number;
  readonly step: number;
}

/**
 * The phases of an axis: input s meets the taps t with `s + padding - t dilation` divisible by the stride, and the
 * output that is the quotient. So no work is spent on taps that a stride jumps over.
 */
function phasesOf(size: number, kernel: number, stride: number, padding: number, dilation: number): Phase[] {
  return range(Math.min(stride, size)).map((first) => {
    const taps = range(kernel).filter((t) => (first + padding - t * dilation) % stride === 0);
    const [firstTap = 0, second = firstTap + stride] = taps;
    return {
      first,
      count: Math.ceil((size - first) / stride),
      firstTap,
      tapStep: second - firstTap,
      taps: taps.length,
      shift: taps.length === 0 ? 0 : (first + padding - firstTap * dilation) / stride,
      step: (second - firstTap) * dilation / stride,
    };
  });
}

/** All ways to take one of each list. */
function combinations<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((found, list) => found.flatMap((taken) => list.map((x) => [...taken, x])), [[]]);
}

/** dx [channels, images and inputs] = weight [channels, O and taps] dy [O and taps, images and inputs], phase by phase. */
function convolutionInput(
  gpu: Gpu,
  dy: ArrayRef,
  weight: ArrayRef,
  dx: ArrayRef,
  { stride, padding, dilation, groups }: ConvolutionGeometry,
): void {
  const plane = dx.shape.slice(2);
  const kernel = weight.shape.slice(2);
  const axes = plane.map((n, d) => phasesOf(n, kernel[d], stride[d], padding[d], dilation[d]));
  for (const phases of combinations(axes)) inputPhase(gpu, dy, weight, dx, stride, groups, phases);
}

function inputPhase(
  gpu: Gpu,
  dy: ArrayRef,
  weight: ArrayRef,
  dx: ArrayRef,
  stride: readonly number[],
  groups: number,
  phases: readonly Phase[],
): void {
  const [outputs, channels, ...kernel] = weight.shape;
  const plane = dx.shape.slice(2);
  const rank = plane.length;
  const outputPlane = dy.shape.slice(2);
  const taps = phases.map((phase) => phase.taps);
  const places = phases.map((phase) => phase.count);
  // A size of zero is never divided by, but must not stand in the text as a constant.
  const tapCounts = taps.map((n) => Math.max(n, 1));
  const isDense = stride.every((s) => s === 1);
  gemm(gpu, {
    label: "convolutionInput",
    key: `convolutionInput ${taps}`,
    m: channels,
    n: dx.shape[0] * product(places),
    k: outputs / groups * product(taps),
    batches: groups,
    a: {
      outer: (id, index) => `  let ${id} = u.a_offset + batch * u.weight_group + ${index} * u.taps;`,
      inner: (id, index) =>
        `${split(id, index, tapCounts.map((n) => `${n}u`))}
  let ${id} = ${id}_rest * u.weight_output + ${
          flat(rank, "kernel", (d) => `(u.first_tap_${d} + u32(${id}_c${d}) * u.tap_step_${d})`)
        };`,
      element: (outer, inner) => `a[${outer} + ${inner}]`,
      along: "inner",
      vector: null,
    },
    b: {
      outer: (id, index) => placeAxis(rank, id, index),
      inner: (id, index) => tapAxis(tapCounts, id, index),
      element: (outer, inner) => planeElementAt(rank, outer, inner),
      along: "outer",
      vector: null,
    },
    reads: { a: weight, b: dy },
    out: dx,
    target: {
      row: (i) => `u.out_offset + (batch * u.m + ${i}) * u.inputs`,
      column: (j) => `column_at(${j})`,
      isVector: isDense && isMultipleOf4(product(plane), dx.offset),
      bias: null,
      accumulate: false,
    },
    uniforms: {
      image: u32(dy.shape[1] * product(outputPlane)),
      group: u32(outputs / groups * product(outputPlane)),
      plane_size: u32(product(outputPlane)),
      taps: u32(product(kernel)),
      weight_output: u32(channels * product(kernel)),
      weight_group: u32(outputs / groups * channels * product(kernel)),
      inputs: u32(product(plane)),
      ...perAxis("plane", outputPlane, u32),
      ...perAxis("place", places, u32),
      ...perAxis("stride", places.map(() => 1), i32),
      ...perAxis("origin", phases.map((phase) => phase.shift), i32),
      ...perAxis("step", phases.map((phase) => -phase.step), i32),
      ...perAxis("kernel", kernel, u32),
      ...perAxis("first_tap", phases.map((phase) => phase.firstTap), u32),
      ...perAxis("tap_step", phases.map((phase) => phase.tapStep), u32),
      ...perAxis("input", plane, u32),
      ...perAxis("first", phases.map((phase) => phase.first), u32),
      ...perAxis("apart", stride, u32),
    },
    declarations: `${planeElement(rank)}
fn column_at(j: u32) -> u32 {
${split("j", "j", range(rank).map((d) => `u.place_${d}`))}
  return j_rest * (u.batches * u.m * u.inputs) + ${
      flat(rank, "input", (d) => `(u.first_${d} + u32(j_c${d}) * u.apart_${d})`)
    };
}`,
    setup: "",
  });
}

/** Convolutions of float32. */
export function convolutionFamily(gpu: Gpu): ConvolutionBackend {
  return {
    convolution: (x, weight, bias, y, geometry) => convolution(gpu, x, weight, bias, y, geometry),
    convolutionInput: (dy, weight, dx, geometry) => convolutionInput(gpu, dy, weight, dx, geometry),
    convolutionWeight: (x, dy, dweight, geometry) => convolutionWeight(gpu, x, dy, dweight, geometry),
  };
}
