/**
 * What this engine promises about its speed, memory and size, relative to the core it runs on and to PyTorch on one thread.
 *
 * @module
 */

import { type Download, MEMORY_LOOPS } from "./footprint.ts";

/** The fastest batch of each peer, and what is measured in processes of their own. */
export interface Measurements {
  /** Threads of the peer `ours-all`. */
  readonly threads: number;
  /** Microseconds, or null where the peer or the workload is missing. */
  time(peer: string, workload: string): number | null;
  /** Milliseconds from the start of a process to its first gradient. */
  readonly coldStart: number | null;
  /** Resident memory at the end of a long loop over that after its first tenth, by the name of the loop. */
  readonly memoryGrowth: Readonly<Record<string, number>>;
  /** Compressed bytes of what a user downloads. */
  readonly download: Download | null;
}

/** One promise. */
export interface Bar {
  readonly what: string;
  /** The value that is compared with `limit`; null where it could not be measured. */
  readonly measure: (measurements: Measurements) => number | null;
  readonly limit: number;
  /** Whether the value may be at most or must be at least `limit`. */
  readonly kind: "at most" | "at least";
  readonly unit: string;
}

/** Whether `value` keeps the promise. */
export function holds(bar: Bar, value: number): boolean {
  return bar.kind === "at most" ? value <= bar.limit : value >= bar.limit;
}

function quotient(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a / b;
}

/** Time relative to PyTorch's, on one thread unless `torch` says otherwise. */
function ofTorch(workload: string, limit: number, peer = "ours", torchWorkload = workload, torch = "torch"): Bar {
  return {
    what: peer === "ours" ? workload : `${workload}, all cores`,
    measure: ({ time }) => quotient(time(peer, workload), time(torch, torchWorkload)),
    limit,
    kind: "at most",
    unit: torch === "torch" ? "x PyTorch" : "x PyTorch, all cores",
  };
}

/** How many times faster one workload is than another way to the same result. */
function gain(workload: string, other: string, limit: number): Bar {
  return {
    what: `${workload}, against ${other}`,
    measure: ({ time }) => quotient(time("ours", other), time("ours", workload)),
    limit,
    kind: "at least",
    unit: "x faster",
  };
}

/** Share of the core's 128-bit multiply-add peak. `operations` counts floating-point operations. */
function ofPeak(workload: string, operations: number, limit: number, dtype: "float32" | "float64" = "float32"): Bar {
  return {
    what: workload,
    measure: ({ time }) => {
      const peak = time("native", `peak ${dtype}`);
      return quotient(peak === null ? null : peak * operations / 1e6, time("ours", workload));
    },
    limit,
    kind: "at least",
    unit: "of the FMA peak",
  };
}

function microseconds(workload: string, limit: number): Bar {
  return { what: workload, measure: ({ time }) => time("ours", workload), limit, kind: "at most", unit: "us" };
}

const CONV = "conv2d and gradients x[8,32,32,32] w[64,32,3,3]";
const LENET = "LeNet SGD step";

/** All promises; how many threads there are decides what they must gain. */
export function bars(threads: number): readonly Bar[] {
  return [
    ...[512, 1024].map((n) => ofPeak(`matmul ${n}`, 2 * n ** 3, 0.68)),
    ...[512, 1024].map((n) => ofPeak(`matmul ${n} float64`, 2 * n ** 3, 0.6, "float64")),
    ...["A^T B", "A B^T", "A^T B^T"].map((form): Bar => ({
      what: `matmul 512 ${form}`,
      measure: ({ time }) => quotient(time("ours", `matmul 512 ${form}`), time("ours", "matmul 512")),
      limit: 1.1,
      kind: "at most",
      unit: "x A B",
    })),
    ...(threads < 2 ? [] : [
      {
        what: `matmul 1024, ${threads} threads`,
        measure: ({ time }: Measurements) => quotient(time("ours", "matmul 1024"), time("ours-all", "matmul 1024")),
        limit: threads >= 4 ? 3.2 : 1.7,
        kind: "at least",
        unit: "x one thread",
      } as const,
    ]),
    // Forward and two gradients, each 2 * batch * height * width * out * in * 9 operations.
    ofPeak(CONV, 3 * 2 * 8 * 32 * 32 * 64 * 32 * 9, 0.45),
    ofTorch("exp 1000000", 1.3),
    ...["tanh", "sigmoid", "gelu", "log", "sin"].map((name) => ofTorch(`${name} 1000000`, 1)),
    ...["add 1000000", "mul 1000000", "relu 1000000", "sum 1000000", "softmax 512x1000", "layerNorm 512x768"]
      .map((name) => ofTorch(name, 1.5)),
    ...["add 16", "relu 16", "exp 16"].map((name) => microseconds(name, 0.4)),
    microseconds("grad sum(x*x) 6", 2),
    ofTorch("chain 33 tanh(xw+b) 64x64", 1.4),
    ofTorch("TinyModel SGD step", 1.15),
    ...["MLP Adam step", "transformer block"].flatMap((name) => [ofTorch(name, 2), ofTorch(name, 1, "ours-all")]),
    ofTorch(LENET, 1.5),
    ofTorch(`${LENET} in tidy`, 1.5, "ours", LENET),
    ofTorch(LENET, 1, "ours-all"),
    microseconds("jacrev 16 to 16", 25),
    gain("jacrev 16 to 16", "jacobian by rows 16", 3),
    ...[["jacfwd", "jacrev", "32 to 2048"], ["jacrev", "jacfwd", "2048 to 32"]].flatMap(([fit, unfit, sizes]) => [
      ofTorch(`${fit} ${sizes}`, 1),
      gain(`${fit} ${sizes}`, `${unfit} ${sizes}`, 5),
    ]),
    ofTorch("hessian 512 to 32", 1),
    ofTorch("hessian 512 to 32", 1, "ours-all", "hessian 512 to 32", "torch-all"),
    ...["jacrev", "hessian"].map((name) => ofTorch(`vmap ${name} 64x31 to 33`, 1)),
    microseconds("hvp forward over reverse 2048", 15),
    gain("gradients of 128 samples by vmap", "gradients of 128 samples in turn", 20),
    {
      what: "sparse jacobian, tridiagonal: 20000 rows against 10000",
      measure: ({ time }) =>
        quotient(
          time("ours", "sparse jacobian, tridiagonal 20000"),
          time("ours", "sparse jacobian, tridiagonal 10000"),
        ),
      limit: 2.2,
      kind: "at most",
      unit: "x the time",
    },
    {
      what: `${LENET}, against the best other JavaScript library`,
      measure: ({ time }) => quotient(time("jax", LENET), time("ours", LENET)),
      limit: 50,
      kind: "at least",
      unit: "x faster",
    },
    ...Object.keys(MEMORY_LOOPS).map((loop): Bar => ({
      what: `resident memory, end of a 200,000-step loop (${loop})`,
      measure: ({ memoryGrowth }) => memoryGrowth[loop] ?? null,
      limit: 1.05,
      kind: "at most",
      unit: "x after a tenth",
    })),
    {
      what: "cold start to the first gradient",
      measure: ({ coldStart }) => coldStart,
      limit: 150,
      kind: "at most",
      unit: "ms",
    },
    ...(["together", "apart"] as const).map((how): Bar => ({
      what: `download: modules and one wasm file, gzip, ${how === "together" ? "as a package" : "file by file"}`,
      measure: ({ download }) => quotient(download?.[how] ?? null, 1000),
      limit: 400,
      kind: "at most",
      unit: "kB",
    })),
  ];
}
