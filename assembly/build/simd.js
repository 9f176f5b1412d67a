import source module from "./kernels_simd.wasm";

export default module;
