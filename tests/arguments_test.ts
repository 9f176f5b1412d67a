/**
 * What ops do with arguments at the edge: operands that are no tensors, dtypes that a function has no meaning for, sizes and
 * options that PyTorch refuses.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as dualtape from "../mod.ts";
import {
  arange,
  ArgumentError,
  DTypeError,
  func,
  gradient,
  manualSeed,
  nn,
  ones,
  ShapeError,
  special,
  Tensor,
  tensor,
} from "../mod.ts";
import "../runtime/reference/mod.ts";
import { METHOD_NAMES } from "../tensor/method_names.ts";

const { functional: F } = nn;

function ints(...values: number[]): Tensor {
  return tensor(Int32Array.from(values));
}

/** True for errors that the library names, as opposed to those of the language. */
function isNamed(error: unknown): boolean {
  return error instanceof Error && Reflect.get(dualtape, error.name) === error.constructor;
}

/** Calls a function as a program without types would. */
function untyped(f: unknown, ...args: unknown[]): unknown {
  return (f as (...args: unknown[]) => unknown)(...args);
}

Deno.test("a method that gets nonsense throws an error of this library, if any", () => {
  manualSeed(1);
  for (const name of METHOD_NAMES) {
    for (const bad of ["1", [1, 2], null, NaN, {}, () => 1, { keepDim: true }]) {
      for (const args of [[bad], [0, bad], [ones([3, 3]), bad]]) {
        const x = ones([3, 3]);
        try {
          Reflect.apply(Reflect.get(x, name), x, args);
        } catch (error) {
          assert(isNamed(error), `${name}: ${error}`);
        }
      }
    }
  }
});

Deno.test("an operand that is neither tensor nor number is refused in the name of the op", () => {
  const names = ["add", "sub", "mul", "div", "pow", "fmod", "maximum", "eq", "atan2", "hypot", "where", "lerp"];
  for (const name of names) {
    for (const bad of ["1", [1, 2], null, {}]) {
      const args = name === "where" ? [tensor(true), ones([2]), bad] : [ones([2]), bad, 1];
      const error = assertThrows(() => untyped(Reflect.get(dualtape, name), ...args), ArgumentError);
      assert(error.message.startsWith(`${name}:`), error.message);
    }
  }
  for (
    const name of ["exp", "relu", "square", "sum", "softmax", "sort", "argmax", "cumsum", "zerosLike", "fill", "float"]
  ) {
    for (const bad of ["1", [1, 2], null, undefined]) {
      const error = assertThrows(() => untyped(Reflect.get(dualtape, name), bad, 0));
      assert(isNamed(error), `${name}: ${error}`);
    }
  }
  assertThrows(() => untyped(dualtape.clampMin, ones([2]), undefined), ArgumentError, "clampMin: expected a bound");
  assertThrows(() => untyped(dualtape.clamp, ones([2]), "1"), ArgumentError, "clamp");
  assertThrows(() => untyped(dualtape.relu, [1, 2]), ArgumentError, "relu: expected a tensor");
  const error = assertThrows(() => Reflect.apply(Tensor.prototype.transpose, ones([2]), [{}, {}]), ArgumentError);
  assert(error.message.startsWith("transpose:"));
});

Deno.test("functions of floating-point numbers refuse integers unless they are told a dtype", () => {
  const x = ints(1, 2);
  assertThrows(() => x.softmax(0), DTypeError, "softmax: expected floating-point numbers, got int32");
  assertThrows(() => x.logSoftmax(0), DTypeError, "logSoftmax");
  assertThrows(() => x.logcumsumexp(0), DTypeError, "logcumsumexp");
  assertThrows(() => F.glu(x), DTypeError, "glu");
  assertThrows(() => F.prelu(x, tensor(0.5)), DTypeError, "prelu");
  assertThrows(() => F.prelu(ones([2]), ones([1], { dtype: "float64" })), DTypeError, "prelu");
  assertThrows(() => F.prelu(ones([2, 1]), ones([1, 1])), ShapeError, "prelu");
  assertEquals(x.softmax(0, { dtype: "float64" }).dtype, "float64");
});

Deno.test("celu with a negative alpha chooses its branch by the sign of x", () => {
  const slope = (x: number): number => func.grad((y: Tensor) => F.celu(y, { alpha: -1.5 }).sum())(tensor(x)).item();
  assertAlmostEquals(slope(-3), Math.exp(2), 1e-5);
  assertAlmostEquals(slope(3), 1);
});

Deno.test("the slope of logNdtr vanishes far above 0, and so does its slope", () => {
  const slope = (x: Tensor): Tensor => func.grad((y: Tensor) => special.logNdtr(y).sum())(x);
  for (const dtype of ["float32", "float64"] as const) {
    const x = tensor([12, 20, 42], { dtype });
    assert(slope(x).abs().amax().item() < 1e-20);
    assert(func.grad((y: Tensor) => slope(y).sum())(x).abs().amax().item() < 1e-20);
  }
});

Deno.test("threshold keeps integers whole", () => {
  const y = F.threshold(ints(-1, 1, 2), -1.5, 2.5);
  assertEquals([y.dtype, y.toArray()], ["int32", [2, 1, 2]]);
});

Deno.test("running extrema of bools and uint8", () => {
  const { values, indices } = tensor([false, true, false]).cummax(0);
  assertEquals([values.dtype, values.toArray(), indices.toArray()], ["bool", [false, true, true], [0, 1, 1]]);
  assertEquals(tensor(Uint8Array.of(200, 7, 9)).cummin(0).values.toArray(), [200, 7, 7]);
});

Deno.test("arange rounds its bounds before it counts the elements of an integer dtype", () => {
  assertEquals(arange(1, 4.5, { dtype: "int32" }).toArray(), [1, 2, 3]);
  assertEquals(arange(3.5, { dtype: "int32" }).toArray(), [0, 1, 2]);
  assertThrows(() => arange(0, 1, 0.25, { dtype: "int32" }), ArgumentError, "arange");
  assertThrows(() => arange(2, 1.5, 99), ArgumentError, "arange");
  assertThrows(() => arange(2 ** 31, 2 ** 31 + 3), ArgumentError, "arange");
  assertThrows(() => dualtape.logspace(0, 12, 5, { dtype: "int32" }), ArgumentError, "logspace");
  assertEquals(dualtape.linspace(0, 3, 3, { dtype: "int32" }).toArray(), [0, 1, 3]);
  assertEquals(untyped(arange, false, true) instanceof Tensor, true);
});

Deno.test("integers are filled with what they can hold, and meet larger numbers as floats", () => {
  assertThrows(() => ints(1, 2).maskedFill(tensor([true, false]), NaN), ArgumentError, "maskedFill: expected an int32");
  assertThrows(() => ints(1, 2).indexFill(0, ints(0), 1e12), ArgumentError, "indexFill");
  assertEquals(ints(1, 2).lt(1e12).toArray(), [true, true]);
  assertEquals(ints(1).add(2 ** 31).dtype, "float32");
  assertThrows(() => ints(1, 2).fill(NaN), ArgumentError, "fill");
  assertThrows(() => ints(1, 2).fill_(NaN), ArgumentError, "fill_");
});

Deno.test("weights of covariances are as many as the observations, of their kind, and not negative", () => {
  const x = tensor([1, 2, 4]);
  assertEquals(x.cov({ fweights: ints(1, 2, 1) }).ndim, 0);
  assertThrows(() => x.cov({ fweights: tensor([1, 2, 1]) }), ArgumentError, "integers as fweights");
  assertThrows(() => x.cov({ aweights: ints(1, 2, 1) }), ArgumentError, "floats as aweights");
  assertThrows(() => x.cov({ aweights: tensor([1, 2]) }), ArgumentError, "3 floats");
  assertThrows(() => x.cov({ fweights: ints(1, -2, 1) }), ArgumentError, "negative");
  assertThrows(() => tensor([true, false]).cov(), DTypeError, "cov");
});

Deno.test("differences, quantiles and counts check their options", () => {
  const x = ones([3, 3]);
  assertThrows(() => gradient(x, { dim: [1, -1] }), ArgumentError, "each dim once");
  assertThrows(() => gradient(x, { edgeOrder: 3 as never }), ArgumentError, "edgeOrder");
  assertEquals(gradient(x, { spacing: [2, tensor(new Float64Array([0, 1, 3]))] })[1].dtype, "float64");
  assertThrows(() => x.diff(0, { prepend: ones([2, 2]) }), ShapeError);
  assertThrows(() => ones([2, 0]).quantile(0.5, 0), ShapeError, "quantile");
  assertThrows(() => ints(1).bincount({ minlength: -1 }), ArgumentError, "minlength");
});

Deno.test("addr promotes its operands", () => {
  const y = dualtape.addr(ints(1), tensor([1, 2]), tensor([0.5], { dtype: "float64" }));
  assertEquals([y.dtype, y.toArray()], ["float64", [[1.5], [2]]]);
});

Deno.test("a convolution wants a kernel with elements", () => {
  assertThrows(() => F.conv1d(ones([1, 1, 4]), ones([2, 1, 0])), ShapeError, "conv1d: expected a weight");
  assertThrows(() => F.convTranspose2d(ones([1, 1, 4, 4]), ones([1, 2, 0, 1])), ShapeError, "convTranspose2d");
});

Deno.test("random integers fit the dtype they are asked in", () => {
  manualSeed(1);
  assertThrows(() => dualtape.randint(1000, [2], { dtype: "uint8" }), ArgumentError, "randint");
  assertThrows(() => dualtape.randint(0, 2 ** 32 - 1, [2]), ArgumentError, "randint");
  assertThrows(() => dualtape.randperm(300, { dtype: "uint8" }), ArgumentError, "randperm");
  assertThrows(() => dualtape.randperm(3, { generator: 5 as never }), ArgumentError, "Generator");
  assertEquals(dualtape.randint(250, 256, [2], { dtype: "uint8" }).dtype, "uint8");
});

Deno.test("numbers take the dtype of the tensor that they are compared with, uint8 is summed as int32", () => {
  assert(ones([2]).allclose(1) && dualtape.isclose(1, ones([2])).all().item());
  const x = tensor(Uint8Array.of(2, 3));
  assertEquals(x.addcmul(x, x).toArray(), [6, 12]);
  assertEquals(tensor(ints(4)).addcmul(x, x).toArray(), [8, 13]);
});

Deno.test("a choice between two numbers lies where its condition does, a copy where it is told to", () => {
  const device = "reference" as never;
  assertEquals(dualtape.where(tensor([true, false], { device }), 1, 0).toArray(), [1, 0]);
  assertEquals(tensor(tensor([1, 2]), { device }).device, device);
});
