import { assert, assertThrows } from "@std/assert";
import { BackendError } from "./errors.ts";
import { reference } from "./reference/mod.ts";
import { backend, registerBackend } from "./registry.ts";
import { cpu } from "./wasm/mod.ts";

Deno.test("backends are found by name and own their storages", () => {
  for (const device of [cpu, reference]) {
    assert(backend(device.name) === device);
    assert(device.allocate(0).backend === device);
  }
});

Deno.test("an unknown device is an error that lists the known ones", () => {
  assertThrows(() => backend("tpu"), BackendError, 'expected one of "cpu", "reference", got "tpu"');
  assertThrows(() => backend("webgpu"), BackendError, "call `await webgpu()` first");
});

Deno.test("the newest backend of a name wins", () => {
  const traced = { ...cpu };
  registerBackend(traced);
  assert(backend("cpu") === traced);
  registerBackend(cpu);
  assert(backend("cpu") === cpu);
});
