/**
 * The incomplete gamma functions against exact numbers: both sides of each border between two methods, limits, derivatives.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { GradError, igamma, igammac, special, tensor } from "../mod.ts";
import { gammaRatioNumber } from "../ops/special_numbers.ts";

/** a, x, P(a, x), Q(a, x): computed by mpmath in 60 digits. The arguments are float32 numbers. */
const EXACT: readonly (readonly [number, number, number, number])[] = [
  [0.5, 0.25, 0.52049987781304653768, 0.47950012218695346232],
  [2 ** -10, 0.5, 0.99945306660633099696, 0.0005469333936690030355],
  [2 ** -20, 0.75, 0.99999967542545672378, 3.2457454327622160209e-7],
  [1.25, 1, 0.52621122035665776128, 0.47378877964334223872],
  [0.0625, 2 ** -30, 0.28176162601999509932, 0.71823837398000490068],
  [0.75, 1.5, 0.85240044563524956767, 0.14759955436475043233],
  [3, 2.5, 0.456186884116670482, 0.543813115883329518],
  [11.5, 12, 0.59619155554019143409, 0.40380844445980856591],
  [11.5, 4, 0.0016278185575470276755, 0.99837218144245297232],
  [2, 40, 0.99999999999999982582, 1.7418252446695514881e-16],
  [12, 11.5, 0.48020190637605787295, 0.51979809362394212705],
  [16, 5, 0.000069008241855678402508, 0.9999309917581443216],
  [20, 46, 0.99999436208492385777, 5.637915076142229675e-6],
  [40, 8, 6.7807213593102315039e-16, 0.99999999999999932193],
  [40, 110, 0.99999999999999476087, 5.2391268575397610818e-15],
  [150, 140.5, 0.22204269463456320379, 0.77795730536543679621],
  [1000, 1100, 0.99894067674607002265, 0.0010593232539299773489],
  [100000, 99000, 0.00075741992117476797412, 0.99924258007882523203],
  [100000, 100000, 0.50042052211036517669, 0.49957947788963482331],
  [2 ** 30, 2 ** 30 + 2 ** 15, 0.84134474610610093322, 0.15865525389389906678],
  [300, 100, 1.8187218167308478808e-58, 1],
  [300, 700, 1, 8.14045384048253101e-66],
];

const column = (i: 0 | 1, dtype: "float32" | "float64") => tensor(EXACT.map((row) => row[i]), { dtype });

Deno.test("igamma and igammac are accurate relative to their values", () => {
  for (const [f, i] of [[igamma, 2], [igammac, 3]] as const) {
    const doubles = f(column(0, "float64"), column(1, "float64")).dataSync();
    const singles = f(column(0, "float32"), column(1, "float32")).dataSync();
    EXACT.forEach((row, k) => {
      const exact = row[i];
      assertAlmostEquals(Number(doubles[k]) / exact, 1, 1e-13, `${row}`);
      // Computed in double precision and rounded once.
      if (exact > 2 ** -126) assertAlmostEquals(Number(singles[k]) / exact, 1, 2 ** -24 + 1e-13, `${row}`);
    });
  }
});

Deno.test("igamma: the reference agrees with the exact numbers", () => {
  for (const [a, x, lower, upper] of EXACT.filter(([a]) => a < 1000)) {
    assertAlmostEquals(gammaRatioNumber(a, x, false), lower, 1e-13, `P(${a}, ${x})`);
    assertAlmostEquals(gammaRatioNumber(a, x, true), upper, 1e-13, `Q(${a}, ${x})`);
  }
});

Deno.test("igamma and igammac add up to 1, and neither jumps where the method changes", () => {
  const borders: readonly (readonly [number, number])[] = [
    [12, 11],
    [12, 3.6],
    [12, 28.2],
    [10000, 10100],
    [0.0078125, 0.5],
    [1.5, 0.8],
    [1.2, 1],
    [0.5, 1],
    [5, 5],
    [1, Math.exp(-0.4)],
  ];
  for (const [a, x] of borders) {
    const [as, xs] = [[a, a, a * (1 - 1e-12), a * (1 + 1e-12)], [x * (1 - 1e-12), x * (1 + 1e-12), x, x]]
      .map((values) => tensor(values, { dtype: "float64" }));
    const lower = [...igamma(as, xs).dataSync()];
    const upper = [...igammac(as, xs).dataSync()];
    lower.forEach((value, i) => assertAlmostEquals(value + upper[i], 1, 1e-15));
    // The functions themselves change, by some 1e-12 times the square root of a.
    for (const values of [lower, upper]) {
      assertAlmostEquals(values[0] / values[1], 1, 1e-9, `${a}, ${x}`);
      assertAlmostEquals(values[2] / values[3], 1, 1e-9, `${a}, ${x}`);
    }
  }
});

Deno.test("igamma: limits and what is not defined, in the kernels and in the reference", () => {
  const cases: readonly (readonly [number, number, number])[] = [
    [0, 0, NaN],
    [0, 2, 1],
    [2, 0, 0],
    [Infinity, 0, 0],
    [Infinity, 5, 0],
    [Infinity, Infinity, NaN],
    [0, Infinity, 1],
    [5, Infinity, 1],
    [-1, 1, NaN],
    [1, -1, NaN],
    [NaN, 1, NaN],
    [1, NaN, NaN],
  ];
  for (const dtype of ["float32", "float64"] as const) {
    const [a, x] = ([0, 1] as const).map((i) => tensor(cases.map((row) => row[i]), { dtype }));
    assertEquals([...igamma(a, x).dataSync()], cases.map(([, , lower]) => lower));
    assertEquals([...igammac(a, x).dataSync()], cases.map(([, , lower]) => 1 - lower));
  }
  assertEquals(cases.map(([a, x]) => gammaRatioNumber(a, x, false)), cases.map(([, , lower]) => lower));
  // Where a is so large that the function is a step.
  const far = tensor([1e9, 1e9, 1e300, 1e300, 1e308, 1e308], { dtype: "float64" });
  const at = tensor([5e8, 2e9, 1e290, 1e303, 1e307, 1.7e308], { dtype: "float64" });
  assertEquals([...igamma(far, at).dataSync()], [0, 1, 0, 1, 0, 1]);
  assertEquals([...igammac(far, at).dataSync()], [1, 0, 1, 0, 1, 0]);
});

Deno.test("the derivative of igamma is the density of the gamma distribution, at 0 too", () => {
  const x = tensor([0, 0, 1.5, 30], { dtype: "float64", requiresGrad: true });
  const a = tensor([1, 2, 2.5, 20], { dtype: "float64" });
  igamma(a, x).sum().backward();
  const slopes = x.grad!.toArray() as number[];
  assertAlmostEquals(slopes[0], 1, 1e-14);
  assertEquals(slopes[1], 0);
  assertAlmostEquals(slopes[2], 1.5 ** 1.5 * Math.exp(-1.5) / 1.329340388179137, 1e-14);
  x.grad = null;
  special.gammaincc(a, x).sum().backward();
  assertEquals(x.grad!.toArray(), slopes.map((slope) => -slope));
});

Deno.test("igamma has no derivative with respect to its first operand, and says so", () => {
  const a = tensor([2], { requiresGrad: true });
  assertThrows(() => igamma(a, 1).backward(), GradError, "igamma: expected an input without a derivative");
  assertThrows(() => special.gammaincc(a, 1).backward(), GradError, "igammac: expected");
  assert(special.gammainc === igamma);
});
