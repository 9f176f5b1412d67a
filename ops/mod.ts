export * from "./binary.ts";
export * from "./unary.ts";
export * from "./shape.ts";
export * from "./reduce.ts";
export * from "./creation.ts";
export * from "./as_strided.ts";
export * from "./matmul.ts";
