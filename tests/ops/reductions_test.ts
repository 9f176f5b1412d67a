/**
 * Reductions, scans, sorts and products where the op table cannot look: integers, NaN, empty axes, refusals, derivatives at
 * kinks as `docs/subgradients.md` states them.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  ArgumentError,
  DTypeError,
  einsum,
  func,
  IndexError,
  matmul,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from "../../mod.ts";
import * as dualtape from "../../mod.ts";

function ints(...values: number[]): Tensor {
  return tensor(Int32Array.from(values));
}

function doubles(values: Parameters<typeof tensor>[0]): Tensor {
  return tensor(values, { dtype: "float64" });
}

function gradient(f: (x: Tensor) => Tensor, x: Tensor): unknown {
  return func.grad(f)(x).toArray();
}

Deno.test("integers and bools are summed and multiplied as int32, and have no mean", () => {
  const x = tensor([[true, false], [true, true]]);
  assertEquals([x.sum().dtype, x.sum().item()], ["int32", 3]);
  assertEquals(tensor(true).sumToSize([]).dtype, "int32");
  assertEquals([x.prod().dtype, x.prod(0).toArray()], ["int32", [1, 0]]);
  assertEquals([x.cumsum(1).dtype, x.cumsum(1).toArray()], ["int32", [[1, 1], [1, 2]]]);
  assertEquals(tensor(Uint8Array.of(200, 100)).sum().item(), 300);
  assertThrows(() => ints(1, 2).mean(), DTypeError, "int32");
  assertThrows(() => ints(1, 2).std(), DTypeError, "int32");
  assertEquals(ints(1, 2).mean(undefined, { dtype: "float64" }).item(), 1.5);
  assertEquals(ints(3, 1).sum(0, { dtype: "float64" }).dtype, "float64");
  assertEquals(tensor([0.5, 0]).prod(0, { dtype: "bool" }).toArray(), false);
  assertEquals(ints(3, 0, -1).countNonzero().item(), 2);
});

Deno.test("dims may be one, several, negative or none, and stay with keepdim", () => {
  const x = zeros([2, 3, 4]);
  assertEquals(x.sum(-1).shape, [2, 3]);
  assertEquals(x.amax([0, -1], { keepdim: true }).shape, [1, 3, 1]);
  assertEquals(x.mean([]).shape, []);
  assertEquals(x.max(1, { keepdim: true }).indices.shape, [2, 1, 4]);
  assertEquals(x.argmax(undefined, { keepdim: true }).shape, [1, 1, 1]);
  assertEquals(tensor(3).max(0).values.shape, []);
  assertEquals(tensor(3).cumsum(0).shape, []);
  assertThrows(() => x.sum(3), IndexError, "3");
  assertThrows(() => x.sum([0, -3]), ArgumentError, "twice");
});

Deno.test("nothing has a sum and a product, but no extremum", () => {
  const x = zeros([2, 0]);
  assertEquals([x.sum().item(), x.prod().item(), x.any().item(), x.all().item()], [0, 1, 0, 1]);
  assert(Number.isNaN(x.mean().item()));
  assertEquals(x.logsumexp(1).toArray(), [-Infinity, -Infinity]);
  for (const f of [dualtape.amax, dualtape.argmax, dualtape.max, dualtape.aminmax]) {
    assertThrows(() => f(x), ShapeError, "at least one element");
  }
  assertThrows(() => x.max(1), ShapeError, "at least one element");
  assertThrows(() => x.median(1), ShapeError, "at least one element");
  assertEquals(x.amax(0).shape, [0]);
  assertEquals(x.sort(1).values.shape, [2, 0]);
});

Deno.test("NaN is every extremum and the largest in sorts; nan-functions leave it out", () => {
  const x = doubles([1, NaN, 3]);
  assert(Number.isNaN(x.max().item()) && Number.isNaN(x.amin().item()) && Number.isNaN(x.median().item()));
  assertEquals([x.argmax().item(), x.min(0).indices.item(), x.median(0).indices.item()], [1, 1, 1]);
  assertEquals(x.sort().indices.toArray(), [0, 2, 1]);
  assertEquals(x.topk(1).indices.toArray(), [1]);
  assertEquals([x.nansum().item(), x.nanmean().item(), x.nanmedian().item()], [4, 2, 1]);
  assertEquals(x.kthvalue(2).values.item(), 3);
});

Deno.test("medians take the lower of two, modes the smallest of the most frequent and where it last is", () => {
  assertEquals(doubles([4, 1, 3, 2]).median().item(), 2);
  const { values, indices } = ints(5, 2, 5, 2, 9).mode();
  assertEquals([values.item(), indices.item()], [2, 3]);
  assertThrows(() => ints(1, 2).kthvalue(3), ArgumentError, "k in [1, 2]");
  assertThrows(() => ints(1, 2).topk(3), ArgumentError, "k in [0, 2]");
});

Deno.test("equal extrema share the gradient; with a dim the first takes it", () => {
  const x = doubles([2, 1, 2]);
  assertEquals(gradient((x) => x.max(), x), [0.5, 0, 0.5]);
  assertEquals(gradient((x) => x.amax(0), x), [0.5, 0, 0.5]);
  assertEquals(gradient((x) => x.max(0).values, x), [1, 0, 0]);
  assertEquals(gradient((x) => x.median(), x), [0.5, 0, 0.5]);
  const withNaN = doubles([NaN, 1, NaN]);
  assertEquals(gradient((x) => x.max(), withNaN), [0.5, 0, 0.5]);
  assertEquals(gradient((x) => x.amax(), withNaN), [NaN, NaN, NaN]);
  assertEquals(gradient((x) => x.cummax(0).values.sum(), doubles([1, 3, 2])), [1, 2, 0]);
});

Deno.test("products of zeros have derivatives of every order", () => {
  const f = (x: Tensor): Tensor => x.prod();
  assertEquals(gradient(f, doubles([0, 2, 3])), [6, 0, 0]);
  assertEquals(gradient(f, doubles([0, 0, 3])), [0, 0, 0]);
  assertEquals(func.hessian(f)(doubles([0, 0, 3])).toArray(), [[0, 3, 0], [3, 0, 0], [0, 0, 0]]);
  assertEquals(func.jacrev((x: Tensor) => x.cumprod(0))(doubles([0, 2, 3])).toArray(), [[1, 0, 0], [2, 0, 0], [
    6,
    0,
    0,
  ]]);
});

Deno.test("standard deviations and norms have the derivative 0 at 0", () => {
  const x = doubles([0, 0]);
  assertEquals(gradient((x) => x.std(), x), [0, 0]);
  for (const p of [0.5, 1, 1.5, 2, 3, Infinity, -1]) {
    assertEquals(gradient((x) => x.norm(p), x), [0, 0], `order ${p}`);
  }
  assertEquals(gradient((x) => x.norm(0.5), doubles([0, 1])), [0, 1]);
  assertEquals(func.hessian((x: Tensor) => x.norm())(x).toArray(), [[0, 0], [0, 0]]);
});

Deno.test("logsumexp neither overflows nor loses infinities", () => {
  assertAlmostEquals(doubles([1000, 1000]).logsumexp(0).item(), 1000 + Math.LN2, 1e-12);
  assertEquals(doubles([-Infinity, -Infinity]).logsumexp(0).item(), -Infinity);
  assertEquals(doubles([Infinity, 1]).logsumexp(0).item(), Infinity);
  assertEquals(gradient((x) => x.logcumsumexp(0).sum(), doubles([-1000, 1000])), [1, 1]);
});

Deno.test("matrix products name what does not fit", () => {
  const [a, b] = [zeros([2, 3]), zeros([2, 3])];
  assertThrows(() => matmul(a, b), ShapeError, "[2, 3] and [2, 3]: 3 columns");
  assertThrows(() => a.matmul(b.double().transpose(0, 1)), DTypeError, "float64");
  assertThrows(() => a.mm(zeros([3])), ShapeError, "mm: expected a second matrix");
  assertThrows(() => zeros([2, 2, 3]).bmm(zeros([3, 3, 2])), ShapeError, "equally many");
  assertThrows(() => zeros([3]).dot(zeros([4])), ShapeError, "one length");
  assertThrows(() => matmul(tensor([[true]]), tensor([[true]])), DTypeError, "bool");
  assertThrows(() => dualtape.addmm(zeros([3, 3]), a, zeros([3, 4])), ShapeError, "addmm");
  assertEquals(ints(1, 2).reshape(1, 2).matmul(ints(3, 4)).toArray(), [11]);
});

Deno.test("products that are added ignore an input that counts nothing, and take whole factors of integers", () => {
  const ones = dualtape.ones([2, 2]);
  assertEquals(dualtape.addmm(tensor([NaN]), ones, ones, { beta: 0 }).toArray(), [[2, 2], [2, 2]]);
  assertEquals(dualtape.addmm(ints(1), ones.int(), ones.int(), { alpha: 1.9, beta: 0.9 }).toArray(), [[2, 2], [2, 2]]);
});

Deno.test("einsum: ellipses, diagonals, sums, implicit outputs and broadcasting", () => {
  const a = dualtape.arange(6, { dtype: "float64" }).reshape(2, 3);
  const b = dualtape.arange(12, { dtype: "float64" }).reshape(3, 4);
  assertEquals(einsum("ij,jk", a, b).toArray(), a.matmul(b).toArray());
  assertEquals(einsum("ba", a).toArray(), a.transpose(0, 1).toArray());
  assertEquals(einsum("ij->", a).item(), 15);
  assertEquals(einsum("i j -> j", a).toArray(), [3, 5, 7]);
  const square = b.narrow(1, 0, 3);
  assertEquals(einsum("ii", square).item(), square.trace().item());
  assertEquals(einsum("...i,...i->...", a, a).toArray(), [5, 50]);
  assertEquals(einsum("...ij->...ji", zeros([5, 2, 3])).shape, [5, 3, 2]);
  assertEquals(einsum("ij,kj->ikj", a, zeros([4, 1])).shape, [2, 4, 3]);
  assertEquals(einsum("a,b,c->cab", zeros([2]), zeros([3]), zeros([4])).shape, [4, 2, 3]);
  assertThrows(() => einsum("ij,jk->ik", a, a), ShapeError, '"j"');
  assertThrows(() => einsum("ij->ijk", a), ArgumentError, '"k"');
  assertThrows(() => einsum("ij", a, a), ArgumentError, "1 operands");
  assertThrows(() => einsum("ijk->i", a), ArgumentError, "3 dimensions");
  assertThrows(() => einsum("ij->ii", a), ArgumentError, "twice");
});

Deno.test("chains of matrices are multiplied in the cheapest order and give the same product", () => {
  dualtape.manualSeed(0);
  const [a, b, c] = [dualtape.randn([2, 5]), dualtape.randn([5, 3]), dualtape.randn([3, 4])];
  const product = dualtape.chainMatmul(a, b, c);
  assert(dualtape.allclose(product, a.matmul(b).matmul(c), { atol: 1e-5 }));
  assertEquals(dualtape.linalg.multiDot([a.select(0, 0), b, c.select(1, 0)]).shape, []);
  assertThrows(() => dualtape.chainMatmul(a), ArgumentError, "two");
});

Deno.test("quantiles, histograms, differences and integrals", () => {
  const x = doubles([4, 1, 3, 2]);
  assertEquals(x.quantile(0.5).item(), 2.5);
  assertEquals(x.quantile(doubles([0, 1])).toArray(), [1, 4]);
  assertEquals(x.quantile(0.5, 0, { interpolation: "higher", keepdim: true }).toArray(), [3]);
  assert(Number.isNaN(doubles([1, NaN]).quantile(0).item()));
  assertEquals(doubles([1, NaN]).nanquantile(1).item(), 1);
  assertThrows(() => x.quantile(1.5), ArgumentError, "[0, 1]");
  assertEquals(ints(0, 2, 2).bincount({ minlength: 4 }).toArray(), [1, 0, 2, 0]);
  assertThrows(() => ints(-1).bincount(), ArgumentError, "-1");
  assertEquals(x.histc({ bins: 3 }).toArray(), [1, 1, 2]);
  assertEquals(x.diff().toArray(), [-3, 2, -1]);
  assertEquals(x.diff(2, { prepend: doubles([0]) }).toArray(), [-7, 5, -3]);
  assertEquals(dualtape.trapezoid(x, null, { dx: 2 }).item(), 14);
  assertEquals(dualtape.trapezoid(ints(1, 2, 4), null, { dx: 2 }).dtype, "float32");
  assertEquals(dualtape.cumulativeTrapezoid(x, doubles([0, 1, 3, 4])).toArray(), [2.5, 6.5, 9]);
  assertEquals(dualtape.gradient(doubles([0, 1, 4, 9]), { edgeOrder: 2 })[0].toArray(), [0, 2, 4, 6]);
  assertThrows(() => dualtape.gradient(doubles([1])), ShapeError, "more than 1");
});

Deno.test("covariances and correlations", () => {
  const x = doubles([[0, 1, 2], [2, 1, 0]]);
  assertEquals(x.cov().toArray(), [[1, -1], [-1, 1]]);
  assertEquals(x.cov({ fweights: ints(1, 1, 0), correction: 0 }).toArray(), [[0.25, -0.25], [-0.25, 0.25]]);
  assertEquals(x.corrcoef().toArray(), [[1, -1], [-1, 1]]);
  assertThrows(() => zeros([2, 2, 2]).cov(), ShapeError, "2 dimensions");
});
