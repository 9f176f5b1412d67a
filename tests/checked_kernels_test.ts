/**
 * Ops and kernels under the bounds-checked build: one whose kernel reads or writes a byte outside of the operands of the
 * running op fails here with a KernelError.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { checkKernels } from "../runtime/checked_kernels.ts";
import { KernelError } from "../runtime/errors.ts";
import { allocate, beginOp } from "../runtime/heap.ts";
import { kernel } from "../runtime/kernels.ts";
import { setNumThreads } from "../runtime/threads.ts";
import type { Sample } from "../tensor/op.ts";
import { compileChecked } from "../tools/instrument_kernels.ts";

// The other threads would run kernels that are not checked.
setNumThreads(1);
checkKernels(new WebAssembly.Module(await compileChecked()));

// Families look their kernels up when they are loaded, so everything else comes after the switch.
for (
  const aspect of ["derivatives", "elementwise", "gradcheck", "linalg", "reductions", "saves", "values"]
) await import(`./ops/${aspect}_test.ts`);
for (
  const family of [
    "elementwise",
    "indexing",
    "movement",
    "normalization",
    "optimizer",
    "pooling",
    "random",
  ]
) await import(`../runtime/wasm/${family}_test.ts`);

const { matmul, nn, randn } = await import("../mod.ts");
const { readFiles } = await import("./conformance/source.ts");
const { runFiles } = await import("./conformance/report.ts");
const { opTable } = await import("../ops/table.ts");
const { callsOf, inputTensors, run } = await import("./ops/support.ts");

Deno.test("the checks are on: one element too many is an error", () => {
  const x = allocate(12);
  const y = allocate(12);
  beginOp();
  const [from, to] = [x.address, y.address];
  kernel("f32_exp")(from, to, 3, 0, 0);
  assertThrows(() => kernel("f32_exp")(from, to, 4, 0, 0), KernelError, "expected one of the operands");
});

/** Whether all inputs of a sample have one shape and its parameters name no axis or size, as those of elementwise ops. */
function isElementwise({ inputs, params }: Sample<unknown>): boolean {
  const shapes = new Set(inputs.map(({ shape }) => String(shape)));
  return shapes.size === 1 && typeof params !== "number" &&
    Object.entries(params ?? {}).every(([name, value]) => typeof value === "number" && !/dim|axis|size/i.test(name));
}

Deno.test("elementwise ops of any length stay in their operands", () => {
  const tested = new Set<string>();
  for (const op of opTable()) {
    for (const call of callsOf(op, ["float32", "float64", "int32", "uint8"])) {
      if (!isElementwise(call.sample)) continue;
      for (let n = 0; n < 70; n++) {
        const inputs = call.sample.inputs.map((input) => ({ ...input, shape: [n] }));
        try {
          run(op, inputTensors({ ...call, sample: { ...call.sample, inputs } }, n), call.sample.params);
          tested.add(op.name);
        } catch (error) {
          // Other errors refuse the dtype or the shape.
          if (String(error).includes("expected one of the operands")) throw error;
        }
      }
    }
  }
  assert(tested.size > 100, `${tested.size} ops`);
});

/** Around the edges of the register tiles (6 x 8 in float32, 6 x 4 in float64) and of a cache block. */
const SIZES = [1, 2, 3, 5, 6, 7, 8, 9, 13, 16, 17, 33] as const;

for (const dtype of ["float32", "float64"] as const) {
  Deno.test(`matmul of any sizes and layouts stays in its operands, ${dtype}`, () => {
    for (const m of SIZES) {
      for (const n of SIZES) {
        for (const k of SIZES) {
          const a = randn([m, k], { dtype });
          const b = randn([k, n], { dtype });
          const transposed = [randn([k, m], { dtype }).T, randn([n, k], { dtype }).T] as const;
          for (const left of [a, transposed[0]]) for (const right of [b, transposed[1]]) matmul(left, right);
        }
      }
    }
  });

  Deno.test(`convolution and its gradients stay in their operands, ${dtype}`, () => {
    for (const size of [4, 5, 7, 12, 17]) {
      for (const kernel of [1, 2, 3, 4]) {
        for (
          const [stride, padding, dilation, groups] of [[1, 0, 1, 1], [1, 1, 1, 1], [2, 1, 1, 1], [1, 2, 2, 3], [
            3,
            2,
            1,
            3,
          ]]
        ) {
          if (dilation * (kernel - 1) + 1 > size + 2 * padding) continue;
          for (const outChannels of [3, 9]) {
            const x = randn([2, 3, size, size + 1], { dtype, requiresGrad: true });
            const w = randn([outChannels, 3 / groups, kernel, kernel], { dtype, requiresGrad: true });
            nn.functional.conv2d(x, w, null, { stride, padding, dilation, groups }).square().sum().backward();
          }
        }
      }
    }
  });
}

Deno.test("reductions and softmax over any axis stay in their operands", () => {
  for (const rows of SIZES) {
    for (const columns of SIZES) {
      const x = randn([rows, columns, 3], { requiresGrad: true });
      for (const dim of [0, 1, 2]) {
        for (const y of [x.sum(dim), x.softmax(dim), x.logsumexp(dim), x.max(dim).values, x.prod(dim), x.cumsum(dim)]) {
          y.square().sum().backward();
        }
      }
    }
  }
});

Deno.test("the conformance cases stay in their operands", async () => {
  const { files } = await runFiles(await readFiles(null), { name: "cpu", doubles: true }, null);
  const complaints = files.flatMap(({ failures }) => failures.map((failure) => JSON.stringify(failure)));
  assertEquals(complaints.filter((complaint) => complaint.includes("expected one of the operands")), []);
});
