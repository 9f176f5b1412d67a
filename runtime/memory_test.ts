import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import * as views from "./memory.ts";

Deno.test("reserveMemory grows the memory, keeps its contents and renews the views", () => {
  const before = views.u8;
  const end = before.byteLength + 1;
  before[end - 2] = 42;
  assert(views.reserveMemory(before.byteLength));
  assertEquals(views.u8, before);
  assert(views.reserveMemory(end));
  assertGreaterOrEqual(views.u8.byteLength, end);
  assertEquals(views.u8[end - 2], 42);
  for (const view of [views.i32, views.f32, views.f64]) {
    assertEquals(view.buffer, views.memory.buffer);
    assertEquals(view.byteLength, views.u8.byteLength);
  }
});

Deno.test("reserveMemory refuses more than 4 GiB and changes nothing", () => {
  const before = views.u8;
  assertEquals(views.reserveMemory(2 ** 32 + 1), false);
  assert(views.u8 === before);
});
