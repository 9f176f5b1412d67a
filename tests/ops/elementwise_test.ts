/**
 * Elementwise ops where the op table cannot look: integers and bools, and refusals.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import * as dualtape from "../../mod.ts";
import { ArgumentError, DTypeError, type Tensor, tensor } from "../../mod.ts";

const { functional: F } = dualtape.nn;

function ints(...values: number[]): Tensor {
  return tensor(Int32Array.from(values));
}

function bytes(...values: number[]): Tensor {
  return tensor(Uint8Array.from(values));
}

function bools(...values: boolean[]): Tensor {
  return tensor(values);
}

Deno.test("division of integers is true division, and rounds within the dtype when asked to", () => {
  const [a, b] = [ints(7, -7, 7, -7), ints(2, 2, -2, -2)];
  assertEquals(a.div(b).dtype, "float32");
  assertEquals(a.div(b).toArray(), [3.5, -3.5, -3.5, 3.5]);
  assertEquals(a.div(b, { roundingMode: "trunc" }).toArray(), [3, -3, -3, 3]);
  assertEquals(a.div(b, { roundingMode: "floor" }).toArray(), [3, -4, -4, 3]);
  assertEquals(a.floorDivide(b).dtype, "int32");
  assertEquals(a.remainder(b).toArray(), [1, 1, -1, -1]);
  assertEquals(a.fmod(b).toArray(), [1, -1, 1, -1]);
});

Deno.test("integers refuse division by zero where there is no infinity", () => {
  for (const f of [dualtape.floorDivide, dualtape.remainder, dualtape.fmod]) {
    assertThrows(() => f(ints(1, 2), ints(1, 0)), ArgumentError, "0");
    assertEquals(f(tensor(new Int32Array(0)), 0).shape, [0]);
  }
  assertEquals(ints(1).div(0).toArray(), [Infinity]);
});

Deno.test("bytes wrap, and go through int32 where they have no kernel", () => {
  assertEquals(bytes(1, 2).sub(2).toArray(), [255, 0]);
  assertEquals(bytes(1, 2).neg().toArray(), [255, 254]);
  assertEquals(bytes(7, 250).remainder(4).toArray(), [3, 2]);
  assertEquals(bytes(3, 16).pow(2).toArray(), [9, 0]);
  assertEquals(bytes(3, 16).square().toArray(), [9, 0]);
  assertEquals(bytes(3, 200).clamp(-1, 100).toArray(), [3, 100]);
  assertEquals(bytes(1, 2).add(bytes(3, 4), { alpha: 2 }).toArray(), [7, 10]);
});

Deno.test("powers of integers are integers; a negative exponent needs a float", () => {
  assertEquals(ints(2, -3, 0).pow(3).toArray(), [8, -27, 0]);
  assertEquals(ints(1, 2, -1).pow(ints(-1, -1, -1)).toArray(), [1, 0, -1]);
  assertThrows(() => ints(2).pow(-1), ArgumentError, "-1");
  assertEquals(ints(2).pow(0.5).dtype, "float32");
});

Deno.test("bools: add is or, mul is and, sub is refused", () => {
  const [a, b] = [bools(true, true, false, false), bools(true, false, true, false)];
  assertEquals(a.add(b).toArray(), [true, true, true, false]);
  assertEquals(a.mul(b).toArray(), [true, false, false, false]);
  assertEquals(a.bitwiseNot().toArray(), [false, false, true, true]);
  assertEquals(bools(true, false).add(1).toArray(), [2, 1]);
  assertThrows(() => a.sub(b), DTypeError, "bool");
  assertThrows(() => a.sub(1), DTypeError, "bool");
  assertThrows(() => a.neg(), DTypeError, "bool");
  assertThrows(() => a.pow(b), DTypeError, "bool");
});

Deno.test("operands that an op has no meaning for are refused", () => {
  assertThrows(() => dualtape.where(ints(1), 1, 2), DTypeError, "int32");
  assertThrows(() => tensor([1]).bitwiseNot(), DTypeError, "float32");
  assertThrows(() => tensor([1]).lerp(tensor([2], { dtype: "float64" }), 0.5), DTypeError, "float64");
  assertThrows(() => ints(1).addcdiv(ints(1), ints(2)), DTypeError, "int32");
  assertThrows(() => F.gelu(ints(1)), DTypeError, "int32");
  assertThrows(() => tensor([1]).clamp(), ArgumentError, "neither");
  assertThrows(() => tensor([1]).isclose(ints(1)), DTypeError, "int32");
  assertThrows(() => F.glu(tensor([1, 2, 3])), dualtape.ShapeError, "[3]");
});

Deno.test("round takes halves to even, and decimals on either side of the point", () => {
  assertEquals(tensor([0.5, 1.5, 2.5, -0.5]).round().toArray(), [0, 2, 2, -0]);
  assertEquals(tensor([1.234, 5.678], { dtype: "float64" }).round({ decimals: 2 }).toArray(), [1.23, 5.68]);
  assertEquals(tensor([1234, 5678], { dtype: "float64" }).round({ decimals: -2 }).toArray(), [1200, 5700]);
});

Deno.test("closeness counts NaN only when asked, and equality needs equal shapes", () => {
  const x = tensor([1, NaN, Infinity]);
  assertEquals(x.allclose(x), false);
  assertEquals(x.allclose(x, { equalNan: true }), true);
  assertEquals(x.isclose(tensor([1.000001, NaN, -Infinity])).toArray(), [true, false, false]);
  assertEquals(ints(1, 2).equal(ints(1, 2)), true);
  assertEquals(ints(1, 2).equal(ints(1, 2).reshape(2, 1)), false);
});

Deno.test("clip is clamp", () => {
  const x = tensor([-2, 0.5, 3]);
  assertEquals(x.clip(-1, 1).toArray(), [-1, 0.5, 1]);
  assertEquals(x.clip_(null, tensor([0, 1, 2])).toArray(), [-2, 0.5, 2]);
  assertEquals(dualtape.clip(5, 0, 1).item(), 1);
});

Deno.test("erfcx and logNdtr of float32 are those of float64, rounded once", () => {
  for (const f of [dualtape.special.erfcx, dualtape.special.logNdtr]) {
    const x = dualtape.linspace(-9, 12, 1003);
    const exact = f(x.double()).dataSync();
    assertEquals(f(x).dataSync(), Float32Array.from(exact));
  }
});
