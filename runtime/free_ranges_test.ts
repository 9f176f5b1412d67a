import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { FreeRanges } from "./free_ranges.ts";

Deno.test("FreeRanges takes from the low end and merges neighbours", () => {
  const ranges = new FreeRanges();
  assertEquals(ranges.take(1), -1);
  ranges.give(100, 50);
  ranges.give(200, 50);
  assertEquals(ranges.take(60), -1);
  ranges.give(150, 50);
  assertEquals(ranges.freeBelow(250), 150);
  assertEquals(ranges.freeBelow(249), 0);
  assertEquals(ranges.take(60), 100);
  assertEquals(ranges.take(90), 160);
  assertEquals(ranges.take(1), -1);
});

Deno.test("FreeRanges agrees with a map of single bytes", () => {
  const size = 64;
  const step = fc.record({ take: fc.boolean(), length: fc.integer({ min: 1, max: 12 }), pick: fc.nat() });
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const ranges = new FreeRanges();
    ranges.give(0, size);
    const free = new Array<boolean>(size).fill(true);
    const taken: [begin: number, length: number][] = [];
    for (const { take, length, pick } of steps) {
      if (take) {
        const expected = free.findIndex((_, i) => i + length <= size && free.slice(i, i + length).every(Boolean));
        assertEquals(ranges.take(length), expected);
        if (expected < 0) continue;
        free.fill(false, expected, expected + length);
        taken.push([expected, length]);
      } else if (taken.length > 0) {
        const [[begin, bytes]] = taken.splice(pick % taken.length, 1);
        free.fill(true, begin, begin + bytes);
        ranges.give(begin, bytes);
      }
    }
  }));
});
