/**
 * Custom functions: contexts, every transform, errors.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  autograd,
  forwardAD,
  func,
  gradcheck,
  GradError,
  gradgradcheck,
  memory,
  ones,
  type Tensor,
  tensor,
  tidy,
  VmapError,
} from "../mod.ts";

type Context = autograd.FunctionContext;

const f64 = (values: Parameters<typeof tensor>[0], requiresGrad = false): Tensor =>
  tensor(values, { dtype: "float64", requiresGrad });
const numbers = (x: unknown): unknown => (x as Tensor).toArray();

/** a b², whose backward and jvp are public operations. */
class Product extends autograd.Function {
  static forward(a: Tensor, b: Tensor, _label: string): Tensor {
    return a.mul(b).mul(b);
  }
  static setupContext(ctx: Context, [a, b]: [Tensor, Tensor], _output: Tensor): void {
    ctx.saveForBackward(a, b);
    ctx.saveForForward(a, b);
  }
  static backward(ctx: Context, g: Tensor): (Tensor | null)[] {
    const [a, b] = ctx.savedTensors as [Tensor, Tensor];
    const [needsA, needsB] = ctx.needsInputGrad;
    return [needsA ? g.mul(b).mul(b) : null, needsB ? g.mul(a).mul(b).mul(2) : null, null];
  }
  static jvp(ctx: Context, ta: Tensor, tb: Tensor): Tensor {
    const [a, b] = ctx.savedTensors as [Tensor, Tensor];
    return ta.mul(b).mul(b).add(tb.mul(a).mul(b).mul(2));
  }
  static generateVmapRule = true;
}

/** The same with one forward that takes the context, and a vmap rule by hand. */
class ProductByHand extends autograd.Function {
  static forward(ctx: Context, a: Tensor, b: Tensor): Tensor {
    ctx.saveForBackward(a, b);
    ctx.saveForForward(a, b);
    ctx.factor = 2;
    return a.mul(b).mul(b);
  }
  static backward(ctx: Context, g: Tensor): Tensor[] {
    const [a, b] = ctx.savedTensors as [Tensor, Tensor];
    return [g.mul(b).mul(b), g.mul(a).mul(b).mul(ctx.factor as number)];
  }
  static jvp = Product.jvp;
  static vmap(
    info: autograd.VmapInfo,
    [da, db]: (number | null)[],
    a: Tensor,
    b: Tensor,
  ): [Tensor, number] {
    assertEquals(info.batchSize, (da === 0 ? a : b).shape[0]);
    // The samples' own axes meet at the end, as broadcasting has them.
    const rank = Math.max(a.ndim - Number(da === 0), b.ndim - Number(db === 0));
    const [x, y] = [a, b].map((t, i) => {
      const sample = [da, db][i] === null ? t.shape : t.shape.slice(1);
      const batch = [da, db][i] === null ? 1 : info.batchSize;
      return t.reshape([batch, ...new Array<number>(rank - sample.length).fill(1), ...sample]);
    });
    const out: Tensor = ProductByHand.apply(x, y);
    return [out, 0];
  }
}

/** b³ with what the rules need as properties of the context: an input, and an output in a tree. */
class CubeByProperties extends autograd.Function {
  static forward(ctx: Context, b: Tensor): Tensor {
    const output = b.pow(3);
    ctx.b = b;
    ctx.tree = { outputs: [output], factor: 3 };
    return output;
  }
  static backward(ctx: Context, g: Tensor): Tensor {
    const { outputs: [output], factor } = ctx.tree as { outputs: Tensor[]; factor: number };
    return g.mul(output).div(ctx.b as Tensor).mul(factor);
  }
  static jvp = CubeByProperties.backward;
  static generateVmapRule = true;
}

/** The same with the context filled apart. */
class CubeBySetup extends CubeByProperties {
  static override forward(b: unknown): Tensor {
    return (b as Tensor).pow(3);
  }
  static setupContext(ctx: Context, [b]: [Tensor], output: Tensor): void {
    ctx.b = b;
    ctx.tree = { outputs: [output], factor: 3 };
  }
}

const WAYS: Readonly<Record<string, (a: Tensor, b: Tensor) => Tensor>> = {
  setupContext: (a, b) => Product.apply(a, b, "label"),
  "forward with ctx": (a, b) => ProductByHand.apply(a, b),
};

for (const [name, f] of Object.entries(WAYS)) {
  const a = f64([1, 2]);
  const b = f64([3, -4]);
  const plain = (a: Tensor, b: Tensor): Tensor => a.mul(b).mul(b);

  Deno.test(`${name}: base tape, to second order`, () => {
    assert(gradcheck(f, [f64([1, 2], true), f64([3, -4], true)], {
      checkForwardAD: true,
      checkBatchedGrad: true,
      checkBatchedForwardGrad: true,
    }));
    assert(gradgradcheck(f, [f64([1, 2], true), f64([3, -4], true)], { checkForwardAD: true }));
    assert(gradcheck(f, [f64([1, 2]), f64([3, -4], true)]));
  });

  Deno.test(`${name}: every transform, and pairs of them`, () => {
    const sum = (f: typeof plain) => (a: Tensor, b: Tensor): Tensor => f(a, b).sum();
    const programs: ((f: typeof plain) => Tensor)[] = [
      (f) => func.grad(sum(f), { argnums: 1 })(a, b),
      (f) => func.grad((b: Tensor) => func.grad(sum(f), { argnums: 1 })(a, b).sin().sum())(b),
      (f) => func.jvp(f, [a, b], [b, a])[1],
      (f) => func.jvp((b: Tensor) => func.jvp((b: Tensor) => f(a, b), [b], [a])[1], [b], [a])[1],
      (f) => func.jvp((b: Tensor) => func.grad(sum(f), { argnums: 1 })(a, b), [b], [a])[1],
      (f) => func.grad((b: Tensor) => func.jvp((b: Tensor) => f(a, b), [b], [a])[1].sum())(b),
      (f) => func.vmap(f)(a, b),
      (f) => func.vmap(f, { inDims: [0, null] })(a, b),
      (f) => func.vmap((b: Tensor) => func.vmap((a: Tensor) => f(a, b))(a))(b),
      (f) => func.vmap(func.grad(f, { argnums: 1 }))(a, b),
      (f) => func.vmap(func.grad(f, { argnums: 1 }), { inDims: [0, null] })(a, f64(3)),
      (f) => func.grad((b: Tensor) => func.vmap(f)(a, b).sum())(b),
      (f) => func.grad((b: Tensor) => func.vmap(f, { inDims: [0, null] })(a, b).sum())(f64(3)),
      (f) => func.jvp((b: Tensor) => func.vmap(f)(a, b), [b], [a])[1],
      (f) => func.jacrev(f, { argnums: 1 })(a, b),
      (f) => func.jacfwd(f, { argnums: 1 })(a, b),
      (f) => func.hessian(sum(f), { argnums: 1 })(a, b),
      (f) => func.jacrev(func.jacrev(f, { argnums: 1 }), { argnums: 1 })(a, b),
    ];
    programs.forEach((program, i) => assertEquals(numbers(program(f)), numbers(program(plain)), `program ${i}`));
  });

  Deno.test(`${name}: mixed with the base tape and forwardAD`, () => {
    const w = f64([1, 2], true);
    func.vmap((b: Tensor) => f(w, b))(f64([[1, 2], [3, 4]])).sum().backward();
    assertEquals(numbers(w.grad), [10, 20]);
    const tangent = forwardAD.dualLevel(() =>
      forwardAD.unpackDual(f(a, forwardAD.makeDual(b, ones([2], { dtype: "float64" })))).tangent
    );
    assertEquals(numbers(tangent), [6, -16]);
  });
}

Deno.test("the derivative is the user's, not that of forward", () => {
  class Straight extends autograd.Function {
    static forward(_ctx: Context, x: Tensor): Tensor {
      return x.round();
    }
    static backward(_ctx: Context, g: Tensor): Tensor {
      return g.mul(10);
    }
    static generateVmapRule = true;
  }
  const x = f64([1.2, 2.7], true);
  const y: Tensor = Straight.apply(x);
  assertEquals([numbers(y), y.gradFn?.name.startsWith("Straight")], [[1, 3], true]);
  assertEquals(numbers(autograd.grad(y.sum(), [x])[0]), [10, 10]);
  assertEquals(numbers(func.vmap(func.grad((x: Tensor) => Straight.apply(x)))(f64([1.2, 2.7]))), [10, 10]);
});

Deno.test("several outputs: missing gradients are zeros, or null if asked for", () => {
  const seen: unknown[] = [];
  class Pair extends autograd.Function {
    static materialize = true;
    static forward(ctx: Context, x: Tensor): [Tensor, Tensor, Tensor] {
      const index = x.argmax();
      ctx.setMaterializeGrads(Pair.materialize);
      const rounded = x.round();
      ctx.markNonDifferentiable(rounded);
      assertEquals(index.dtype, "int32");
      return [x.mul(2), x.mul(3), rounded];
    }
    static backward(_ctx: Context, a: Tensor | null, b: Tensor | null): Tensor {
      seen.push([a === null ? null : numbers(a), b === null ? null : numbers(b)]);
      return (a ?? b!).mul(2);
    }
  }
  const x = f64([1, 2], true);
  const [first, , rounded] = Pair.apply(x) as [Tensor, Tensor, Tensor];
  assertEquals([first.requiresGrad, rounded.requiresGrad], [true, false]);
  first.sum().backward();
  Pair.materialize = false;
  (Pair.apply(x) as Tensor[])[0].sum().backward();
  assertEquals(seen, [[[1, 1], [0, 0]], [[1, 1], null]]);
});

Deno.test("an input that is returned, and one that is modified in place", () => {
  class Identity extends autograd.Function {
    static forward(_ctx: Context, x: Tensor): Tensor {
      return x;
    }
    static backward(_ctx: Context, g: Tensor): Tensor {
      return g.mul(3);
    }
  }
  const x = f64([1, 2], true);
  const y: Tensor = Identity.apply(x);
  assert(y !== x);
  y.sum().backward();
  assertEquals(numbers(x.grad), [3, 3]);

  class Double extends autograd.Function {
    static forward(ctx: Context, x: Tensor): Tensor {
      ctx.markDirty(x);
      return x.mul_(2);
    }
    static backward(_ctx: Context, g: Tensor): Tensor {
      return g.mul(2);
    }
  }
  const z = x.mul(1);
  const same: Tensor = Double.apply(z);
  assert(same === z);
  assertEquals(numbers(autograd.grad(z.sum(), [x])[0]), [2, 2]);
  assertThrows(() => Double.apply(f64([1], true)), GradError, "leaf");
  assertThrows(() => func.grad((x: Tensor) => Double.apply(x.mul(1)).sum())(f64([1])), GradError, "markDirty");

  class Triple extends autograd.Function {
    static generateVmapRule = true;
    static forward(x: Tensor): Tensor {
      return x.mul_(3);
    }
    static setupContext(ctx: Context, [x]: readonly unknown[]): void {
      ctx.markDirty(x as Tensor);
    }
    static backward(_ctx: Context, g: Tensor): Tensor {
      return g.mul(3);
    }
  }
  const tripled = (x: Tensor): Tensor => {
    const y = x.mul(1);
    assert(Triple.apply(y) === y || y.level !== null);
    return y.sum();
  };
  assertEquals(numbers(autograd.grad(tripled(x), [x])[0]), [3, 3]);
  assertEquals(numbers(autograd.grad(func.vmap(tripled)(x.reshape(1, 2)), [x])[0]), [3, 3]);
  assertThrows(() => func.grad(tripled)(f64([1])), GradError, "markDirty");
  assertThrows(
    () => func.grad((x: Tensor) => (func.vmap(tripled)(x)).sum())(f64([[1]])),
    GradError,
    "markDirty",
  );
});

Deno.test("onceDifferentiable: as a decorator and as a wrapper, a second backward pass says so", () => {
  class Decorated extends autograd.Function {
    static forward(ctx: Context, x: Tensor): Tensor {
      ctx.saveForBackward(x);
      return x.mul(x);
    }
    @autograd.onceDifferentiable
    static backward(ctx: Context, g: Tensor): Tensor {
      return g.mul(ctx.savedTensors[0] as Tensor).mul(2);
    }
  }
  class Wrapped extends autograd.Function {
    static forward = Decorated.forward;
    static backward = autograd.onceDifferentiable((ctx: Context, g: Tensor): Tensor[] => [
      g.mul(ctx.savedTensors[0] as Tensor).mul(2),
    ]);
  }
  const x = f64([3], true);
  for (const f of [Decorated, Wrapped]) {
    assertEquals(numbers(autograd.grad(f.apply(x).sum(), [x])[0]), [6]);
    const [g] = autograd.grad(f.apply(x).sum(), [x], { createGraph: true });
    assertEquals(numbers(g), [6]);
    assertThrows(() => autograd.grad(g.sum(), [x], { allowUnused: true }), GradError, "onceDifferentiable");
  }
});

Deno.test("rules that are missing or wrong are errors that name the class", () => {
  class Bare extends autograd.Function {
    static forward(_ctx: Context, x: Tensor): Tensor {
      return x.mul(2);
    }
  }
  const x = f64([1, 2], true);
  assertThrows(() => Bare.apply(x).sum().backward(), GradError, "Bare: expected a static backward");
  assertThrows(() => func.jvp((x: Tensor) => Bare.apply(x), [f64([1])], [f64([1])]), GradError, "static jvp");
  assertThrows(() => func.vmap((x: Tensor) => Bare.apply(x))(f64([1])), VmapError, "generateVmapRule");
  class Few extends autograd.Function {
    static forward(_ctx: Context, a: Tensor, b: Tensor, _c: Tensor): Tensor {
      return a.mul(b);
    }
    static backward(_ctx: Context, g: Tensor): Tensor[] {
      return [g, g];
    }
  }
  assertThrows(() => Few.apply(x, x, x).sum().backward(), GradError, "one gradient per argument of forward (3), got 2");
});

Deno.test("what is saved is checked for in-place changes and freed", () => {
  const x = f64([1, 2], true);
  const y = x.mul(1);
  const z: Tensor = ProductByHand.apply(y, y);
  y.add_(1);
  assertThrows(() => z.sum().backward(), GradError, "in-place");
  const again: Tensor = ProductByHand.apply(x, x);
  again.sum().backward();
  assertThrows(() => again.sum().backward(), GradError, "retainGraph");
  assertAlmostEquals((numbers(x.grad) as number[])[1], 12, 1e-12);
});

for (const [name, Cube] of Object.entries({ forward: CubeByProperties, setupContext: CubeBySetup })) {
  Deno.test(`tensors that ${name} keeps as properties: every transform, to second order`, () => {
    const b = f64([1, -2]);
    const programs: ((f: (b: Tensor) => Tensor) => Tensor)[] = [
      (f) => func.grad((b: Tensor) => f(b).sum())(b),
      (f) => func.grad((b: Tensor) => func.grad((b: Tensor) => f(b).sum())(b).sum())(b),
      (f) => func.jvp(f, [b], [b])[1],
      (f) => func.vmap(func.grad(f))(b),
      (f) => func.vmap(func.grad(func.grad(f)))(b),
      (f) => func.jacrev(f)(b),
      (f) => func.hessian((b: Tensor) => f(b).sum())(b),
    ];
    const cube = (b: Tensor): Tensor => Cube.apply(b);
    programs.forEach((program, i) => {
      assertEquals(numbers(program(cube)), numbers(program((b) => b.pow(3))), `program ${i}`);
    });
    assert(gradcheck(cube, [f64([1, -2], true)], { checkForwardAD: true, checkBatchedGrad: true }));
    assert(gradgradcheck(cube, [f64([1, -2], true)]));
  });

  Deno.test(`tensors that ${name} keeps as properties live as long as the graph`, () => {
    const b = f64([1, -2], true);
    const loss = tidy(() => Cube.apply(b.mul(1)).sum());
    loss.backward();
    assertEquals(numbers(b.grad), [3, 12]);
    const [, pull] = func.vjp((b: Tensor): Tensor => Cube.apply(b), b.detach());
    for (const _ of [1, 2]) assertEquals(numbers(pull(f64([1, 1]))[0]), [3, 12]);
    const before = memory().storages;
    tidy(() => void func.grad((b: Tensor) => Cube.apply(b).sum())(b.detach()));
    assertEquals(memory().storages, before);
  });
}

Deno.test("a rule may keep what it makes; within tidy only its gradients stay", () => {
  const kept: Tensor[] = [];
  class Keeping extends autograd.Function {
    static forward(_ctx: Context, x: Tensor): Tensor {
      return x.mul(2);
    }
    static backward(ctx: Context, g: Tensor): Tensor {
      kept.push(g, g.exp());
      ctx.own = g.sin();
      kept.push(ctx.own as Tensor);
      return g.mul(2);
    }
  }
  class Tidy extends autograd.Function {
    static forward(_ctx: Context, x: Tensor): Tensor {
      return x.mul(2);
    }
    static backward(_ctx: Context, g: Tensor): Tensor {
      return tidy(() => g.exp().log().mul(2));
    }
  }
  const x = f64([1, 2], true);
  Keeping.apply(x).square().sum().backward();
  assertEquals(numbers(kept[0]), [4, 8]);
  assertAlmostEquals(kept[1].sum().item(), Math.exp(4) + Math.exp(8), 1e-9);
  assertAlmostEquals(kept[2].sum().item(), Math.sin(4) + Math.sin(8), 1e-12);
  const step = (): void => tidy(() => Tidy.apply(x).sum()).backward();
  step();
  const before = memory().storages;
  step();
  // The loss, its cotangent, a view of which the rule has seen, and the gradient that the rule returned.
  assertEquals(memory().storages, before + 3);
});
