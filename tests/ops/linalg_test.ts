/**
 * Linear algebra: what decompositions promise, derivatives along symmetric directions, which the op table cannot draw, and
 * refusals.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  allclose,
  ArgumentError,
  choleskySolve,
  DTypeError,
  eye,
  func,
  linalg,
  logdet,
  matmul,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from "../../mod.ts";
import { fromValues, generator } from "./support.ts";

function random(shape: readonly number[], seed = 1): Tensor {
  const draw = generator(seed);
  const numel = shape.reduce((a, b) => a * b, 1);
  return fromValues(Float64Array.from({ length: numel }, () => draw() * 2 - 1), shape, "float64");
}

function mT(x: Tensor): Tensor {
  return x.transpose(-2, -1);
}

function symmetric(x: Tensor): Tensor {
  return x.add(mT(x));
}

function positiveDefinite(x: Tensor): Tensor {
  return matmul(x, mT(x)).add(eye(x.shape[x.ndim - 1], { dtype: "float64" }));
}

function assertClose(actual: Tensor, expected: Tensor, tolerance = 1e-10): void {
  assertEquals(actual.shape, expected.shape);
  assert(allclose(actual, expected, { rtol: tolerance, atol: tolerance }), `${actual}\nexpected\n${expected}`);
}

/** Compares both modes with central differences along a random direction. */
function checkDerivative(f: (x: Tensor) => Tensor, x: Tensor): void {
  const [h, direction] = [1e-6, random(x.shape, 7)];
  const weights = random(f(x).shape, 8);
  const along = (step: number): Tensor => f(x.add(direction.mul(step))).mul(weights).sum();
  const numeric = along(h).sub(along(-h)).item() / (2 * h);
  const [, tangent] = func.jvp(f, [x], [direction]);
  const [, pullback] = func.vjp(f, x);
  const [cotangent] = pullback(weights) as Tensor[];
  assertAlmostEquals((tangent as Tensor).mul(weights).sum().item(), numeric, 1e-6 * (1 + Math.abs(numeric)));
  assertAlmostEquals(cotangent.mul(direction).sum().item(), numeric, 1e-6 * (1 + Math.abs(numeric)));
}

const SHAPES = [[3, 3], [4, 2], [2, 4], [2, 3, 3], [0, 0], [3, 0], [2, 0, 3]] as const;

Deno.test("decompositions give back the matrix", () => {
  for (const shape of SHAPES) {
    const a = random(shape);
    const { P, L, U } = linalg.lu(a);
    assertClose(matmul(matmul(P, L), U), a);
    const { Q, R } = linalg.qr(a);
    assertClose(matmul(Q, R), a);
    const complete = linalg.qr(a, { mode: "complete" });
    assertClose(matmul(complete.Q, complete.R), a);
    const { U: u, S, Vh } = linalg.svd(a, { fullMatrices: false });
    assertClose(matmul(u.mul(S.unsqueeze(-2)), Vh), a);
    assertClose(linalg.svdvals(a), S);
    const full = linalg.svd(a);
    for (const basis of [full.U, full.Vh, complete.Q]) {
      const n = basis.shape[basis.ndim - 1];
      assertClose(matmul(mT(basis), basis), eye(n, { dtype: "float64" }).expand(basis.shape));
    }
    const p = linalg.pinv(a);
    assertClose(matmul(matmul(a, p), a), a);
  }
  const s = symmetric(random([2, 4, 4]));
  const { eigenvalues, eigenvectors } = linalg.eigh(s);
  assertClose(matmul(s, eigenvectors), eigenvectors.mul(eigenvalues.unsqueeze(-2)));
  const l = linalg.cholesky(positiveDefinite(s));
  assertClose(matmul(l, mT(l)), positiveDefinite(s));
});

Deno.test("singular vectors of matrices without full rank are orthonormal", () => {
  const a = matmul(random([4, 1]), random([1, 3], 2));
  const { U, S, Vh } = linalg.svd(a);
  assertClose(matmul(mT(U), U), eye(4, { dtype: "float64" }));
  assertClose(matmul(U.narrow(1, 0, 3).mul(S), Vh), a);
  assertEquals([linalg.matrixRank(a).item(), linalg.matrixRank(zeros([3, 3])).item()], [1, 0]);
});

Deno.test("only the named triangle of a symmetric matrix is read", () => {
  const s = symmetric(random([3, 3]));
  assertClose(linalg.eigvalsh(s.tril()), linalg.eigvalsh(s));
  assertClose(linalg.eigvalsh(s.triu(), { UPLO: "U" }), linalg.eigvalsh(s));
  const p = positiveDefinite(s);
  assertClose(linalg.cholesky(p.tril()), linalg.cholesky(p));
  assertClose(linalg.cholesky(p.triu(), { upper: true }), mT(linalg.cholesky(p)));
});

Deno.test("systems are solved from both sides, for vectors, and from factors", () => {
  const [a, b] = [random([2, 3, 3]), random([2, 3, 2], 2)];
  assertClose(matmul(a, linalg.solve(a, b)), b);
  assertClose(matmul(linalg.solve(a, mT(b), { left: false }), a), mT(b));
  assertClose(
    matmul(a.select(0, 0), linalg.solve(a.select(0, 0), b.select(0, 0).select(1, 0))),
    b.select(0, 0).select(1, 0),
  );
  assertClose(linalg.inv(a), linalg.solve(a, eye(3, { dtype: "float64" })));
  const p = positiveDefinite(a);
  assertClose(choleskySolve(b, linalg.cholesky(p)), linalg.solve(p, b));
  const { solution } = linalg.lstsq(random([5, 3]), random([5, 1], 2));
  assertClose(solution, matmul(linalg.pinv(random([5, 3])), random([5, 1], 2)));
});

Deno.test("choleskySolve takes one right-hand side for as many factors as it has rows", () => {
  const factors = linalg.cholesky(positiveDefinite(random([2, 2, 2])));
  const b = random([2, 2], 3);
  const each = factors.unbind(0).map((factor) => choleskySolve(b, factor));
  choleskySolve(b, factors).unbind(0).forEach((solution, i) => assertClose(solution, each[i]));
});

Deno.test("lstsq takes vectors, and batches over systems with residuals", () => {
  const a = tensor([[1, 2], [3, 4], [5, 7]], { dtype: "float64" });
  const b = tensor([1, -1, 2], { dtype: "float64" });
  const { solution, residuals } = linalg.lstsq(a, b, { driver: "gelsd" });
  // From PyTorch 1.13.
  assertClose(solution, tensor([-2.5714285714285721, 2.0000000000000004], { dtype: "float64" }));
  assertClose(residuals, tensor([2.5714285714285707], { dtype: "float64" }));
  for (const driver of ["gels", "gelsy", "gelsd", "gelss"] as const) {
    const systems = random([2, 4, 2]);
    const right = random([2, 4], 2);
    const one = (A: Tensor, B: Tensor): Tensor[] => {
      const { solution, residuals } = linalg.lstsq(A, B, { driver });
      return [solution, residuals];
    };
    const [x, r] = func.vmap(one)(systems, right);
    const batched = linalg.lstsq(systems, right, { driver });
    assertClose(x, batched.solution);
    assertClose(r, batched.residuals.reshape(r.shape));
  }
});

Deno.test("matrixPower multiplies integers too, but has no inverse of them", () => {
  const fibonacci = tensor(Int32Array.of(1, 1, 1, 0)).reshape(2, 2);
  assertEquals(linalg.matrixPower(fibonacci, 6).toArray(), [[13, 8], [8, 5]]);
  assertEquals(linalg.matrixPower(fibonacci, 6).dtype, "int32");
  assertThrows(() => linalg.matrixPower(fibonacci, -1), DTypeError, "floating-point");
});

Deno.test("functions of matrices", () => {
  const a = random([3, 3]);
  assertClose(linalg.matrixExp(a.mul(30)), linalg.matrixPower(linalg.matrixExp(a.mul(3)), 10), 1e-9);
  assertClose(linalg.matrixPower(a, -2), linalg.inv(matmul(a, a)));
  assertClose(linalg.det(a), linalg.slogdet(a).sign.mul(linalg.slogdet(a).logabsdet.exp()));
  assertClose(logdet(positiveDefinite(a)), linalg.det(positiveDefinite(a)).log());
  assert(Number.isNaN(logdet(tensor([[-1]])).item()));
  assertAlmostEquals(linalg.cond(a, 1).item(), linalg.matrixNorm(a, 1).mul(linalg.matrixNorm(linalg.inv(a), 1)).item());
  assertEquals(linalg.cond(tensor([[[1, 2], [2, 4]], [[0, 1], [2, 0]]]), 1).toArray(), [Infinity, 2]);
  assertClose(linalg.matrixNorm(a, "nuc"), linalg.svdvals(a).sum());
  assertClose(linalg.norm(a), linalg.matrixNorm(a));
});

Deno.test("derivatives along symmetric directions", () => {
  const x = random([2, 3, 3]);
  checkDerivative((x) => linalg.cholesky(positiveDefinite(x)), x);
  checkDerivative((x) => linalg.eigvalsh(symmetric(x)), x);
  // Eigenvectors are defined up to a sign: projections are not.
  checkDerivative((x) => {
    const v = linalg.eigh(symmetric(x)).eigenvectors.narrow(-1, 0, 1);
    return matmul(v, mT(v));
  }, x);
});

Deno.test("the determinant has derivatives at singular matrices", () => {
  const a = matmul(random([3, 1]), random([1, 3], 2));
  checkDerivative((x) => linalg.det(x), a);
  checkDerivative((x) => func.grad((y: Tensor) => linalg.det(y))(x) as Tensor, a);
});

Deno.test("vmap of a decomposition is the decomposition of the stack", () => {
  const a = random([4, 3, 3]);
  assertClose(func.vmap((x: Tensor) => linalg.inv(x))(a) as Tensor, linalg.inv(a));
  assertClose(func.vmap((x: Tensor) => linalg.svdvals(x))(a) as Tensor, linalg.svdvals(a));
});

Deno.test("refusals", () => {
  const singular = tensor([[1, 2], [2, 4]]);
  assertThrows(() => linalg.inv(singular), ArgumentError, "invertible");
  assertThrows(() => linalg.solve(singular, tensor([1, 2])), ArgumentError, "invertible");
  assertThrows(() => linalg.cholesky(tensor([[1, 2], [2, 1]])), ArgumentError, "positive definite");
  assertThrows(() => linalg.det(zeros([2, 3])), ShapeError, "square");
  assertThrows(() => linalg.inv(eye(2, { dtype: "int32" })), DTypeError, "int32");
  assertThrows(() => linalg.svd(zeros([3])), ShapeError, "matrix");
  assertThrows(() => linalg.matrixNorm(zeros([2, 2]), 3), ArgumentError, "order");
  assertThrows(() => linalg.matrixPower(eye(2), 0.5), ArgumentError, "whole");
});
