/**
 * Accuracy of the transcendental kernels, baseline and relaxed SIMD.
 *
 * float64 is measured against series in 224 bits (`ulp/functions.ts`), float32 against the float64 kernel at many more
 * points and against the series at some. The bounds are those that `docs/accuracy.md` states.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { BINARY_CASES, CASES } from "./ulp/cases.ts";
import { KernelModule } from "./ulp/kernels.ts";
import { type Format, FORMATS, generator, points, ulpError, ulpErrorOfSingle } from "./ulp/measure.ts";
import { fromNumber, type Real } from "./ulp/real.ts";
import { POW_VALUES, SPECIAL_VALUES } from "./ulp/special_values.ts";

const BUILDS = [
  { name: "simd", kernels: await KernelModule.load("simd") },
  { name: "relaxed", kernels: await KernelModule.load("relaxed") },
] as const;

/** Points per interval: against the series, and in float32 against the float64 kernel. */
const EXACT_POINTS = 400;
const SINGLE_POINTS = 50000;

const NO_PARAMETERS: readonly [number, number] = [0, 0];

/** The largest error seen, and where. */
interface Worst {
  error: number;
  at: string;
}

function note(worst: Worst, error: number, ...at: number[]): void {
  if (!(error <= worst.error)) Object.assign(worst, { error, at: at.join(", ") });
}

/** The end of an interval in the format: infinite ones stand for its largest numbers, 5e-324 for its smallest. */
function finite(x: number, format: Format): number {
  if (format.name === "f64") return Math.min(Math.max(x, -Number.MAX_VALUE), Number.MAX_VALUE);
  const largest = 3.4028234663852886e38;
  return x === 5e-324 ? 2 ** -149 : Math.fround(Math.min(Math.max(x, -largest), largest));
}

/** The sampled points of a case, with their exact values where `EXACT_POINTS` asks for them. */
function sample(
  ranges: readonly (readonly [number, number])[],
  exact: (x: Real) => Real,
  format: Format,
): { x: number; exact: Real | null }[] {
  const random = generator(20240229);
  const count = format.name === "f32" ? SINGLE_POINTS : EXACT_POINTS;
  return ranges.flatMap(([low, high]) =>
    points(finite(low, format), finite(high, format), count, format, random)
      .map((x, i) => ({
        x,
        exact: i < EXACT_POINTS && i % (format.name === "f32" ? 4 : 1) === 0 ? exact(fromNumber(x)) : null,
      }))
  );
}

const table: string[] = [];

function record(name: string, cells: readonly Worst[], bounds: readonly number[]): void {
  table.push(`${name.padEnd(14)}${cells.map(({ error }) => error.toFixed(2).padStart(8)).join("")}`);
  cells.forEach(({ error, at }, i) => {
    const bound = bounds[i];
    assert(error <= bound, `${name}: expected at most ${bound} ulp, got ${error} at ${at}`);
  });
}

for (const { name, exact, ranges, bounds, parameters = NO_PARAMETERS } of CASES) {
  Deno.test(`${name} stays within its bound`, () => {
    const singles = sample(ranges, exact, FORMATS.f32), doubles = sample(ranges, exact, FORMATS.f64);
    const cells = BUILDS.flatMap(({ kernels }) => {
      const single: Worst = { error: 0, at: "" }, double: Worst = { error: 0, at: "" };
      const xs = singles.map(({ x }) => x);
      const ys = kernels.unary(name, FORMATS.f32, xs, parameters);
      const reference = kernels.unary(name, FORMATS.f64, xs, parameters);
      singles.forEach((point, i) => {
        note(single, ulpErrorOfSingle(ys[i], reference[i]), point.x);
        if (point.exact) note(single, ulpError(ys[i], point.exact, FORMATS.f32), point.x);
      });
      const zs = kernels.unary(name, FORMATS.f64, doubles.map(({ x }) => x), parameters);
      doubles.forEach((point, i) => point.exact && note(double, ulpError(zs[i], point.exact, FORMATS.f64), point.x));
      return [single, double];
    });
    record(name, cells, [...bounds, ...bounds]);
  });
}

for (const { name, exact, ranges, bounds } of BINARY_CASES) {
  Deno.test(`${name} stays within its bound`, () => {
    const cells = BUILDS.flatMap(({ kernels }) =>
      [FORMATS.f32, FORMATS.f64].map((format) => {
        const worst: Worst = { error: 0, at: "" };
        const random = generator(19700101);
        for (const [[lowA, highA], [lowB, highB]] of ranges) {
          const as = points(finite(lowA, format), finite(highA, format), EXACT_POINTS, format, random);
          const bs = points(finite(lowB, format), finite(highB, format), EXACT_POINTS, format, random);
          const ys = kernels.binary(name, format, as, bs);
          as.forEach((a, i) => {
            note(worst, ulpError(ys[i], exact(fromNumber(a), fromNumber(bs[i])), format), a, bs[i]);
          });
        }
        return worst;
      })
    );
    record(name, cells, [...bounds, ...bounds]);
  });
}

Deno.test("special values are exact", () => {
  for (const { kernels } of BUILDS) {
    for (const format of [FORMATS.f32, FORMATS.f64]) {
      for (const [name, values] of Object.entries(SPECIAL_VALUES)) {
        const parameters = CASES.find((entry) => entry.name === name)?.parameters ?? NO_PARAMETERS;
        const xs = values.map(([x]) => x);
        const ys = kernels.unary(name, format, xs, parameters);
        values.forEach(([x, expected], i) => {
          assert(Object.is(ys[i], expected), `${format.name}_${name}(${x}): expected ${expected}, got ${ys[i]}`);
        });
      }
    }
  }
});

Deno.test("special values of pow are C's", () => {
  for (const { kernels } of BUILDS) {
    for (const format of [FORMATS.f32, FORMATS.f64]) {
      const ys = kernels.binary("pow", format, POW_VALUES.map(([a]) => a), POW_VALUES.map(([, b]) => b));
      POW_VALUES.forEach(([a, b, expected], i) => {
        assert(Object.is(ys[i], expected), `${format.name}_pow(${a}, ${b}): expected ${expected}, got ${ys[i]}`);
      });
    }
  }
});

Deno.test("NaN gives NaN", () => {
  for (const { kernels } of BUILDS) {
    for (const format of [FORMATS.f32, FORMATS.f64]) {
      for (const { name, parameters = NO_PARAMETERS } of CASES) {
        assertEquals(kernels.unary(name, format, [1, NaN, 0.5], parameters)[1], NaN, name);
      }
    }
  }
});

Deno.test("a result does not depend on where its operand stands", () => {
  const { kernels } = BUILDS[0];
  for (const format of [FORMATS.f32, FORMATS.f64]) {
    for (const { name, ranges, parameters = NO_PARAMETERS } of CASES) {
      const [low, high] = ranges[0];
      // The neighbours differ in kind, so that lanes of one vector ask for different paths.
      const xs = points(finite(low, format), finite(high, format), 23, format, generator(7));
      const together = kernels.unary(name, format, xs, parameters);
      const alone = xs.map((x) => kernels.unary(name, format, [x], parameters)[0]);
      assertEquals(Array.from(together), alone, name);
      // Enough neighbours of one kind for the loops that take several vectors at once, and a tail.
      const small = points(-1, 1, 45, format, generator(8));
      const smallAlone = small.map((x) => kernels.unary(name, format, [x], parameters)[0]);
      assertEquals(Array.from(kernels.unary(name, format, small, parameters)), smallAlone, `${name} near 0`);
      for (let n = 1; n < 10; n++) {
        const shifted = kernels.unary(name, format, xs.slice(3, 3 + n), parameters, 3);
        assertEquals(Array.from(shifted), alone.slice(3, 3 + n), `${name} of ${n}`);
      }
    }
  }
});

Deno.test("docs/accuracy.md states the bounds that are tested", async () => {
  const page = await Deno.readTextFile(new URL("../docs/accuracy.md", import.meta.url));
  const stated = [...page.matchAll(/^\| (\w+) +\| ([\d.]+) +\| ([\d.]+) +\|/gm)]
    .map(([, name, f32, f64]) => `${name} ${Number(f32)} ${Number(f64)}`);
  const tested = [...CASES, ...BINARY_CASES].map(({ name, bounds }) => `${name} ${bounds.join(" ")}`);
  assertEquals(stated.toSorted(), tested.toSorted());
});

globalThis.addEventListener("unload", () => {
  console.log(`largest errors in ulp\n${"".padEnd(14)}${"simd f32     f64 rel. f32     f64"}\n${table.join("\n")}`);
});
