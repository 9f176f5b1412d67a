/**
 * gradcheck and gradgradcheck: right derivatives pass, each kind of wrong one fails with a message that says where.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  ArgumentError,
  autograd,
  gradcheck,
  GradcheckError,
  gradgradcheck,
  ones,
  rand,
  type Tensor,
  tensor,
  zeros,
} from "../mod.ts";
import * as testing from "../testing/mod.ts";

const f64 = (values: Parameters<typeof tensor>[0], requiresGrad = true): Tensor =>
  tensor(values, { dtype: "float64", requiresGrad });

/** All checks at once. */
const ALL = {
  checkForwardAD: true,
  checkBatchedGrad: true,
  checkBatchedForwardGrad: true,
  checkGradDtypes: true,
};

/** x.mul(2) in the forward pass, whose gradient a hook multiplies by `factor`. */
function wrongBy(factor: number): (x: Tensor) => Tensor {
  return (x) => {
    const y = x.mul(1);
    if (y.requiresGrad) y.registerHook((g) => g.mul(factor));
    return y.mul(2);
  };
}

Deno.test("right derivatives pass every check, slow and fast", () => {
  const x = f64([[0.5, -1.5, 2], [1, 0.3, -0.7]]);
  const w = f64([[1, 2], [3, -1], [0.5, 0.2]]);
  const f = (x: Tensor, w: Tensor): [Tensor, { s: Tensor }] => [x.matmul(w).tanh(), { s: x.sin().sum().mul(w.exp()) }];
  for (const fastMode of [false, true]) {
    assert(gradcheck(f, [x, w], { ...ALL, fastMode }));
    assert(gradgradcheck(f, [x, w], { ...ALL, fastMode }));
  }
});

Deno.test("a wrong gradient fails and names the op, the input and both Jacobians", () => {
  const x = f64([1, 2]);
  const error = assertThrows(() => gradcheck(wrongBy(3), x), GradcheckError, "reverse-mode Jacobian of output 0");
  for (const part of ["MulBackward0", "input 0", "[2.00000, 0.00000]", "[6.00000, 0.00000]"]) {
    assert(error.message.includes(part), `${part} in: ${error.message}`);
  }
  assertThrows(() => gradcheck(wrongBy(3), x, { fastMode: true }), GradcheckError, "numeric:");
  assertEquals(gradcheck(wrongBy(3), x, { raiseException: false }), false);
  assert(gradcheck(wrongBy(1 + 1e-5), x));
  assertEquals(gradcheck(wrongBy(1 + 1e-2), x, { raiseException: false }), false);
  assert(gradcheck(wrongBy(1 + 1e-2), x, { rtol: 0.1 }));
});

Deno.test("the input that is wrong is named", () => {
  const f = (a: Tensor, k: number, b: Tensor): Tensor => a.mul(k).add(wrongBy(2)(b));
  assertThrows(() => gradcheck(f, [f64([1]), 3, f64([1])]), GradcheckError, "with respect to input 2");
});

Deno.test("a wrong tangent fails in forward mode only", () => {
  // The derivative of the detached factor is missing from the tangent; the hook adds it to the gradient.
  const f = (x: Tensor): Tensor => {
    const y = x.mul(1);
    if (y.requiresGrad) y.registerHook((g) => g.mul(2));
    return y.mul(x.detach());
  };
  const x = f64([1, 2]);
  assert(gradcheck(f, x));
  assertThrows(() => gradcheck(f, x, { checkForwardAD: true }), GradcheckError, "forward-mode");
  assertThrows(() => gradcheck(f, x, { checkForwardAD: true, fastMode: true }), GradcheckError, "forward-mode");
  assertThrows(() => gradcheck(f, x, { checkForwardAD: true, checkBackwardAD: false }), GradcheckError, "forward-mode");
});

Deno.test("a backward pass that gives other numbers each time fails", () => {
  const f = (x: Tensor): Tensor => {
    const y = x.mul(1);
    if (y.requiresGrad) y.registerHook((g) => g.mul(rand([], { dtype: "float64" }).mul(1e-7).add(1)));
    return y;
  };
  assertThrows(() => gradcheck(f, f64([1, 2])), GradcheckError, "nondetTol");
  assert(gradcheck(f, f64([1, 2]), { nondetTol: 1e-6 }));
});

Deno.test("a second derivative that is missing fails gradgradcheck", () => {
  const f = (x: Tensor): Tensor => {
    const y = x.mul(1);
    // The right gradient of x², cut from its own history.
    if (y.requiresGrad) y.registerHook((g) => g.mul(2).mul(x.detach()).mul(x.detach().reciprocal()));
    return y.mul(x.detach());
  };
  const x = f64([1.5, 2]);
  assert(gradcheck(f, x));
  assertThrows(() => gradgradcheck(f, x), GradcheckError, "Jacobian");
  assert(gradgradcheck((x: Tensor) => x.mul(x), x, { gradOutputs: f64([1, -2]) }));
});

Deno.test("outputs without a history must not depend on the inputs", () => {
  assert(gradcheck((x: Tensor) => [x.mul(2), x.detach()], f64([1])));
  assert(gradcheck(() => ones([2], { dtype: "float64" }), f64([1])));
  assertThrows(() => gradcheck((x: Tensor) => x.detach().mul(2), f64([1])), GradcheckError, "no history");
});

Deno.test("inputs keep their values, layouts and gradients", () => {
  const base = zeros([3, 2], { dtype: "float64" });
  base.copy_(f64([[1, 2], [3, 4], [5, 6]], false));
  const x = base.T.requiresGrad_();
  assert(gradcheck((x: Tensor) => x.mul(x), x, ALL));
  assertEquals(x.toArray(), [[1, 3, 5], [2, 4, 6]]);
  assertEquals(x.grad, null);
  assertThrows(
    () => gradcheck((x: Tensor) => x, ones([1], { dtype: "float64" }).expand(3).requiresGrad_()),
    Error,
    "clone()",
  );
});

Deno.test("calls that cannot be checked are errors", () => {
  assertThrows(() => gradcheck((x: Tensor) => x, f64([1], false)), ArgumentError, "requires grad");
  assertThrows(
    () => gradcheck((x: Tensor) => x, f64([1]), { checkBackwardAD: false }),
    ArgumentError,
    "checkForwardAD",
  );
  const single = tensor([300.1], { requiresGrad: true });
  assertThrows(() => gradcheck((x: Tensor) => x.sin(), single), GradcheckError, "check in float64");
  const fail = (): Tensor => {
    throw new RangeError("inside");
  };
  assertThrows(() => gradcheck(fail, f64([1]), { raiseException: false }), RangeError);
});

Deno.test("NaN is close to nothing, and a function without tensors is an error", () => {
  const root = (x: Tensor): Tensor => x.sqrt();
  assertThrows(() => gradcheck(root, f64([-1])), GradcheckError);
  assertThrows(() => gradcheck(root, f64([-1]), { fastMode: true }), GradcheckError);
  assertThrows(() => gradcheck(() => {}, f64([1])), ArgumentError, "a function that returns tensors");
});

Deno.test("a graph made before a check is usable after it", () => {
  const x = f64([1, 2]);
  const y = x.square();
  assert(gradcheck((x: Tensor) => x.sin(), x));
  y.sum().backward();
  assertEquals(x.grad?.toArray(), [2, 4]);
});

Deno.test("the fast mode finds an error of one percent among hundreds of elements", () => {
  const x = f64(Array.from({ length: 400 }, (_, i) => 0.5 + i / 400));
  assert(gradcheck(wrongBy(1), x, { fastMode: true }));
  assertThrows(() => gradcheck(wrongBy(1.01), x, { fastMode: true }), GradcheckError, "reverse-mode");
});

Deno.test("empty inputs and outputs pass", () => {
  assert(gradcheck((x: Tensor) => x.mul(2), f64([]), ALL));
  assert(gradcheck((x: Tensor) => x.sum(), f64([]), ALL));
});

Deno.test("the checks are exported under autograd and from the testing entry", () => {
  assertEquals([autograd.gradcheck, autograd.gradgradcheck], [gradcheck, gradgradcheck]);
  assertEquals([testing.gradcheck, testing.gradgradcheck], [gradcheck, gradgradcheck]);
});
