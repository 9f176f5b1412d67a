/**
 * Pooling on a GPU: one invocation per window, and for the gradient of averages one per input, which adds what the windows
 * over it send. So no two invocations write one element, and every sum has one order.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { PoolGeometry, PoolingBackend } from "../backend.ts";
import { perAxis, product, split } from "./convolution_axes.ts";
import { enqueue, FILL } from "./elementwise.ts";
import { range } from "./gemm_problem.ts";
import type { Gpu } from "./gpu.ts";
import { f32, i32, type Scalar, u32, WORKGROUP_SIZE } from "./program.ts";
import { MOST_TURNS } from "./tuning.ts";

/** The fields `size_0`, ... of the plane of x, `places_0`, ... of that of y, and those of the geometry. */
function uniformsOf(x: ArrayRef, y: ArrayRef, geometry: PoolGeometry): Record<string, Scalar> {
  const { kernel, stride, padding, dilation } = geometry;
  const size = x.shape.slice(2);
  return {
    plane: u32(product(size)),
    ...perAxis("size", size, i32),
    ...perAxis("places", y.shape.slice(2), i32),
    ...perAxis("kernel", kernel, i32),
    ...perAxis("stride", stride, i32),
    ...perAxis("padding", padding, i32),
    ...perAxis("dilation", dilation, i32),
  };
}

/** Taps of a window that begins at `origin`: the first at or after position 0, and the end of those before `limit`. */
const TAPS = `
fn first_tap(origin: i32, dilation: i32) -> i32 { return max(0, (dilation - 1 - origin) / dilation); }
fn tap_end(origin: i32, limit: i32, kernel: i32, dilation: i32) -> i32 {
  return clamp((limit - origin + dilation - 1) / dilation, 0, kernel);
}`;

/** Statements that split the number of an element into coordinates in the box of fields `name_0`, ...: see `split`. */
function coordinates(rank: number, name: string): string {
  return split("own", "id", range(rank).map((d) => `u32(u.${name}_${d})`));
}

/** `statements` for every element `at` of the plane of x under the window at `own_c0`, ... in row-major order. */
function forEachTap(rank: number, statements: string): string {
  const open = range(rank).map((d) =>
    `  let origin_${d} = own_c${d} * u.stride_${d} - u.padding_${d};
  let end_${d} = tap_end(origin_${d}, u.size_${d}, u.kernel_${d}, u.dilation_${d});
  for (var t${d} = first_tap(origin_${d}, u.dilation_${d}); t${d} < end_${d}; t${d}++) {
  let at_${d} = ${d === 0 ? "" : `at_${d - 1} * u.size_${d} + `}origin_${d} + t${d} * u.dilation_${d};`
  );
  return `${open.join("\n")}\n  let at = u32(at_${rank - 1});\n${statements}\n${"  }\n".repeat(rank)}`;
}

/** `divisor(c0, ...)`: what the sum of the window at these coordinates is divided by. */
function divisorFunction(rank: number, countIncludePad: boolean, divisor: number): string {
  const parameters = range(rank).map((d) => `c${d}: i32`).join(", ");
  if (divisor !== 0) return `fn divisor(${parameters}) -> f32 { return u.divisor; }`;
  const counts = range(rank).map((d) => {
    const origin = `c${d} * u.stride_${d} - u.padding_${d}`;
    const limit = `u.size_${d}${countIncludePad ? ` + u.padding_${d}` : ""}`;
    const first = countIncludePad ? "0" : `first_tap(${origin}, u.dilation_${d})`;
    return `f32(max(0, tap_end(${origin}, ${limit}, u.kernel_${d}, u.dilation_${d}) - ${first}))`;
  });
  return `fn divisor(${parameters}) -> f32 { return ${counts.join(" * ")}; }`;
}

const GUARD = "  if (id >= u.count) { return; }\n";

function groupsOf(out: ArrayRef): number {
  return Math.ceil(out.numel / WORKGROUP_SIZE);
}

function maxPool(gpu: Gpu, x: ArrayRef, y: ArrayRef, indices: ArrayRef, geometry: PoolGeometry): void {
  const rank = geometry.kernel.length;
  gpu.run({
    key: `maxPool ${rank}`,
    label: "maxPool",
    reads: { x },
    writes: { y, indices },
    uniforms: { count: u32(y.numel), ...uniformsOf(x, y, geometry) },
    groups: groupsOf(y),
    declarations: () => TAPS,
    // The first of equal maxima wins, and so does the last NaN.
    body: () =>
      `${GUARD}${coordinates(rank, "places")}
  var best = -infinity();
  var winner = -1;
${
        forEachTap(
          rank,
          `  let value = x[u.x_offset + own_rest * u.plane + at];
  if (is_nan(value) || (!is_nan(best) && (winner < 0 || value > best))) { best = value; winner = i32(at); }`,
        )
      }
  y[u.y_offset + id] = best;
  indices[u.indices_offset + id] = winner;`,
  });
}

/** Invocations among which the gradients of maxima are divided, if there are fewer planes. */
const SCATTERING = 1024;

/**
 * Windows may overlap, and their geometry is unknown here, so each invocation goes through all windows of a plane in order
 * and adds those whose winner lies in its part of the plane.
 */
function maxPoolBackward(gpu: Gpu, dy: ArrayRef, indices: ArrayRef, dx: ArrayRef): void {
  enqueue(gpu, FILL, [], dx, 0);
  if (dy.numel === 0) return;
  const planes = dx.shape[0] * dx.shape[1];
  const plane = dx.numel / planes;
  const part = Math.ceil(plane / Math.ceil(SCATTERING / planes));
  const parts = Math.ceil(plane / part);
  const windows = dy.numel / planes;
  for (let first = 0; first < windows; first += MOST_TURNS) {
    gpu.run({
      key: "maxPoolBackward",
      reads: { dy, indices },
      writes: { dx },
      uniforms: {
        count: u32(planes * parts),
        plane: u32(plane),
        windows: u32(windows),
        first: u32(first),
        end: u32(Math.min(first + MOST_TURNS, windows)),
        part: u32(part),
        parts: u32(parts),
      },
      groups: Math.ceil(planes * parts / WORKGROUP_SIZE),
      body: () =>
        `${GUARD}  let number = id / u.parts;
  let low = id % u.parts * u.part;
  for (var w = number * u.windows + u.first; w < number * u.windows + u.end; w++) {
    // No winner is -1, a large number here.
    let winner = u32(indices[u.indices_offset + w]);
    if (winner >= low && winner < min(low + u.part, u.plane)) {
      dx[u.dx_offset + number * u.plane + winner] += dy[u.dy_offset + w];
    }
  }`,
    });
  }
}

function avgPool(
  gpu: Gpu,
  x: ArrayRef,
  y: ArrayRef,
  geometry: PoolGeometry,
  countIncludePad: boolean,
  divisor: number,
): void {
  const rank = geometry.kernel.length;
  gpu.run({
    label: "avgPool",
    key: `avgPool ${rank} ${countIncludePad} ${divisor !== 0}`,
    reads: { x },
    writes: { y },
    uniforms: { count: u32(y.numel), divisor: f32(divisor), ...uniformsOf(x, y, geometry) },
    groups: groupsOf(y),
    declarations: () => `${TAPS}\n${divisorFunction(rank, countIncludePad, divisor)}`,
    body: () =>
      `${GUARD}${coordinates(rank, "places")}
  var sum = 0.0;
  var isEmpty = true;
${forEachTap(rank, "  sum += x[u.x_offset + own_rest * u.plane + at];\n  isEmpty = false;")}
  y[u.y_offset + id] = 0.0;
  if (!isEmpty) { y[u.y_offset + id] = sum / divisor(${range(rank).map((d) => `own_c${d}`).join(", ")}); }`,
  });
}

/** Windows over the input at `own_c0`, ... along an axis are `p0`, ... from the first whose last tap reaches it. */
function avgPoolBackward(
  gpu: Gpu,
  dy: ArrayRef,
  dx: ArrayRef,
  geometry: PoolGeometry,
  countIncludePad: boolean,
  divisor: number,
): void {
  const rank = geometry.kernel.length;
  const open = range(rank).map((d) =>
    `  let reach_${d} = own_c${d} + u.padding_${d};
  let before_${d} = max(0, reach_${d} - (u.kernel_${d} - 1) * u.dilation_${d});
  for (var p${d} = (before_${d} + u.stride_${d} - 1) / u.stride_${d}; p${d} <= min(reach_${d} / u.stride_${d}, u.places_${d} - 1); p${d}++) {
  if ((reach_${d} - p${d} * u.stride_${d}) % u.dilation_${d} != 0) { continue; }
  let at_${d} = ${d === 0 ? "" : `at_${d - 1} * u.places_${d} + `}p${d};`
  );
  gpu.run({
    label: "avgPoolBackward",
    key: `avgPoolBackward ${rank} ${countIncludePad} ${divisor !== 0}`,
    reads: { dy },
    writes: { dx },
    uniforms: {
      count: u32(dx.numel),
      windows: u32(product(dy.shape.slice(2))),
      divisor: f32(divisor),
      ...uniformsOf(dx, dy, geometry),
    },
    groups: groupsOf(dx),
    declarations: () => `${TAPS}\n${divisorFunction(rank, countIncludePad, divisor)}`,
    body: () =>
      `${GUARD}${coordinates(rank, "size")}
  var sum = 0.0;
${open.join("\n")}
  sum += dy[u.dy_offset + own_rest * u.windows + u32(at_${rank - 1})] / divisor(${
        range(rank).map((d) => `p${d}`).join(", ")
      });
${"  }\n".repeat(rank)}
  dx[u.dx_offset + id] = sum;`,
  });
}

/** Pooling of float32. */
export function poolingFamily(gpu: Gpu): PoolingBackend {
  return {
    maxPool: (x, y, indices, geometry) => maxPool(gpu, x, y, indices, geometry),
    maxPoolBackward: (dy, indices, dx) => maxPoolBackward(gpu, dy, indices, dx),
    avgPool: (x, y, geometry, countIncludePad, divisor) => avgPool(gpu, x, y, geometry, countIncludePad, divisor),
    avgPoolBackward: (dy, dx, geometry, countIncludePad, divisor) =>
      avgPoolBackward(gpu, dy, dx, geometry, countIncludePad, divisor),
  };
}
