/**
 * Opening a GPU.
 *
 * @module
 */
import { BackendError } from "../errors.ts";
import { registerBackend } from "../registry.ts";
import { backendOn } from "./backend.ts";
import type { BufferStatistics } from "./buffers.ts";
import type { CommandStatistics } from "./commands.ts";
import { Gpu } from "./gpu.ts";

/** How to choose an adapter. */
export interface WebGpuOptions {
  /** Which GPU of a machine that has two: the thrifty or the fast one. Default: the host chooses. */
  readonly powerPreference?: "low-power" | "high-performance";
}

/** Features that are used where the adapter has them. */
const WANTED_FEATURES: readonly GPUFeatureName[] = ["shader-f16", "subgroups", "timestamp-query"];

/** Limits that are raised to what the adapter has. */
const WANTED_LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
] as const;

/** An open GPU: what it is and how it is doing. Tensors on it have the device `"webgpu"`. */
export class WebGpuDevice {
  readonly #gpu: Gpu;
  /** Vendor, architecture and description, as far as the host tells. */
  readonly adapterInfo: GPUAdapterInfo;
  /** Settled when the device is lost: why. */
  readonly lost: Promise<GPUDeviceLostInfo>;

  /** Use {@linkcode webgpu}. */
  constructor(gpu: Gpu, adapterInfo: GPUAdapterInfo) {
    this.#gpu = gpu;
    this.adapterInfo = adapterInfo;
    this.lost = gpu.device.lost;
  }

  /** Names of the features in use. */
  get features(): GPUSupportedFeatures {
    return this.#gpu.device.features;
  }

  /** Limits of the device. */
  get limits(): GPUSupportedLimits {
    return this.#gpu.device.limits;
  }

  /** Bytes in use and in the pool; buffers, pipelines, submits and dispatches so far. */
  memory(): BufferStatistics & CommandStatistics & { readonly pipelines: number } {
    return this.#gpu.statistics;
  }

  /** Waits until everything that was asked for is done. */
  async finish(): Promise<void> {
    await this.#gpu.finish();
  }

  /** Gives the device back. Tensors on it cannot be used from then on. */
  destroy(): void {
    this.#gpu.fail(
      new BackendError("webgpu: expected an open device, got one that was destroyed; call await webgpu()"),
    );
    this.#gpu.device.destroy();
  }
}

function noAdapter(reason: string): BackendError {
  return new BackendError(
    `webgpu: expected a GPU adapter, got none (${reason}); install a Vulkan, Metal or DirectX 12 driver, on Debian ` +
      'without a GPU the package mesa-vulkan-drivers, or stay on the device "cpu"',
  );
}

/**
 * Opens a GPU and makes it the device `"webgpu"`: `tensor(data, { device: "webgpu" })`, `x.to("webgpu")`,
 * `model.to("webgpu")`. A second call opens another one, which takes the name over.
 *
 * @throws {BackendError} when the host has no WebGPU or no adapter; the text says why and what helps.
 */
export async function webgpu(options: WebGpuOptions = {}): Promise<WebGpuDevice> {
  const api: GPU | undefined = globalThis.navigator?.gpu;
  if (api === undefined) throw noAdapter("the host has no WebGPU");
  const adapter = await api.requestAdapter({ powerPreference: options.powerPreference });
  if (adapter === null) throw noAdapter("no driver offers one");
  const requiredLimits: Record<string, number> = {};
  for (const limit of WANTED_LIMITS) requiredLimits[limit] = adapter.limits[limit];
  const requiredFeatures = WANTED_FEATURES.filter((feature) => adapter.features.has(feature));
  const gpu = new Gpu(await adapter.requestDevice({ requiredLimits, requiredFeatures }));
  gpu.backend = backendOn(gpu);
  registerBackend(gpu.backend);
  gpu.device.lost.then(({ reason, message }) =>
    gpu.fail(
      new BackendError(
        `webgpu: expected an open device, got one that was lost (${reason}: ${message}); call await webgpu()`,
      ),
    )
  );
  return new WebGpuDevice(gpu, adapter.info);
}
