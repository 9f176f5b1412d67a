/**
 * Forward mode by hand: levels, dual tensors, layouts of tangents, and reverse mode through duals.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  autograd,
  DTypeError,
  forwardAD,
  func,
  GradError,
  noGrad,
  ones,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from "../mod.ts";

const { dualLevel, makeDual, unpackDual } = forwardAD;

const f64 = (values: Parameters<typeof tensor>[0], requiresGrad = false): Tensor =>
  tensor(values, { dtype: "float64", requiresGrad });
const tangentOf = (x: Tensor): unknown => unpackDual(x).tangent?.toArray() ?? null;

Deno.test("tangents go through ops and are gone when the level ends", () => {
  let kept: Tensor | null = null;
  dualLevel(() => {
    const x = makeDual(f64([1, 2]), f64([1, 0]));
    kept = x.mul(x);
    assertEquals(tangentOf(kept), [2, 0]);
    assertEquals(unpackDual(kept).primal.toArray(), [1, 4]);
  });
  assertEquals(unpackDual(kept!).tangent, null);
  assertEquals(kept!.add(1).toArray(), [2, 5]);
  assertEquals(dualLevel(() => unpackDual(kept!.mul(3)).tangent), null);
});

Deno.test("a level may be held by a block, and ends although its block throws", () => {
  {
    using _ = dualLevel();
    assertEquals(tangentOf(makeDual(f64([3]), f64([2])).mul(4)), [8]);
  }
  assertThrows(() => makeDual(f64([1]), f64([1])), GradError, "dualLevel");
  assertThrows(() =>
    dualLevel(() => {
      throw new RangeError("inside");
    }), RangeError);
  assertThrows(() => makeDual(f64([1]), f64([1])), GradError, "dualLevel");
});

Deno.test("tensors without a tangent unpack to themselves", () => {
  const x = f64([1]);
  dualLevel(() => {
    assertStrictEquals(unpackDual(x).primal, x);
    assertEquals(unpackDual(x.mul(2)).tangent, null);
    assertEquals(tangentOf(makeDual(x, f64([1])).gt(0)), null);
    assertEquals(tangentOf(makeDual(x, f64([1])).detach()), null);
  });
});

Deno.test("primal and tangent must fit", () => {
  dualLevel(() => {
    assertThrows(() => makeDual(f64([1, 2]), f64([1])), ShapeError, "[2]");
    assertThrows(() => makeDual(f64([1]), tensor([1])), DTypeError, "float32");
    assertThrows(() => makeDual(tensor([1], { dtype: "int32" }), tensor([1], { dtype: "int32" })), DTypeError);
    const x = makeDual(f64([1]), f64([1]));
    assertThrows(() => makeDual(x, f64([1])), GradError, "same level");
  });
});

Deno.test("a tangent of the primal's layout is kept, another is copied into it", () => {
  dualLevel(() => {
    const tangent = f64([[1, 2], [3, 4]]);
    assertStrictEquals(unpackDual(makeDual(zeros([2, 2], { dtype: "float64" }), tangent)).tangent, tangent);
    const turned = tangent.T;
    const copied = unpackDual(makeDual(zeros([2, 2], { dtype: "float64" }), turned)).tangent!;
    assert(copied.storage !== turned.storage && copied.isContiguous());
    assertEquals(copied.toArray(), [[1, 3], [2, 4]]);
    const columns = unpackDual(makeDual(zeros([2, 2], { dtype: "float64" }).T, tangent)).tangent!;
    assertEquals([columns.strides, columns.toArray()], [[1, 2], [[1, 2], [3, 4]]]);
    const expanded = unpackDual(makeDual(zeros([1], { dtype: "float64" }).expand(3), f64([1, 2, 3]))).tangent!;
    assertEquals(expanded.toArray(), [1, 2, 3]);
  });
});

Deno.test("levels nest: the tangent of a tangent is the second derivative", () => {
  const second = dualLevel(() => {
    const x = makeDual(f64(0.5), f64(1));
    const first = dualLevel(() => unpackDual(makeDual(x, ones([], { dtype: "float64" })).sin()).tangent!);
    return unpackDual(first).tangent!.item();
  });
  assertAlmostEquals(second, -Math.sin(0.5), 1e-15);
});

Deno.test("in-place operations and views carry tangents", () => {
  dualLevel(() => {
    const x = makeDual(f64([1, 2, 3]), f64([1, 1, 1]));
    const y = x.mul(1);
    y.mul_(x);
    assertEquals(tangentOf(y), [2, 4, 6]);
    const tail = y.narrow(0, 1, 2);
    tail.mul_(2);
    assertEquals([tangentOf(y), tangentOf(tail)], [[2, 8, 12], [8, 12]]);
    const sum = zeros([3], { dtype: "float64" }).add(x.sum());
    sum.mul_(2);
    assertEquals(tangentOf(sum), [6, 6, 6]);
    const plain = zeros([3], { dtype: "float64" });
    plain.add_(x);
    assertEquals(tangentOf(plain), [1, 1, 1]);
    plain.zero_();
    assertEquals(tangentOf(plain), null);
  });
});

Deno.test("the user's tangent is not written to by in-place operations", () => {
  const tangent = f64([1, 1]);
  dualLevel(() => makeDual(f64([1, 2]), tangent).mul_(5));
  assertEquals(tangent.toArray(), [1, 1]);
});

Deno.test("what is computed from duals is recorded: gradients of tangents", () => {
  const x = f64([1, 2], true);
  const direction = f64([1, 0.5], true);
  dualLevel(() => {
    const y = makeDual(x, direction).pow(3);
    unpackDual(y).tangent!.sum().backward();
  });
  // The tangent is 3 x² v.
  assertEquals(x.grad!.toArray(), [6, 6]);
  assertEquals(direction.grad!.toArray(), [3, 12]);
});

Deno.test("gradients of dual outputs are dual: forward over reverse", () => {
  const x = f64([1, 2], true);
  dualLevel(() => {
    const dual = makeDual(x, f64([1, 3]));
    const y = dual.pow(3).sum();
    assertEquals(y.gradFn?.name, "SumBackward0");
    for (const input of [x, dual]) {
      const [g] = autograd.grad(y, [input], { retainGraph: true });
      assertEquals(unpackDual(g).primal.toArray(), [3, 12]);
      // The tangent is the Hessian times the direction: 6 x v.
      assertEquals(tangentOf(g), [6, 36]);
    }
  });
});

Deno.test("a dual intermediate counts as independent of its tangent", () => {
  const x = f64([0.5, 1], true);
  dualLevel(() => {
    const z = makeDual(x, f64([1, 1])).exp();
    const [g] = autograd.grad(z.pow(3).sum(), [z]);
    const e = [Math.exp(0.5), Math.exp(1)];
    const tangent = tangentOf(g) as number[];
    // g = 3 z², whose tangent is 6 z z' with z' = z.
    e.forEach((z, i) => assertAlmostEquals(tangent[i], 6 * z * z, 1e-12));
  });
});

Deno.test("dual cotangents contribute to the tangents of gradients", () => {
  const x = f64([2, 3], true);
  dualLevel(() => {
    const y = makeDual(x, f64([1, 0])).mul(x.detach());
    const [g] = autograd.grad(y, [x], { gradOutputs: makeDual(f64([1, 1]), f64([0, 10])) });
    assertEquals([unpackDual(g).primal.toArray(), tangentOf(g)], [[2, 3], [0, 30]]);
  });
});

Deno.test("backward of a dual output accumulates dual gradients", () => {
  const x = f64([1, 2], true);
  dualLevel(() => {
    makeDual(x, f64([1, 1])).pow(3).sum().backward();
    assertEquals(tangentOf(x.grad!), [6, 12]);
  });
  assertEquals(x.grad!.toArray(), [3, 12]);
});

Deno.test("forward over reverse to third order", () => {
  const x = f64([2], true);
  dualLevel(() => {
    const y = makeDual(x, f64([1])).pow(4).sum();
    const [g] = autograd.grad(y, [x], { createGraph: true });
    const [h] = autograd.grad(g.sum(), [x]);
    // x⁴: 12 x² and its derivative 24 x.
    assertEquals([unpackDual(h).primal.toArray(), tangentOf(h)], [[48], [48]]);
  });
});

Deno.test("transforms run inside a level", () => {
  dualLevel(() => {
    const x = makeDual(f64([1, 2]), f64([1, 1]));
    const g: Tensor = func.grad((y: Tensor) => y.pow(3).sum())(x);
    assertEquals(tangentOf(g), [6, 12]);
    assertEquals(tangentOf(func.vmap((y: Tensor) => y.mul(y))(x)), [2, 4]);
    const inside = func.vmap((y: Tensor) => unpackDual(y.mul(y)).tangent!)(x);
    assertEquals((inside as Tensor).toArray(), [2, 4]);
    assertThrows(() => func.grad((y: Tensor) => unpackDual(y).primal.sum())(x), GradError, "func.grad");
  });
});

Deno.test("levels run inside transforms", () => {
  const directional = (x: Tensor): Tensor =>
    dualLevel(() => unpackDual(makeDual(x, ones(x.shape, { dtype: "float64" })).pow(3)).tangent!.sum());
  assertEquals(func.grad(directional)(f64([1, 2])).toArray(), [6, 12]);
  assertEquals(func.vmap(directional)(f64([[1, 2], [0, 1]])).toArray(), [15, 3]);
});

Deno.test("noGrad does not stop tangents", () => {
  dualLevel(() => {
    const y = noGrad(() => makeDual(f64([3], true), f64([1])).mul(2));
    assertEquals([tangentOf(y), y.requiresGrad], [[2], false]);
  });
});

Deno.test("a value that was overwritten by a constant has no tangent, and ops on it go on", () => {
  const overwritten = (x: Tensor): Tensor => {
    const y = x.mul(1);
    y.zero_();
    return y.get(0).add(x.get(1).mul(3));
  };
  const [, tangent] = func.jvp(overwritten, [tensor([1, 2])], [tensor([10, 20])]);
  assertEquals((tangent as Tensor).item(), 60);
  assertEquals(func.jacfwd(overwritten)(tensor([1, 2])).toArray(), [0, 3]);
});

Deno.test("gradients of dual tensors with respect to a tensor and to what it is computed from", () => {
  const f = (x: Tensor): Tensor => {
    const y = x.exp();
    const [ofY, ofX] = autograd.grad(y.square().mul(x).sum(), [y, x], { createGraph: true });
    return ofY.mul(ofX).sum();
  };
  const x = tensor([0.3, -0.7], { dtype: "float64", requiresGrad: true });
  const round = (t: unknown): unknown => (t as Tensor).detach().mul(1e9).round().toArray();
  assertEquals(round(func.jacfwd(f)(x)), round(func.grad(f)(x)));
  const hessian = round(func.jacrev(func.grad(f))(x)) as number[][];
  assertEquals(round(func.jacrev(func.jacfwd(f))(x)), hessian);
  const along = (v: Tensor) => (g: (x: Tensor) => Tensor) => (x: Tensor): Tensor => func.jvp(g, [x], [v])[1] as Tensor;
  const [first, other] = [along(f64([1, 0])), along(f64([0, 1]))];
  const entries = [[first, first], [first, other], [other, other]].map(([a, b]) => a(b(f))(x));
  assertEquals(entries.map((t) => round(t)), [hessian[0][0], hessian[0][1], hessian[1][1]]);
});
