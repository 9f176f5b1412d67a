import source module from "./kernels_threads.wasm";

export default module;
