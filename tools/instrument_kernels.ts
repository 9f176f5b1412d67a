/**
 * The bounds-checked build: every memory instruction of the kernels first reports what it is about to touch.
 *
 * The module imports `env.access(address: i32, byteLength: i32, isWrite: i32)`, called before each load, store, lane load,
 * lane store, copy and fill; a host that throws from it stops the kernel before it reads or writes there. Binaryen's own
 * instrument-memory pass leaves out all SIMD instructions but plain loads and stores, hence this one.
 *
 * @module
 */
import binaryen from "assemblyscript/binaryen";
import { compileKernels } from "./compile_kernels.ts";

const INSTRUCTION =
  /^(\s*)((?:(?:i32|i64|f32|f64|v128)\.(?:load|store)\w*|memory\.(?:copy|fill))(?: offset=\d+)?(?: align=\d+)?(?: \d+)*)$/;

const VALUE_BYTES: Readonly<Record<string, number>> = { i32: 4, i64: 8, f32: 4, f64: 8, v128: 16 };

/** Bytes that a load or store instruction such as `v128.load32_lane` or `i32.load8_u` touches. */
function accessBytes(type: string, operation: string): number {
  const half = /^load(8x8|16x4|32x2)_/.test(operation);
  const bits = /^(?:load|store)(\d+)/.exec(operation)?.[1];
  return half ? 8 : bits === undefined ? VALUE_BYTES[type] : Number(bits) / 8;
}

/** A function of the same operands and result as `instruction` that reports the access, then performs it. */
function wrapper(name: string, instruction: string): string {
  const [mnemonic] = instruction.split(" ");
  const [type, operation] = mnemonic.split(".");
  if (type === "memory") {
    const source = operation === "copy" ? "(call $access (local.get 1) (local.get 2) (i32.const 0))" : "";
    return `(func $${name} (param i32 i32 i32) ${source} (call $access (local.get 0) (local.get 2) (i32.const 1))
      (${instruction} (local.get 0) (local.get 1) (local.get 2)))`;
  }
  const isWrite = operation.startsWith("store");
  const hasValue = isWrite || operation.endsWith("_lane");
  const offset = /offset=(\d+)/.exec(instruction)?.[1] ?? "0";
  return `(func $${name} (param i32${hasValue ? ` ${type}` : ""})${isWrite ? "" : ` (result ${type})`}
    (call $access (i32.add (local.get 0) (i32.const ${offset})) (i32.const ${accessBytes(type, operation)})
      (i32.const ${isWrite ? 1 : 0}))
    (${instruction} (local.get 0)${hasValue ? " (local.get 1)" : ""}))`;
}

/** Rewrites the compiler's text output, which has one instruction per line. */
export function instrument(text: string): string {
  const wrappers = new Map<string, string>();
  const lines = text.split("\n").map((line) => {
    const match = INSTRUCTION.exec(line);
    if (match === null) {
      if (/\b(load|store)\d*\b|memory\.(copy|fill|init)|atomic/.test(line)) {
        throw new Error(`instrument: expected a memory instruction that is known here, got ${line.trim()}`);
      }
      return line;
    }
    const [, indent, instruction] = match;
    const name = wrappers.get(instruction) ?? `checked_${wrappers.size}`;
    wrappers.set(instruction, name);
    return `${indent}call $${name}`;
  });
  const end = lines.lastIndexOf(")");
  const importLine = lines.findIndex((line) => line.includes("(import "));
  lines.splice(end, 0, ...[...wrappers].map(([instruction, name]) => wrapper(name, instruction)));
  lines.splice(importLine, 0, `(import "env" "access" (func $access (param i32 i32 i32)))`);
  return lines.join("\n");
}

/** Compiles the bounds-checked module. */
export async function compileChecked(): Promise<Uint8Array<ArrayBuffer>> {
  const module = binaryen.parseText(instrument((await compileKernels("debug")).text));
  module.setFeatures(binaryen.Features.All);
  if (!module.validate()) throw new Error("compileChecked: the instrumented module is not valid");
  return new Uint8Array(module.emitBinary());
}
