/**
 * The GPU as a device: opening and losing it, moving tensors to it and back, what it refuses, how much memory it keeps.
 *
 * @module
 */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { loadSafetensors, saveSafetensors } from "../../io/mod.ts";
import { addcdiv, ldexp, nn, noGrad, ones, profiler, type Tensor, tensor, zeros } from "../../mod.ts";
import { BackendError, OutOfMemoryError } from "../../runtime/errors.ts";
import { webgpu } from "../../runtime/webgpu/mod.ts";
import { DeviceError, DTypeError, IndexError } from "../../tensor/errors.ts";
import { runScript } from "../run_script.ts";
import { gpuTest } from "./support.ts";

const numbers = async (x: Tensor): Promise<number[]> => [...await x.data()];

gpuTest("tensors go to the GPU and back with every dtype, and gradients go along", async () => {
  for (const dtype of ["float32", "int32", "uint8", "bool"] as const) {
    const x = tensor([0, 1, 1, 0, 1], { dtype });
    const there = x.to("webgpu");
    assertEquals([there.device, there.dtype], ["webgpu", dtype]);
    const back = await there.cpu();
    assertEquals([back.device, back.dtype, back.toArray()], ["cpu", dtype, x.toArray()]);
  }
  const leaf = tensor([1, 2, 3], { device: "webgpu", requiresGrad: true });
  (await leaf.mul(2).cpu()).square().sum().backward();
  assertEquals(leaf.grad!.device, "webgpu");
  assertEquals(await numbers(leaf.grad!), [8, 16, 24]);
});

gpuTest("strided views, slices and empty tensors are read as they look", async () => {
  const x = tensor([[1, 2, 3], [4, 5, 6]], { device: "webgpu" });
  assertEquals(await numbers(x.T), [1, 4, 2, 5, 3, 6]);
  assertEquals(await numbers(x.get(1)), [4, 5, 6]);
  assertEquals(await numbers(zeros([0, 3], { device: "webgpu" })), []);
  assertEquals(await numbers(tensor(7, { device: "webgpu" })), [7]);
});

gpuTest("what needs an answer at once says how to wait for it", async () => {
  const x = tensor([1, 2], { device: "webgpu" });
  for (
    const [name, read] of [["item", () => x.sum().item()], ["toArray", () => x.toArray()], [
      "to",
      () => x.to("cpu"),
    ]] as const
  ) {
    assertThrows(read, BackendError, `${name}: expected a tensor whose elements can be read at once`);
    assertThrows(read, BackendError, "await x.data()");
  }
  assertEquals(String(x), 'tensor(<await data()>, size=(2), device="webgpu")');
  await x.data();
});

gpuTest("operands on two devices are an error that names both", async () => {
  const [here, there] = [ones([2]), ones([2, 2], { device: "webgpu" })];
  const error = assertThrows(() => here.add(there), DeviceError);
  assertStringIncludes(error.message, "shape [2] on cpu and shape [2, 2] on webgpu");
  await there.data();
});

gpuTest("a bare number meets the tensors of its call where they are", async () => {
  const x = tensor([3, 5], { device: "webgpu" });
  assertEquals(await numbers(ldexp(x, 3)), [24, 40]);
  assertEquals(await numbers(ldexp(x.int(), 3)), [24, 40]);
  assertEquals(await numbers(ldexp(3, x.int())), [24, 96]);
  assertEquals(await numbers(addcdiv(x, 1, x.sub(1))), [3.5, 5.25]);
  assertEquals(await numbers(addcdiv(x, x.sub(1), 0.5, { value: 2 })), [11, 21]);
});

gpuTest("float64 is refused, not rounded", async () => {
  assertThrows(() => ones([2], { dtype: "float64" }).to("webgpu"), DTypeError, "float64");
  assertThrows(() => ones([2], { device: "webgpu" }).double(), DTypeError, "float64");
  await ones([1], { device: "webgpu" }).data();
});

gpuTest("an index out of range is told by the next read, once, and nothing is lost", async () => {
  const x = tensor([10, 20, 30], { device: "webgpu" });
  const bad = x.indexSelect(0, tensor([0, 3], { dtype: "int32", device: "webgpu" }));
  const error = await assertRejects(() => bad.data(), IndexError);
  assertStringIncludes(error.message, "indexSelect: expected indices in [0, 2] for axis 0 of size 3, got 3");
  assertEquals(await numbers(x), [10, 20, 30]);
});

gpuTest("a tensor larger than the device can bind is an error before anything is made", async (gpu) => {
  const limit = gpu.limits.maxStorageBufferBindingSize;
  const huge = zeros([limit / 4 + 1], { device: "webgpu" });
  await assertRejects(() => huge.data(), OutOfMemoryError, `at most ${limit} bytes`);
});

gpuTest("a synchronous loop keeps its memory bounded", async () => {
  // In a process of its own, because other tests run beside this one.
  const { stdout, stderr } = await runScript(`import "${new URL("./bounded_loop.ts", import.meta.url)}";`);
  const grown = Number(stdout);
  // Everything it makes is 2.6 GB; what it may keep is 256 MiB for finalizers and what the collector has not seen to.
  assert(grown > 0 && grown < 1.2e9, `grew by ${stdout} bytes ${stderr}`);
});

gpuTest("a loop that gives its tensors back uses the same buffers again", async (gpu) => {
  const step = (): void => {
    const x = ones([1000], { device: "webgpu" });
    const y = x.cumsum(0);
    x.dispose();
    y.dispose();
  };
  for (let i = 0; i < 10; i++) step();
  const { created } = gpu.memory();
  for (let i = 0; i < 1000; i++) step();
  assertEquals(gpu.memory().created, created);
  await ones([1], { device: "webgpu" }).data();
});

gpuTest("neighbours of one shape run as one kernel, and only what is held is written", async (gpu) => {
  const x = tensor([1, 2, 3], { device: "webgpu" });
  await x.data();
  const before = gpu.memory().dispatches;
  const y = noGrad(() => x.mul(2).add(1).exp().log());
  assertEquals((await numbers(y)).map((v) => Math.round(1e4 * v) / 1e4), [3, 5, 7]);
  assertEquals(gpu.memory().dispatches, before + 1);
});

gpuTest("weights are saved from the GPU", async () => {
  const path = await Deno.makeTempFile();
  try {
    await saveSafetensors(path, { weight: tensor([1, 2], { device: "webgpu" }) });
    assertEquals((await loadSafetensors(path)).weight.toArray(), [1, 2]);
    const model = new nn.Linear(1, 2, { bias: false, device: "webgpu" });
    model.loadStateDict({ weight: tensor([[3], [4]]) });
    assertEquals(await numbers(model.weight), [3, 4]);
  } finally {
    await Deno.remove(path);
  }
});

gpuTest("profiles have a row for each kernel with the time of the GPU", async (gpu) => {
  if (!gpu.features.has("timestamp-query")) return;
  const x = ones([1000], { device: "webgpu" });
  const profile = await profiler.profile(async () => {
    await noGrad(() => x.mul(2).add(1).exp().cumsum(0)).data();
  });
  const kernels = profile.keyAverages().rows.filter(({ key }) => key.startsWith("webgpu "));
  assertEquals(kernels.map(({ key }) => key).sort(), ["webgpu mul, add, exp", "webgpu scan sum"]);
  assert(kernels.every(({ gpuTimeTotal, count }) => gpuTimeTotal >= 0 && count > 0));
  assertStringIncludes(profile.keyAverages().table(), "GPU total");
});

gpuTest("after a profile that nobody waits for, or that fails, kernels are not timed any more", async (gpu) => {
  if (!gpu.features.has("timestamp-query")) return;
  const x = ones([1000], { device: "webgpu" });
  const fail = (): never => {
    throw new Error("on purpose");
  };
  profiler.profile(() => x.mul(2));
  assertThrows(() => profiler.profile(fail), Error, "on purpose");
  await assertRejects(async () => await profiler.profile(() => Promise.reject(new Error("on purpose"))), Error);
  const { beginComputePass } = GPUCommandEncoder.prototype;
  const timed: boolean[] = [];
  GPUCommandEncoder.prototype.beginComputePass = function (descriptor) {
    timed.push(descriptor?.timestampWrites !== undefined);
    return beginComputePass.call(this, descriptor);
  };
  try {
    await x.cumsum(0).data();
  } finally {
    GPUCommandEncoder.prototype.beginComputePass = beginComputePass;
  }
  assert(timed.length > 0 && !timed.includes(true));
});

gpuTest("a destroyed device says so, and another one can be opened", async () => {
  const lost = await webgpu();
  const x = ones([2], { device: "webgpu" });
  lost.destroy();
  assertThrows(() => x.add(1), BackendError, "got one that was destroyed; call await webgpu()");
  await assertRejects(() => x.data(), BackendError, "destroyed");
  await webgpu();
  assertEquals(await numbers(ones([2], { device: "webgpu" }).add(1)), [2, 2]);
});

Deno.test("without an adapter the error says why and what helps", async () => {
  const own = Object.getOwnPropertyDescriptor(navigator, "gpu");
  Object.defineProperty(navigator, "gpu", {
    value: { requestAdapter: () => Promise.resolve(null) },
    configurable: true,
  });
  try {
    await assertRejects(() => webgpu(), BackendError, "mesa-vulkan-drivers");
    Object.defineProperty(navigator, "gpu", { value: undefined, configurable: true });
    await assertRejects(() => webgpu(), BackendError, "the host has no WebGPU");
    // Importing the module must not need what only a host with WebGPU has.
    const { stdout, stderr } = await runScript(`
      for (const name of Object.getOwnPropertyNames(globalThis)) if (/^GPU/.test(name)) delete globalThis[name];
      await import("${new URL("../../runtime/webgpu/mod.ts", import.meta.url)}");
      console.log(typeof GPUBufferUsage);
    `);
    assertEquals(stdout, "undefined", stderr);
  } finally {
    if (own === undefined) Reflect.deleteProperty(navigator, "gpu");
    else Object.defineProperty(navigator, "gpu", own);
  }
});
