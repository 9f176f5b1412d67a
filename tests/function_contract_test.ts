/**
 * What the methods of custom functions must return, and what functions given to transforms and modes must not do: every
 * breach is an error by name.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import {
  ArgumentError,
  autograd,
  checkpoint,
  enableGrad,
  forwardAD,
  func,
  GradError,
  inferenceMode,
  isGradEnabled,
  noGrad,
  ones,
  ShapeError,
  type Tensor,
  tensor,
  tidy,
  VmapError,
  zeros,
} from "../mod.ts";

type Context = autograd.FunctionContext;

/** The rules of a function whose forward doubles its argument, as a program without a type checker may write them. */
interface Rules {
  backward?: (ctx: Context, gradient: Tensor) => unknown;
  jvp?: (ctx: Context, tangent: Tensor) => unknown;
  vmap?: (info: autograd.VmapInfo, inDims: readonly (number | null)[], x: Tensor) => unknown;
  generateVmapRule?: boolean;
}

/** The function `Doubled` with the given rules, applied. */
function doubled(rules: Rules, ...args: unknown[]): Tensor {
  class Doubled extends autograd.Function {
    static forward(x: Tensor): Tensor {
      return x.mul(2);
    }
    static setupContext(): void {}
  }
  Object.assign(Doubled, rules);
  return Doubled.apply(...args);
}

const BAD_GRADIENTS: [string, unknown, new (message?: string) => Error, string][] = [
  ["too large a shape", ones([2, 2]), ShapeError, "DoubledBackward0 to give a gradient of shape [2, 3] for input 0"],
  ["a shape of as many elements", ones([3, 2]), ShapeError, "gradient of shape [2, 3] for input 0, got [3, 2]"],
  ["a flat gradient", ones([6]), ShapeError, "gradient of shape [2, 3] for input 0, got [6]"],
  ["a scalar", ones([]), ShapeError, "gradient of shape [2, 3] for input 0, got []"],
  ["two gradients", [ones([2, 3]), ones([2, 3])], GradError, "Doubled.backward: expected one gradient per argument"],
  ["a number", 5, GradError, "Doubled.backward: expected tensors and nulls, got number"],
  ["a string in a list", ["a"], GradError, "got string"],
  ["a promise", Promise.resolve(ones([2, 3])), GradError, "got object"],
];

for (const [what, gradient, type, text] of BAD_GRADIENTS) {
  Deno.test(`backward that returns ${what} is an error, on the base tape and inside grad`, () => {
    const rules: Rules = { backward: () => gradient };
    const x = ones([2, 3], { requiresGrad: true });
    assertThrows(() => doubled(rules, x).sum().backward(), type, text);
    assertEquals(x.grad, null);
    assertThrows(() => func.grad((y: Tensor) => doubled(rules, y).sum())(ones([2, 3])), type, text);
  });
}

Deno.test("backward may return nothing, trailing nulls, and the gradient of a broadcast argument unsummed", () => {
  for (const nothing of [undefined, null, [null, null]]) {
    const x = ones([2], { requiresGrad: true });
    doubled({ backward: () => nothing }, x).sum().backward();
    assertEquals(x.grad, null);
  }
  const x = ones([2], { requiresGrad: true });
  doubled({ backward: (_ctx, g) => [g.mul(2), null, null] }, x, "label").sum().backward();
  assertEquals(x.grad!.toArray(), [2, 2]);
  const y = ones([1], { requiresGrad: true });
  doubled({ backward: () => ones([4, 3]) }, y).sum().backward();
  assertEquals(y.grad!.toArray(), [12]);
});

Deno.test("backward that returns a gradient for what is no tensor is an error", () => {
  const x = ones([2], { requiresGrad: true });
  const rules: Rules = { backward: (_ctx, g) => [g, g] };
  assertThrows(
    () => doubled(rules, x, "label").sum().backward(),
    GradError,
    "return null for arguments without one",
  );
});

Deno.test("backward of a function under vmap is held to the same contract", () => {
  const gradientOf = (backward: Rules["backward"]): Tensor =>
    func.vmap(func.grad((y: Tensor) => doubled({ backward, generateVmapRule: true }, y).sum()))(ones([4, 2]));
  assertEquals(gradientOf((_ctx, g) => g.mul(2)).toArray(), [[2, 2], [2, 2], [2, 2], [2, 2]]);
  assertThrows(() => gradientOf(() => ones([3])), ShapeError, "DoubledBackward0");
  assertThrows(() => gradientOf(() => 5), GradError, "Doubled.backward");
});

Deno.test("jvp that returns what does not fit its output is an error", () => {
  const push = (jvp: Rules["jvp"]): Tensor =>
    func.jvp((x: Tensor) => doubled({ jvp }, x), [ones([2])], [ones([2])])[1] as Tensor;
  assertEquals(push((_ctx, t) => t.mul(2)).toArray(), [2, 2]);
  assertThrows(
    () => push(() => ones([5])),
    GradError,
    "expected tangent 0 to be float32 of shape [2], got float32 of shape [5]",
  );
  assertThrows(() => push(() => ones([2, 1])), GradError, "got float32 of shape [2, 1]");
  assertThrows(() => push((_ctx, t) => t.double()), GradError, "got float64 of shape [2]");
  assertThrows(() => push(() => 5), GradError, "Doubled.jvp: expected tensors and nulls");
  assertThrows(() => push((_ctx, t) => [t, t]), GradError, "Doubled.jvp: expected one tangent per output (1), got 2");
  forwardAD.dualLevel(() => {
    const dual = forwardAD.makeDual(ones([2]), ones([2]));
    assertThrows(() => doubled({ jvp: () => ones([5]) }, dual), GradError, "Doubled.jvp");
  });
});

Deno.test("vmap rules return a pair with a batch axis where they say", () => {
  const run = (vmap: Rules["vmap"], generateVmapRule = false): Tensor =>
    func.vmap((x: Tensor) => doubled({ vmap, generateVmapRule }, x))(ones([2, 3]));
  assertEquals(run((_info, _dims, x) => [x.mul(2).T, 1]).shape, [2, 3]);
  assertThrows(() => run((_info, _dims, x) => x.mul(2)), VmapError, "Doubled.vmap: expected a pair [output, outDims]");
  assertThrows(() => run((_info, _dims, x) => [x]), VmapError, "expected a pair");
  assertThrows(
    () => run((_info, _dims, x) => [x, 4]),
    VmapError,
    "Doubled.vmap: expected a batch axis of 2 at outDims 4",
  );
  assertThrows(() => run(() => [ones([7]), 0]), VmapError, "got shape [7]");
  assertThrows(() => run((_info, _dims, x) => [x, 0], true), VmapError, "expected no rule beside generateVmapRule");
  const error = assertThrows(() => run((_info, _dims, x) => [x, x]), ArgumentError, 'got "a tensor" for a tensor');
  assertFalse(error.message.includes("storage"), error.message);
});

Deno.test("a function without forward, and saving what is no tensor, are errors by name", () => {
  class Empty extends autograd.Function {}
  assertThrows(() => Empty.apply(ones([2])), GradError, "Empty: expected a static forward method");
  class Saving extends autograd.Function {
    static forward(ctx: Context, x: Tensor): Tensor {
      ctx.saveForBackward(null, 5 as unknown as Tensor);
      return x.mul(2);
    }
  }
  assertThrows(() => Saving.apply(ones([2])), ArgumentError, "saveForBackward: expected a tensor, got 5");
});

Deno.test("a transform does not write its derivatives into captured tensors", () => {
  const transforms: [string, (f: (y: Tensor) => Tensor) => unknown][] = [
    ["grad", (f) => func.grad(f)(ones([2]))],
    ["vjp", (f) => func.vjp(f, ones([2]))],
    ["jvp", (f) => func.jvp(f, [ones([2])], [ones([2])])],
    ["jacrev", (f) => func.jacrev(f)(ones([2]))],
    ["linearize", (f) => func.linearize(f, ones([2]))],
    ["grad", (f) => tidy(() => func.grad(f)(ones([2])))],
  ];
  for (const [name, run] of transforms) {
    const captured = zeros([2]);
    const wide = zeros([4]);
    const text = `would mutate a captured tensor`;
    assertThrows(
      () => run((y) => captured.add_(y).sum()),
      GradError,
      `add_: expected a tensor made inside func.${name}`,
    );
    assertThrows(() => run((y) => (wide.view([2, 2]).get(0).copy_(y), y.sum())), GradError, text);
    assertEquals(captured.add(1).toArray(), [1, 1]);
    assertEquals(wide.toArray(), [0, 0, 0, 0]);
    // What the function made itself, and what carries no derivative, may be written.
    run((y) => {
      captured.add_(y.detach());
      return tidy(() => zeros([2])).add_(y).mul_(y).sum();
    });
    assert(captured.toArray().toString() !== "0,0");
  }
  const inner = (outer: Tensor): Tensor => {
    const made = outer.mul(1);
    return func.grad((y: Tensor) => made.add_(y).sum())(ones([2])).sum();
  };
  assertThrows(() => func.grad(inner)(ones([2])), GradError, "would mutate a captured tensor");
});

Deno.test("writing into tensors made inside a transform is differentiated", () => {
  const f = (y: Tensor): Tensor => {
    const made = zeros([3]);
    made.get(0).copy_(y.square().sum());
    made.set_(1, y.sum());
    return made.square().sum();
  };
  assertEquals(func.grad(f)(tensor([1, 2])).toArray(), [26, 46]);
});

Deno.test("the function forms of modes do not span an await", () => {
  const modes: [string, (fn: () => unknown) => unknown][] = [
    ["noGrad", noGrad],
    ["enableGrad", enableGrad],
    ["inferenceMode", inferenceMode],
    ["detectAnomaly", autograd.detectAnomaly],
    ["dualLevel", forwardAD.dualLevel],
    ["tidy", tidy],
    ["savedTensorsHooks", (fn) => autograd.graph.savedTensorsHooks((x) => x, (x) => x, fn)],
    ["savedTensorsHooks", autograd.graph.saveOnCpu],
    ["checkpoint", checkpoint],
  ];
  assertThrows(() => noGrad(5 as never), ArgumentError, "noGrad: expected a function, got 5");
  for (const [name, mode] of modes) {
    assertThrows(
      () => mode(async () => await Promise.resolve()),
      ArgumentError,
      `${name}: expected a synchronous function, got one that returns a promise; await outside of it`,
    );
    assert(isGradEnabled());
  }
  assertThrows(() => forwardAD.makeDual(ones([1]), ones([1])), GradError, "makeDual");
});

Deno.test("argnums name different arguments, at least one", () => {
  const f = (a: Tensor, b: Tensor): Tensor => a.mul(b).sum();
  for (const transform of [func.grad, func.jacrev, func.jacfwd]) {
    for (const argnums of [[0, 0], [0, -2], []]) {
      assertThrows(
        () => transform(f, { argnums })(ones([2]), ones([2])),
        ArgumentError,
        "argnums of different arguments",
      );
    }
  }
});
