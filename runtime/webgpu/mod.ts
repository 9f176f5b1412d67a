/**
 * The device "webgpu": the same tensors, ops and rules on a GPU.
 *
 * ```ts ignore
 * import { tensor } from "@dualtape/dualtape";
 * import { webgpu } from "@dualtape/dualtape/webgpu";
 *
 * await webgpu();
 * const x = tensor([1, 2, 3], { device: "webgpu", requiresGrad: true });
 * x.sin().sum().backward();
 * console.log(await x.grad!.data());
 * ```
 *
 * @module
 */
export { webgpu, WebGpuDevice, type WebGpuOptions } from "./device.ts";
export type { BufferStatistics } from "./buffers.ts";
export type { CommandStatistics } from "./commands.ts";
