/**
 * Tensors from JavaScript values.
 *
 * @module
 */
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { arange, ArgumentError, type DType, DTypeError, full, linspace, ShapeError, tensor } from "../mod.ts";

Deno.test("tensor: numbers are float32, booleans bool, and typed arrays keep their type", () => {
  const cases: [Parameters<typeof tensor>[0], DType, number[]][] = [
    [3, "float32", []],
    [true, "bool", []],
    [[1, 2], "float32", [2]],
    [[[true], [false]], "bool", [2, 1]],
    [[true, 2], "float32", [2]],
    [[], "float32", [0]],
    [[[], []], "float32", [2, 0]],
    [new Float64Array(3), "float64", [3]],
    [new Float32Array(2), "float32", [2]],
    [new Int32Array(1), "int32", [1]],
    [new Uint8Array(1), "uint8", [1]],
  ];
  for (const [data, dtype, shape] of cases) {
    const x = tensor(data);
    assertStrictEquals(x.dtype, dtype);
    assertEquals(x.shape, shape);
  }
});

Deno.test("tensor: values are converted to a given dtype", () => {
  assertEquals(tensor([1.9, -1.9, 0], { dtype: "int32" }).toArray(), [1, -1, 0]);
  assertEquals(tensor(new Float32Array([0.5, 0, NaN]), { dtype: "bool" }).toArray(), [true, false, true]);
  assertEquals(tensor([[1, 2], [3, 4]], { dtype: "float64" }).toArray(), [[1, 2], [3, 4]]);
});

Deno.test("tensor: a tensor is copied without its history", () => {
  const source = tensor([1, 2], { requiresGrad: true });
  const copy = tensor(source.mul(2), { dtype: "float64" });
  assert(copy.storage !== source.storage && !copy.requiresGrad && copy.isLeaf);
  assertEquals(copy.toArray(), [2, 4]);
  assert(tensor(source, { requiresGrad: true }).isLeaf);
});

Deno.test("tensor: ragged arrays are refused at the place where they are", () => {
  assertThrows(() => tensor([[1, 2], [3]]), ShapeError, "data[1]");
  assertThrows(() => tensor([[1], 2]), ShapeError, "data[1]");
  assertThrows(() => tensor([1, [2]]), ShapeError, "data[1]");
  assertThrows(() => tensor([[[1], [2]], [[3], [4, 5]]]), ShapeError, "data[1][1]");
});

Deno.test("tensor: what is no number is refused", () => {
  assertThrows(() => tensor(["1"] as never), ArgumentError, "data[0]");
  assertThrows(() => tensor([tensor(1)] as never), ArgumentError, "stack()");
  assertThrows(() => tensor(new Int8Array(2) as never), ArgumentError, "Int8Array");
  assertThrows(() => tensor(null as never), ArgumentError);
  assertThrows(() => tensor([1], { dtype: "int64" as never }), DTypeError);
  assertThrows(() => tensor([1], { dtype: "int32", requiresGrad: true }), DTypeError);
});

Deno.test("ranges and fills check their arguments", () => {
  assertEquals(arange(1, 2, 0.25).toArray(), [1, 1.25, 1.5, 1.75]);
  assertEquals(linspace(0, 1, 3).toArray(), [0, 0.5, 1]);
  assertThrows(() => arange(0, 1, -1), ArgumentError);
  assertThrows(() => arange(0, 1, 0), ArgumentError);
  assertThrows(() => linspace(0, 1, -1), ArgumentError);
  assertThrows(() => full([2, -1], 0), ShapeError);
});

Deno.test("numbers that an integer dtype cannot hold are errors, fractions are cut", () => {
  for (const [value, dtype] of [[NaN, "int32"], [Infinity, "int32"], [2 ** 31, "int32"], [-1, "uint8"]] as const) {
    assertThrows(() => tensor([value], { dtype }), Error, dtype);
  }
  assertEquals(tensor([1.9, -1.9], { dtype: "int32" }).toArray(), [1, -1]);
});
