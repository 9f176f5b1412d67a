import { assertEquals, assertThrows } from "@std/assert";
import binaryen from "assemblyscript/binaryen";
import { checkKernels } from "./checked_kernels.ts";
import { KernelError } from "./errors.ts";
import { allocate, beginOp } from "./heap.ts";
import { heapBase, kernel } from "./kernels.ts";
import { u8 } from "./memory.ts";

/** One kernel as the bounds-checked build has it: it reports one byte, then copies it. */
const TEXT = `(module
  (import "env" "memory" (memory 16 65536 shared))
  (import "env" "access" (func $access (param i32 i32 i32)))
  (func (export "u8_copy_one") (param $x i32) (param $y i32)
    (call $access (local.get $x) (i32.const 1) (i32.const 0))
    (call $access (local.get $y) (i32.const 1) (i32.const 1))
    (i32.store8 (local.get $y) (i32.load8_u (local.get $x)))))`;

function checkedModule(): WebAssembly.Module {
  const module = binaryen.parseText(TEXT);
  module.setFeatures(binaryen.Features.All);
  return new WebAssembly.Module(new Uint8Array(module.emitBinary()));
}

Deno.test("checked kernels touch the operands of the running op and nothing else", () => {
  checkKernels(checkedModule());
  const copy = kernel("u8_copy_one");
  const x = allocate(3);
  const y = allocate(3);
  beginOp();
  const from = x.address;
  const to = y.address;
  u8[from + 2] = 7;
  copy(from + 2, to);
  assertEquals(u8[to], 7);
  assertThrows(() => copy(from + 3, to), KernelError, `read of 1 bytes at ${from + 3}`);
  assertThrows(() => copy(from, to + 3), KernelError, `write of 1 bytes at ${to + 3}`);
  assertEquals(u8[to + 3], 0);
  copy(heapBase - 1, to);
  assertThrows(() => copy(from, heapBase - 1), KernelError, `write of 1 bytes at ${heapBase - 1}`);
  beginOp();
  assertThrows(() => copy(from, to), KernelError, "expected one of the operands none");
});
