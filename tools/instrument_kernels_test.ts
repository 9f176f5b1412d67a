import { assertEquals, assertThrows } from "@std/assert";
import binaryen from "assemblyscript/binaryen";
import { instrument } from "./instrument_kernels.ts";

const KERNEL = `(module
 (import "env" "memory" (memory $0 1))
 (export "kernel" (func $kernel))
 (func $kernel (param $0 i32)
  local.get $0
  local.get $0
  v128.load64_splat offset=8
  v128.store offset=16 align=4
  local.get $0
  local.get $0
  v128.load offset=32
  v128.store32_lane offset=4 2
  local.get $0
  i32.const 128
  i32.const 12
  memory.copy
 )
)`;

Deno.test("every memory access of an instrumented kernel is reported before it happens", () => {
  const module = binaryen.parseText(instrument(KERNEL));
  module.setFeatures(binaryen.Features.All);
  const accesses: number[][] = [];
  const memory = new WebAssembly.Memory({ initial: 1 });
  const access = (...args: number[]): void => void accesses.push(args);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(module.emitBinary())), {
    env: { memory, access },
  });
  (instance.exports.kernel as (address: number) => void)(1000);
  assertEquals(accesses, [
    [1008, 8, 0],
    [1016, 16, 1],
    [1032, 16, 0],
    [1004, 4, 1],
    [128, 12, 0],
    [1000, 12, 1],
  ]);
});

Deno.test("an unknown memory instruction is refused", () => {
  assertThrows(() => instrument("(module\n i32.atomic.rmw.add\n)"), Error, "expected a memory instruction");
});
