/**
 * Jacobians, Hessians and products with them, each composed from the function transforms in several ways. Answers PyTorch's
 * tutorial "Jacobians, Hessians, hvp, vhp, and more: composing function transforms".
 *
 * @example
 * ```sh
 * deno run examples/jacobians_hessians.ts
 * ```
 *
 * @module
 */
import { autograd, diagEmbed, eye, func, manualSeed, nn, randn, stack, type Tensor } from "../mod.ts";
import { compare, expect, printTimes, section } from "./comparison.ts";

const { functional } = autograd;

/** A layer: tanh(weight x + bias). */
const predict = (weight: Tensor, bias: Tensor, x: Tensor): Tensor => nn.functional.linear(x, weight, bias).tanh();

/** d tanh(W x + b) / dx = diag(1 - y²) W. */
function jacobianByFormula(weight: Tensor, bias: Tensor, x: Tensor): Tensor {
  const slope = predict(weight, bias, x).square().neg().add(1);
  return slope.unsqueeze(-1).mul(weight);
}

/** d² tanh(W x + b)_k / dx_i dx_j = -2 y_k (1 - y_k²) W_ki W_kj. */
function hessianByFormula(weight: Tensor, bias: Tensor, x: Tensor): Tensor {
  const y = predict(weight, bias, x);
  const curvature = y.mul(y.square().neg().add(1)).mul(-2);
  return curvature.unsqueeze(-1).unsqueeze(-1).mul(weight.unsqueeze(2)).mul(weight.unsqueeze(1));
}

function jacobians(): void {
  section("The Jacobian of a layer of 16");
  const n = 16;
  const [weight, bias, x] = [randn([n, n]), randn([n]), randn([n])];
  const expected = jacobianByFormula(weight, bias, x);
  const units = eye(n);

  // One backward pass per row.
  const byRows = (): Tensor => {
    const input = x.clone().requiresGrad_();
    const y = predict(weight, bias, input);
    return stack([...units].map((unit) => autograd.grad(y, [input], { gradOutputs: [unit], retainGraph: true })[0]));
  };
  // The same backward pass, mapped over the unit vectors.
  const byVmap = (): Tensor => {
    const [, vjpFn] = func.vjp((x: Tensor) => predict(weight, bias, x), x);
    return func.vmap((unit: Tensor) => vjpFn(unit)[0])(units);
  };
  const byJacrev = (): Tensor => func.jacrev(predict, { argnums: 2 })(weight, bias, x);
  const byJacfwd = (): Tensor => func.jacfwd(predict, { argnums: 2 })(weight, bias, x);
  compare("row by row against the formula", byRows(), expected);
  compare("vjp and vmap", byVmap(), expected);
  compare("jacrev", byJacrev(), expected);
  compare("jacfwd", byJacfwd(), expected);
  compare(
    "autograd.functional.jacobian",
    functional.jacobian((x) => predict(weight, bias, x), x) as Tensor,
    expected,
  );
  printTimes({ "row by row": byRows, "vjp and vmap": byVmap, jacrev: byJacrev, jacfwd: byJacfwd });

  const [ofWeight, ofBias] = func.jacrev(predict, { argnums: [0, 1] })(weight, bias, x) as Tensor[];
  expect("by weight and bias: shapes", [ofWeight.shape, ofBias.shape], [[n, n, n], [n, n]]);
  const slope = predict(weight, bias, x).square().neg().add(1);
  compare("by the bias: diag(1 - y²)", ofBias, slope.diag());
  compare("by the weight: x in row k of block k", ofWeight, diagEmbed(slope).unsqueeze(-1).mul(x));
}

function tallAndWide(): void {
  section("Forward or reverse: by the shape of the Jacobian");
  for (const [rows, columns] of [[512, 16], [16, 512]]) {
    const [weight, bias, x] = [randn([rows, columns]).div(Math.sqrt(columns)), randn([rows]), randn([columns])];
    const jacfwd = (): Tensor => func.jacfwd(predict, { argnums: 2 })(weight, bias, x);
    const jacrev = (): Tensor => func.jacrev(predict, { argnums: 2 })(weight, bias, x);
    compare(`${rows} outputs of ${columns} inputs, jacfwd against jacrev`, jacfwd(), jacrev());
    printTimes({ jacfwd, jacrev });
  }
}

function hessians(): void {
  section("The Hessian of a layer of 8");
  const n = 8;
  const [weight, bias, x] = [randn([n, n]), randn([n]), randn([n])];
  const expected = hessianByFormula(weight, bias, x);
  const { jacfwd, jacrev } = func;
  const by2 = { argnums: 2 };
  const ways: Record<string, () => Tensor> = {
    hessian: () => func.hessian(predict, by2)(weight, bias, x),
    "jacfwd(jacrev)": () => jacfwd(jacrev(predict, by2), by2)(weight, bias, x),
    "jacfwd(jacfwd)": () => jacfwd(jacfwd(predict, by2), by2)(weight, bias, x),
    "jacrev(jacrev)": () => jacrev(jacrev(predict, by2), by2)(weight, bias, x),
    "jacrev(jacfwd)": () => jacrev(jacfwd(predict, by2), by2)(weight, bias, x),
  };
  for (const [name, way] of Object.entries(ways)) compare(`${name} against the formula`, way(), expected);
  printTimes(ways);
  const scalar = (x: Tensor): Tensor => predict(weight, bias, x).sum();
  compare("autograd.functional.hessian", functional.hessian(scalar, x) as Tensor, expected.sum(0));
}

function batches(): void {
  section("Batches of Jacobians and Hessians");
  const [batch, inputs, outputs] = [6, 5, 4];
  const [weight, bias, xs] = [randn([outputs, inputs]), randn([outputs]), randn([batch, inputs])];
  const inDims = [null, null, 0];
  const loop = stack([...xs].map((x) => jacobianByFormula(weight, bias, x)));
  const mapped: Tensor = func.vmap(func.jacrev(predict, { argnums: 2 }), { inDims })(weight, bias, xs);
  compare("vmap(jacrev) against a loop of formulas", mapped, loop);

  // Samples do not see each other: the Jacobian of the sum over the batch is that of each of them.
  const summed = (weight: Tensor, bias: Tensor, xs: Tensor): Tensor => predict(weight, bias, xs).sum(0);
  const bySum = func.jacrev(summed, { argnums: 2 })(weight, bias, xs).movedim(1, 0) as Tensor;
  compare("jacrev of the sum over the batch, without vmap", bySum, loop);

  const secondDerivatives: Tensor = func.vmap(func.hessian(predict, { argnums: 2 }), { inDims })(weight, bias, xs);
  compare(
    "vmap(hessian) against a loop of formulas",
    secondDerivatives,
    stack([...xs].map((x) => hessianByFormula(weight, bias, x))),
  );
}

/** A Hessian times a vector: the gradient, pushed along the vector. */
function hvpForwardOverReverse(f: (x: Tensor) => Tensor, x: Tensor, v: Tensor): Tensor {
  return func.jvp(func.grad(f), [x], [v])[1];
}

/** The same for functions that have rules for reverse mode only: the gradient of the gradient. */
function hvpReverseOverReverse(f: (x: Tensor) => Tensor, x: Tensor, v: Tensor): Tensor {
  const [, vjpFn] = func.vjp(func.grad(f), x);
  return vjpFn(v)[0];
}

function products(): void {
  section("Products with the Hessian, which is never made: 2048 inputs");
  const f = (x: Tensor): Tensor => x.sin().sum();
  const [x, v] = [randn([2048]), randn([2048])];
  const expected = x.sin().neg().mul(v);
  compare("hvp by jvp of grad against -sin(x) v", hvpForwardOverReverse(f, x, v), expected);
  compare("hvp by vjp of grad", hvpReverseOverReverse(f, x, v), expected);
  compare("func.hvp", func.hvp(f, [x], [v])[0], expected);
  compare("func.vhp, which is the same as Hessians are symmetric", func.vhp(f, [x], [v])[0], expected);
  compare("autograd.functional.hvp", functional.hvp(f, x, v)[1], expected);
  compare("autograd.functional.vhp", functional.vhp(f, x, v)[1], expected);
  printTimes({
    "forward over reverse": () => hvpForwardOverReverse(f, x, v),
    "reverse over reverse": () => hvpReverseOverReverse(f, x, v),
  });

  const [weight, bias] = [randn([8, 8]), randn([8])];
  const energy = (x: Tensor): Tensor => predict(weight, bias, x).square().sum();
  const [point, direction] = [randn([8]), randn([8])];
  const whole = (func.hessian(energy)(point) as Tensor).matmul(direction);
  compare("a layer: hvp against the whole Hessian times v", hvpForwardOverReverse(energy, point, direction), whole);
}

function main(): void {
  manualSeed(0);
  jacobians();
  tallAndWide();
  hessians();
  batches();
  products();
}

if (import.meta.main) main();
