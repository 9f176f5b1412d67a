import { assertEquals } from "@std/assert";
import { Page, PageQueue, PageRecord } from "./pages.ts";

function queueOf(...stamps: number[]): { queue: PageQueue; pages: Page[] } {
  const queue = new PageQueue("page");
  const pages = stamps.map((stamp) => {
    const page = new Page(4096, 100, queue, new PageRecord());
    page.stamp = stamp;
    queue.append(page);
    return page;
  });
  return { queue, pages };
}

function order(queue: PageQueue): Page[] {
  const pages: Page[] = [];
  for (let page = queue.oldest; page !== null; page = page.newer) pages.push(page);
  return pages;
}

Deno.test("PageQueue keeps order and counts", () => {
  const { queue, pages: [a, b, c] } = queueOf(1, 1, 1);
  assertEquals(order(queue), [a, b, c]);
  queue.remove(b);
  assertEquals(order(queue), [a, c]);
  queue.append(b);
  queue.remove(a);
  assertEquals(order(queue), [c, b]);
  assertEquals([queue.length, queue.capacity], [2, 200]);
  queue.remove(c);
  queue.remove(b);
  assertEquals([queue.length, queue.capacity, queue.oldest], [0, 0, null]);
});

Deno.test("victim passes over pinned pages and gives used ones a second chance", () => {
  const { queue, pages: [pinned, used, idle] } = queueOf(1, 2, 3);
  pinned.stamp = 9;
  used.stamp = 5;
  assertEquals(queue.victim(9), idle);
  queue.remove(idle);
  assertEquals(queue.victim(9), used);
  queue.remove(used);
  assertEquals(queue.victim(9), null);
  assertEquals(order(queue), [pinned]);
  assertEquals(queue.victim(10), pinned);
});
