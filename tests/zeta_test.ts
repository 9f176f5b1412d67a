/**
 * The zeta function of Hurwitz against exact numbers: small and large s, below, at and beyond the shift of its argument.
 *
 * @module
 */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { special, tensor } from "../mod.ts";
import { zetaNumber } from "../ops/special_numbers.ts";

/**
 * s, q, zeta(s, q): 600 terms and Euler and Maclaurin's formula for the rest (DLMF 25.11.7), with 24 Bernoulli numbers in 60
 * digits. The float32 kernel is tested where s and q are float32 numbers and the value is a normal one.
 */
const EXACT: readonly (readonly [number, number, number])[] = [
  [1.25, 0.5, 6.3339675292082021127],
  [2, 1, 1.6449340668482264365],
  [3, -2.25, -61.948474887030082791],
  [6, 25, 2.2609798083365269555e-8],
  [12.5, 0.375, 211158.80319859626028],
  [20, 6.75, 2.7737909769065449641e-17],
  [20, 16.25, 8.8265049397909914289e-25],
  [35, 7.5, 2.3898505786576575169e-31],
  [40, 13.5, 6.4961131702116408518e-46],
  [100, 10, 1.0000725777946107352e-100],
  [150, 100, 1.2916122630469723789e-300],
  [60, 1000.5, 1.6946652818114407408e-179],
];

for (
  const [dtype, epsilon, smallest] of [["float32", 2 ** -23, 2 ** -126], ["float64", 2 ** -52, 2 ** -1022]] as const
) {
  Deno.test(`zeta: ${dtype} is within 3 epsilon of the exact numbers`, () => {
    const rows = EXACT.filter(([, , value]) => Math.abs(value) >= smallest);
    const column = (i: 0 | 1) => tensor(rows.map((row) => row[i]), { dtype });
    const values = special.zeta(column(0), column(1)).dataSync();
    rows.forEach(([s, q, exact], i) => {
      assertAlmostEquals(Number(values[i]) / exact, 1, 3 * epsilon, `zeta(${s}, ${q})`);
    });
  });
}

Deno.test("zeta: the reference is within 6 epsilon of the exact numbers", () => {
  for (const [s, q, exact] of EXACT) assertAlmostEquals(zetaNumber(s, q) / exact, 1, 6 * 2 ** -52, `zeta(${s}, ${q})`);
});

Deno.test("zeta: poles, limits and what is not defined, in the kernels and in the reference", () => {
  const cases: readonly (readonly [number, number, number])[] = [
    [2, 0, Infinity],
    [2.5, -4, Infinity],
    [2, -3e38, Infinity],
    [1, 2, Infinity],
    [2, Infinity, 0],
    [1e30, 2, 0],
    [1e30, 0.5, Infinity],
    [0.5, 2, NaN],
    [2.5, -1.5, NaN],
    [2, -70000.5, NaN],
    [NaN, 1, NaN],
    [2, NaN, NaN],
  ];
  for (const dtype of ["float32", "float64"] as const) {
    const column = (i: 0 | 1) => tensor(cases.map((row) => row[i]), { dtype });
    const values = special.zeta(column(0), column(1)).dataSync();
    assertEquals(Array.from(values, Number), cases.map((row) => row[2]));
  }
  assertEquals(cases.map(([s, q]) => zetaNumber(s, q)), cases.map((row) => row[2]));
});
