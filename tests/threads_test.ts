/**
 * Threads change how long an op takes and nothing else: the same bits on any number of them, programs that end, and one
 * thread where there is no shared memory.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { manualSeed, nn, randn, setNumThreads, type Tensor, threads } from "../mod.ts";
import * as dualtape from "../mod.ts";
import { runScript } from "./run_script.ts";

const { functional: F } = nn;
const DEFAULT_THREADS = threads();
const COUNTS = [1, 2, 3, 4, 7] as const;

/** Outputs of `f`, then the gradients of its inputs for a cotangent that depends on position. */
function withGradients(f: (...inputs: Tensor[]) => Tensor, ...inputs: Tensor[]): Tensor[] {
  const leaves = inputs.map((x) => x.detach().clone().requiresGrad_());
  const y = f(...leaves);
  y.backward(dualtape.arange(y.numel, { dtype: y.dtype }).sin().reshape(...y.shape));
  return [y.detach(), ...leaves.map((leaf) => leaf.grad!)];
}

/** Programs over inputs large enough to be cut for threads; sizes that no share divides. */
const PROGRAMS: Readonly<Record<string, (dtype: "float32" | "float64") => Tensor[]>> = {
  matmul: (dtype) => withGradients((a, b) => a.matmul(b), randn([259, 201], { dtype }), randn([201, 307], { dtype })),
  "matmul of a tall and of a flat matrix": (dtype) =>
    withGradients((a, b) => a.matmul(b), randn([3001, 37], { dtype }), randn([37, 5], { dtype })),
  "batched matmul": (dtype) =>
    withGradients((a, b) => a.matmul(b), randn([13, 70, 50], { dtype }), randn([13, 50, 60], { dtype })),
  linear: (dtype) =>
    withGradients(
      (x, w, b) => F.linear(x, w, b),
      randn([300, 200], { dtype }),
      randn([150, 200], { dtype }),
      randn([150], { dtype }),
    ),
  "convolution and both gradients": (dtype) =>
    withGradients(
      (x, w, b) => F.conv2d(x, w, b, { padding: 1 }),
      randn([5, 7, 45, 43], { dtype }),
      randn([19, 7, 3, 3], { dtype }),
      randn([19], { dtype }),
    ),
  "elementwise, with broadcasting and strides": (dtype) =>
    withGradients(
      (x, y) => x.T.mul(y).tanh().add(x.T.exp()).div(y.square().add(1)),
      randn([401, 703], { dtype }),
      randn([703, 1], { dtype }),
    ),
  "reductions of all, of rows and of columns": (dtype) => {
    const x = randn([1013, 517], { dtype });
    return [x.sum(), x.sum(0), x.sum(1), x.mean(0), x.amax(1), x.logsumexp(1), x.prod(1), x.var(0), x.argmax(1)];
  },
  "softmax and log-softmax": (dtype) =>
    withGradients((x) => F.softmax(x, 1).add(F.logSoftmax(x, 0)), randn([701, 403], { dtype })),
  "layer norm": (dtype) =>
    withGradients(
      (x, w, b) => F.layerNorm(x, [301], { weight: w, bias: b }),
      randn([907, 301], { dtype }),
      randn([301], { dtype }),
      randn([301], { dtype }),
    ),
  "batch norm": (dtype) =>
    withGradients(
      (x, w, b) => F.batchNorm(x, null, null, { weight: w, bias: b, training: true }),
      randn([9, 21, 33, 31], { dtype }),
      randn([21], { dtype }),
      randn([21], { dtype }),
    ),
  random: (
    dtype,
  ) => [randn([300_001], { dtype }), dualtape.rand([300_001], { dtype }), dualtape.randint(0, 99, [300_001])],
  "a step of Adam": (dtype) => {
    const p = randn([300_001], { dtype }).requiresGrad_();
    p.square().sum().backward();
    new dualtape.optim.Adam([p]).step();
    return [p.detach()];
  },
};

function bits(x: Tensor): Uint8Array {
  return new Uint8Array(x.dataSync().buffer);
}

for (const [name, program] of Object.entries(PROGRAMS)) {
  for (const dtype of ["float32", "float64"] as const) {
    Deno.test(`${name}: the same bits on any number of threads, ${dtype}`, () => {
      let expected: Uint8Array[] | null = null;
      try {
        for (const count of COUNTS) {
          setNumThreads(count);
          manualSeed(11);
          const actual = program(dtype).map(bits);
          expected ??= actual;
          for (const [i, bytes] of actual.entries()) {
            const at = bytes.findIndex((byte, position) => byte !== expected![i][position]);
            assert(at < 0 && bytes.length === expected[i].length, `result ${i} on ${count} threads: byte ${at}`);
          }
        }
      } finally {
        setNumThreads(DEFAULT_THREADS);
      }
    });
  }
}

/** Trains a little on large tensors and prints what came out. */
const TRAINING = `
  dualtape.manualSeed(3);
  const w = dualtape.randn([400, 400]).requiresGrad_();
  const optimizer = new dualtape.optim.SGD([w], { lr: 0.01 });
  for (let i = 0; i < 5; i++) {
    optimizer.zeroGrad();
    dualtape.randn([300, 400]).matmul(w).tanh().square().mean().backward();
    optimizer.step();
  }
  console.log(dualtape.threads(), w.sum().item());`;

/** Runs a program over the whole library, without flags or permissions. */
function runProgram(before: string, after: string): ReturnType<typeof runScript> {
  return runScript(`${before}
    const dualtape = await import("${new URL("../mod.ts", import.meta.url)}");
    ${after}`);
}

Deno.test("a program that used threads ends by itself, without flags", async () => {
  const { code, stdout, stderr } = await runProgram("", `dualtape.setNumThreads(3); ${TRAINING}`);
  assertEquals({ code, stderr, threads: stdout.split(" ")[0] }, { code: 0, stderr: "", threads: "3" });
});

Deno.test("without shared memory the same program runs on one thread, with the same result", async () => {
  const shared = await runProgram("", `dualtape.setNumThreads(3); ${TRAINING}`);
  const alone = await runProgram("delete globalThis.SharedArrayBuffer;", `dualtape.setNumThreads(3); ${TRAINING}`);
  assertEquals({ code: alone.code, stderr: alone.stderr }, { code: 0, stderr: "" });
  assertEquals(alone.stdout.split(" "), ["1", shared.stdout.split(" ")[1]]);
});
