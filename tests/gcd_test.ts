/**
 * `gcd`, `lcm` and `nextafter` where the op table cannot look: the edges of their types, and refusals.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import "../runtime/reference/mod.ts";
import { DTypeError, gcd, lcm, nextafter, tensor } from "../mod.ts";
import { fromValues } from "./ops/support.ts";

Deno.test("gcd and lcm are 0 or more, whatever the signs", () => {
  const [a, b] = [[12, -12, 12, -12, 0, 7, 0], [18, 18, -18, -18, 5, 0, 0]].map((x) => tensor(Int32Array.from(x)));
  assertEquals(gcd(a, b).toArray(), [6, 6, 6, 6, 5, 7, 0]);
  assertEquals(lcm(a, b).toArray(), [36, 36, 36, 36, 0, 0, 0]);
  assertEquals(a.gcd(8).toArray(), [4, 4, 4, 4, 8, 1, 8]);
  assertEquals(a.clone().lcm_(10).toArray(), [60, 60, 60, 60, 0, 70, 0]);
});

Deno.test("gcd and lcm wrap where the result has no room, on the reference device too", () => {
  const least = -(2 ** 31);
  const [a, b] = [[least, least, least, 2147483647], [least, 6, 0, 2]].map((x) => Int32Array.from(x));
  for (const device of ["cpu", "reference"] as const) {
    const [x, y] = [a, b].map((values) => fromValues(values, [4], "int32", device));
    assertEquals([...gcd(x, y).dataSync()], [least, 2, least, 1], device);
    assertEquals([...lcm(x, y).dataSync()], [least, least, 0, 2], device);
  }
});

Deno.test("gcd and lcm of bytes stay bytes, and meet int32 as int32", () => {
  const [a, b] = [tensor(Uint8Array.of(200, 7)), tensor(Uint8Array.of(150, 14))];
  assertEquals([gcd(a, b).dtype, gcd(a, b).toArray()], ["uint8", [50, 7]]);
  assertEquals([lcm(a, b).dtype, lcm(a, b).toArray()], ["uint8", [600 % 256, 14]]);
  assertEquals([lcm(a, 150).dtype, lcm(a, 150).toArray()], ["uint8", [600 % 256, 1050 % 256]]);
  assertEquals(lcm(a, tensor(Int32Array.of(150, 14))).toArray(), [600, 14]);
});

Deno.test("gcd and lcm refuse what is no integer", () => {
  assertThrows(() => gcd(tensor([1.5]), 2), DTypeError, "gcd: expected a tensor of int32, got float32");
  assertThrows(() => lcm(tensor([true]), tensor([true])), DTypeError, "lcm: expected a tensor of int32, got bool");
});

Deno.test("nextafter goes one float on, the same on the reference device", () => {
  const cases: readonly (readonly ["float32" | "float64", number, number, number])[] = [
    ["float32", 1, 2, 1 + 2 ** -23],
    ["float32", 1, 0, 1 - 2 ** -24],
    ["float32", -1, -2, -1 - 2 ** -23],
    ["float32", 0, -1, -(2 ** -149)],
    ["float32", 2 ** -149, -1, 0],
    ["float32", Infinity, 0, (2 - 2 ** -23) * 2 ** 127],
    ["float32", 3, 3, 3],
    ["float32", NaN, 1, NaN],
    ["float64", 1, 2, 1 + 2 ** -52],
    ["float64", -1, 0, -1 + 2 ** -53],
    ["float64", 0, 1, Number.MIN_VALUE],
    ["float64", 2 ** -1022, 0, 2 ** -1022 - Number.MIN_VALUE],
    ["float64", Number.MAX_VALUE, Infinity, Infinity],
    ["float64", 1, NaN, NaN],
  ];
  for (const [dtype, a, b, expected] of cases) {
    for (const device of ["cpu", "reference"] as const) {
      const array = (value: number) => dtype === "float32" ? Float32Array.of(value) : Float64Array.of(value);
      const [x, y] = [a, b].map((value) => fromValues(array(value), [], dtype, device));
      assertEquals(nextafter(x, y).item(), expected, `${dtype} nextafter(${a}, ${b}) on ${device}`);
    }
  }
  assertThrows(() => nextafter(tensor(Int32Array.of(1)), 2), DTypeError, "nextafter: expected a tensor of float32");
});
