import source module from "./kernels_relaxed.wasm";

export default module;
