/**
 * Reading and writing tensors.
 *
 * @module
 */
export { decodeNpy, encodeNpy, loadNpy, NpyError, saveNpy } from "./npy.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  loadSafetensors,
  SafetensorsError,
  safetensorsMetadata,
  saveSafetensors,
} from "./safetensors.ts";
