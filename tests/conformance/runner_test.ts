import { assertEquals } from "@std/assert";
import { pack, unpack } from "./archive.ts";
import { layOut } from "./arguments.ts";
import { runErrorCase } from "./error_case.ts";
import type { FileTensor, OpCase } from "./format.ts";
import { runOpCase } from "./op_case.ts";
import type { Outcome } from "./outcome.ts";
import { runTransformCase } from "./transform_case.ts";

const CPU = { name: "cpu", doubles: true };

function vector(...data: number[]): FileTensor {
  return { dtype: "float64", shape: [data.length], data };
}

/** x * y at x = [2, 3], y = [5, 7], with everything that a case can hold. */
const PRODUCT: OpCase = {
  id: "mul/p00",
  call: "torch.mul",
  args: [{ tensor: 0 }, { tensor: 1 }],
  kwargs: {},
  tensors: [vector(2, 3), vector(5, 7)],
  outputs: [vector(10, 21)],
  diff: [0, 1],
  vjp: { cotangents: [vector(1, -1)], grads: [vector(5, -7), vector(2, -3)] },
  jvp: { tangents: [vector(1, 0), vector(0, 1)], outTangents: [vector(5, 3)] },
  gradgrad: {
    u: [vector(1, 1), vector(2, 2)],
    inputGrads: [vector(2, -2), vector(1, -1)],
    cotangentGrads: [vector(9, 13)],
  },
  vmap: [{
    batchSize: 3,
    inDims: [0, null],
    tensors: [{ dtype: "float64", shape: [3, 2], data: [1, 2, 3, 4, 5, 6] }, null],
    outputs: [{ dtype: "float64", shape: [3, 2], data: [5, 14, 15, 28, 25, 42] }],
    vjp: {
      cotangents: [{ dtype: "float64", shape: [3, 2], data: [1, 1, 1, 1, 1, 1] }],
      grads: [{ dtype: "float64", shape: [3, 2], data: [5, 7, 5, 7, 5, 7] }, vector(9, 12)],
    },
  }],
};

async function failedParts(outcome: Promise<Outcome>): Promise<string[]> {
  return (await outcome).failures.map(({ part }) => part);
}

Deno.test("a right case passes", async () => {
  assertEquals(await runOpCase(PRODUCT, "binary", CPU), { status: "passed", failures: [] });
});

Deno.test("a wrong number in any part fails that part alone", async () => {
  const wrong = vector(2, 3.0001);
  const { vjp, jvp, gradgrad, vmap } = PRODUCT;
  if (!vjp || !jvp || !gradgrad || !vmap?.[0].vjp) throw new Error("the sample lacks a part");
  const variants: [string, Partial<OpCase>][] = [
    ["vjp", { vjp: { ...vjp, grads: [vector(5, -7), wrong] } }],
    ["vjp", { vjp: { ...vjp, grads: [vector(5, -7), null] } }],
    ["jvp", { jvp: { ...jvp, outTangents: [wrong] } }],
    ["gradgrad", { gradgrad: { ...gradgrad, inputGrads: [wrong, vector(1, -1)] } }],
    ["gradgrad", { gradgrad: { ...gradgrad, cotangentGrads: [wrong] } }],
    ["vmap", { vmap: [{ ...vmap[0], vjp: { ...vmap[0].vjp, grads: [vmap[0].vjp.grads[0], wrong] } }] }],
    ["vmap", { vmap: [{ ...vmap[0], outputs: [wrong] }] }],
  ];
  for (const [part, change] of variants) {
    assertEquals(await failedParts(runOpCase({ ...PRODUCT, ...change }, "binary", CPU)), [part]);
  }
});

Deno.test("wrong outputs, shapes and dtypes fail", async () => {
  const wrong: FileTensor[] = [
    vector(10, 21.0001),
    { dtype: "float64", shape: [1, 2], data: [10, 21] },
    { dtype: "float32", shape: [2], data: [10, 21] },
    vector(10, NaN),
    vector(10, Infinity),
  ];
  for (const output of wrong) {
    assertEquals(await failedParts(runOpCase({ ...PRODUCT, outputs: [output] }, "binary", CPU)), ["outputs"]);
  }
  assertEquals(await failedParts(runOpCase({ ...PRODUCT, outputs: [] }, "binary", CPU)), ["outputs"]);
});

Deno.test("a function that the table lacks is not implemented", async () => {
  const outcome = await runOpCase({ ...PRODUCT, call: "torch.no_such_function" }, "binary", CPU);
  assertEquals(outcome, { status: "notImplemented", failures: [] });
});

Deno.test("an error case passes only when the call is refused by name", async () => {
  const { id, call, kwargs, args } = PRODUCT;
  const clash = { id, call, kwargs, args, tensors: [vector(1, 2), vector(1, 2, 3)] };
  assertEquals((await runErrorCase(clash, CPU)).status, "passed");
  const fine = { id, call, kwargs, args, tensors: [vector(1, 2), vector(1, 2)] };
  assertEquals((await runErrorCase(fine, CPU)).status, "failed");
});

Deno.test("a transform is evaluated and compared leaf by leaf", async () => {
  const square = { lambda: ["x"], body: { op: "mul", args: [{ var: "x" }, { var: "x" }] } };
  const run = (gradient: number): Promise<Outcome> =>
    runTransformCase({
      id: "vjp/p00",
      inputs: { x: vector(3) },
      expr: { vjp: square, primals: [{ var: "x" }], cotangent: { const: { ...vector(2) } } },
      outputs: [vector(9), vector(gradient)],
      structure: { tuple: [0, { tuple: [1] }] },
    }, CPU);
  assertEquals(await run(12), { status: "passed", failures: [] });
  assertEquals(await failedParts(run(11)), ["value"]);
});

Deno.test("layOut puts parameters before the semicolon in place and the others into options", () => {
  const row = "f(input, dim; keepdim, out_int32, max_val: max)";
  assertEquals(layOut(row, { args: [1], kwargs: { keepdim: true, max_val: 3 } }).args, [
    1,
    undefined,
    { keepdim: true, max: 3 },
  ]);
  assertEquals(layOut(row, { args: [1, null], kwargs: {} }).args, [1]);
  assertEquals(layOut("f(input, ...rest)", { args: [1, [2, 3]], kwargs: {} }).args, [1, 2, 3]);
  assertEquals(layOut("f(input, ...rest)", { args: [1, 2, 3], kwargs: {} }).args, [1, 2, 3]);
});

Deno.test("the archive keeps every number", async () => {
  const text = `{"cases":[{"a":[-0.0,0.1,5e-324,1.7976931348623157e308],"b":[1,2],"c":["NaN",0.5],"d":-1.5}]}`;
  const files = await unpack(await pack(new Map([["x.json", text], ["y.json", text]])));
  assertEquals(files.get("x.json"), JSON.parse(text));
  assertEquals(files.get("y.json"), JSON.parse(text));
});
