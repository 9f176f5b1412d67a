/**
 * Which pages are in wasm memory: handing out, evicting, bringing back, and the budget that bounds it all.
 *
 * @module
 */
import { FreedStorageError, OutOfMemoryError } from "./errors.ts";
import { FreeRanges } from "./free_ranges.ts";
import { heapBase } from "./kernels.ts";
import { reserveMemory, u8 } from "./memory.ts";
import type { HeapStatistics, MemoryHolder } from "./memory_types.ts";
import { Page, PageHandle, PageQueue, PageRecord } from "./pages.ts";

/** Address ranges are multiples of this. */
const UNIT = 4096;

/** Bytes of a page that small storages share. */
export const PAGE_BYTES = 65536;

/** All that 32-bit addresses reach. */
const MAXIMUM_BUDGET = 2 ** 32;

/** Smallest budget: a few operands and a page. */
const MINIMUM_BUDGET = 2 ** 20;

/**
 * Shared pages kept in wasm memory while nothing on evicted ones is asked for: about the size of an L2 cache, since
 * copying a page costs less than touching memory that has left the cache.
 */
const NURSERY_BYTES = 2 ** 20;

/** Addresses used at most, in budgets: room for ranges that no request fits, before pages are evicted to merge them. */
const FRAGMENTATION = 1.25;

/**
 * Large temporary values kept in wasm memory while nothing on evicted ones is asked for. A loop that never yields fills any
 * budget with garbage; going round in a window that the cache holds costs a copy per value, touching cold memory more.
 * A chain of 99 ops on 16 KiB took 2.1 ms at 16 and 32 MiB, 2.8 ms at 64 MiB and 8 ms at 1 GiB.
 */
const BLOCK_WINDOW_BYTES = 2 ** 24;

/** Every reload lets the nursery grow by a page; this many evictions shrink it by a page again. */
const NURSERY_DECAY = 32;

/** Shared pages of temporary values. */
export const nursery: PageQueue = new PageQueue("page");

/** Large temporary values. */
export const blocks: PageQueue = new PageQueue("block");

/** Shared pages of parameters, buffers and optimizer state. */
export const persistentPages: PageQueue = new PageQueue("page");

/** Large parameters, buffers and optimizer state. */
export const persistentBlocks: PageQueue = new PageQueue("block");

/** What kernels borrow while they run. */
export const scratches: PageQueue = new PageQueue("scratch");

/**
 * What is known of the storages in wasm memory: exact but for those that were dropped and not yet found by a finalizer.
 * Evicted ones do not count, since nobody can tell which of them are alive.
 */
export const known: { liveBytes: number; storages: number } = { liveBytes: 0, storages: 0 };

const freeRanges = new FreeRanges();

/** Free pages by size class, the hottest last. They keep their handles, so that taking one costs no registration. */
const pool: PageHandle[][] = [];

const bottom = Math.ceil(heapBase / UNIT) * UNIT;

/** First address that was never handed out. */
let top = bottom;

let budget = 2 ** 30;
let nurseryLimit = NURSERY_BYTES;
let blockLimit = BLOCK_WINDOW_BYTES;
let residentBytes = 0;
let residentPages = 0;
let pooledBytes = 0;
let evictions = 0;
let reloads = 0;
let finalized = 0;

/** Number of the running op. Pages that carry it in `stamp` are pinned. */
export let tick = 1;

/** Called before every op that takes addresses: unpins the operands of the op before it. */
export function beginOp(): void {
  tick++;
  if (abandoned.length > 0) reclaimScratches();
}

/** What an op had borrowed that ran out of memory, until the next op begins. */
let abandoned: Page[] = [];

/** Gives back what nobody will release any more. Scratch of ops that others run inside stays where it is. */
function reclaimScratches(): void {
  for (let page = scratches.oldest; page !== null;) {
    const { newer } = page;
    if (abandoned.includes(page)) {
      scratches.remove(page);
      registry.unregister(page.record);
      vacate(page);
    }
    page = newer;
  }
  abandoned = [];
}

const registry = new FinalizationRegistry<PageRecord>((record) => {
  const page = record.page;
  if (page !== null) {
    page.queue.remove(page);
    vacate(page);
  }
  if (record.storages === 0) return;
  finalized++;
  known.liveBytes -= record.liveBytes;
  known.storages -= record.storages;
});

/** Index of the smallest size class of `units` or more. Eight classes per power of two waste at most an eighth. */
export function sizeClass(units: number): number {
  if (units <= 8) return units;
  const shift = 28 - Math.clz32(units - 1);
  return shift * 8 + ((units - 1) >> shift) + 1;
}

/** Size of a class: the inverse of {@linkcode sizeClass}. */
export function classUnits(index: number): number {
  if (index <= 16) return index;
  const shift = ((index - 1) >> 3) - 1;
  return (index - shift * 8) << shift;
}

/** A page of at least `byteLength` bytes that belongs to `queue` but is not in it yet. Its contents are arbitrary. */
export function takePage(byteLength: number, queue: PageQueue): PageHandle {
  const index = sizeClass(Math.max(1, Math.ceil(byteLength / UNIT)));
  const capacity = classUnits(index) * UNIT;
  if (capacity > budget) throw outOfMemory(byteLength);
  if (queue === blocks) trimBlocks(capacity);
  const handles = pool[index] ??= [];
  let handle = residentBytes + capacity <= budget ? handles.pop() : undefined;
  if (handle === undefined) {
    handle = new PageHandle(new Page(acquire(capacity), capacity, queue, new PageRecord()));
    registry.register(handle, handle.page.record, handle.page.record);
  } else {
    pooledBytes -= capacity;
    residentBytes += capacity;
    residentPages++;
    handle.page.queue = queue;
  }
  handle.page.used = byteLength;
  handle.page.stamp = tick;
  return handle;
}

/** Gives back a page on which no storage is left and which is in no queue. */
export function returnPage(handle: PageHandle): void {
  const page = handle.page;
  residentBytes -= page.capacity;
  residentPages--;
  pooledBytes += page.capacity;
  pool[sizeClass(page.capacity / UNIT)].push(handle);
}

/** Brings an evicted page back into wasm memory. */
export function bringBack(handle: PageHandle): void {
  const { page } = handle;
  const bytes = page.evicted;
  if (bytes === null) throw new FreedStorageError("the bytes of this storage were given back: it cannot be used again");
  page.base = acquire(page.capacity);
  u8.set(bytes, page.base);
  page.evicted = null;
  page.record.page = page;
  registry.register(handle, page.record, page.record);
  known.liveBytes += page.record.liveBytes;
  known.storages += page.record.storages;
  page.stamp = tick;
  page.queue.append(page);
  reloads++;
  if (page.queue === nursery) nurseryLimit = Math.min(nurseryLimit + PAGE_BYTES, budget / 2);
  else if (page.queue === blocks) blockLimit = Math.min(blockLimit + 2 * page.capacity, budget);
}

/** Makes room in the nursery for one more page. */
export function trimNursery(): void {
  if (nursery.capacity + PAGE_BYTES <= nurseryLimit) return;
  nurseryLimit = Math.max(NURSERY_BYTES, nurseryLimit - PAGE_BYTES / NURSERY_DECAY);
  while (nursery.capacity + PAGE_BYTES > nurseryLimit) {
    const page = nursery.victim(tick);
    if (page === null || !evict(page)) return;
  }
}

/** Makes room in the window of large temporary values for `byteLength` more, at a cost in proportion to it. */
function trimBlocks(byteLength: number): void {
  if (blocks.capacity + byteLength <= blockLimit) return;
  blockLimit = Math.max(BLOCK_WINDOW_BYTES, blockLimit - byteLength / NURSERY_DECAY);
  let evicted = 0;
  while (evicted < 2 * byteLength && blocks.capacity + byteLength > blockLimit) {
    const page = blocks.victim(tick);
    if (page === null) return;
    evicted += page.capacity;
    if (!evict(page)) return;
  }
}

/** Address of `byteLength` free bytes (a multiple of UNIT), which count as resident from now on. */
function acquire(byteLength: number): number {
  if (!canMakeRoom(byteLength)) throw outOfMemory(byteLength);
  let limit = Math.min(bottom + budget * FRAGMENTATION, MAXIMUM_BUDGET);
  for (;;) {
    const base = residentBytes + byteLength <= budget ? findRange(byteLength, limit) : -1;
    if (base >= 0) {
      residentBytes += byteLength;
      residentPages++;
      return base;
    }
    const page = nextVictim();
    if (page !== null && evict(page)) continue;
    if (limit === MAXIMUM_BUDGET) throw outOfMemory(byteLength);
    limit = MAXIMUM_BUDGET; // Pages that cannot move lie in the way.
  }
}

/** Whether evicting everything that is not pinned would bring `byteLength` more bytes under the budget. */
function canMakeRoom(byteLength: number): boolean {
  let missing = residentBytes + byteLength - budget;
  for (const queue of [blocks, nursery, persistentBlocks, persistentPages]) {
    for (let page = queue.oldest; page !== null && missing > 0; page = page.newer) {
      if (page.stamp !== tick) missing -= page.capacity;
    }
  }
  return missing <= 0;
}

/** Free bytes from merged ranges, else from addresses never handed out (below `limit`), else from what the pool holds. */
function findRange(byteLength: number, limit: number): number {
  let base = freeRanges.take(byteLength);
  if (base < 0 && pooledBytes >= byteLength) {
    drainPool();
    base = freeRanges.take(byteLength);
  }
  if (base < 0 && extend(byteLength, limit)) base = freeRanges.take(byteLength);
  if (base < 0 && pooledBytes > 0) {
    drainPool();
    base = freeRanges.take(byteLength);
  }
  return base;
}

/** Makes at least `byteLength` bytes free below a new `top`, which is at most `limit`. */
function extend(byteLength: number, limit: number): boolean {
  const end = top + byteLength - freeRanges.freeBelow(top);
  if (end > limit || !reserveMemory(end)) return false;
  freeRanges.give(top, end - top);
  top = end;
  return true;
}

/** Merges pooled pages with the free ranges around them, so that other sizes can be cut from them. */
function drainPool(): void {
  for (const handles of Object.values(pool)) {
    for (const { page } of handles) {
      freeRanges.give(page.base, page.capacity);
      page.base = 0;
      page.record.page = null;
      registry.unregister(page.record);
    }
    handles.length = 0;
  }
  pooledBytes = 0;
}

/** The page to evict next: temporary values by age, persistent ones last. */
function nextVictim(): Page | null {
  const page = nursery.victim(tick);
  const block = blocks.victim(tick);
  if (page !== null && block !== null) return page.queuedStamp < block.queuedStamp ? page : block;
  return page ?? block ?? persistentBlocks.victim(tick) ?? persistentPages.victim(tick);
}

/** Moves the bytes of a queued page to an array buffer. False when the host has no memory for it. */
function evict(page: Page): boolean {
  let bytes: Uint8Array;
  try {
    // A copy by the constructor takes two thirds of the time of `set`: it does not fill the buffer with zeros first.
    bytes = new Uint8Array(u8.subarray(page.base, page.base + page.used));
  } catch {
    return false;
  }
  page.evicted = bytes;
  page.queue.remove(page);
  vacate(page);
  // Nothing is left to clean up: the bytes die with the page. Its cell would pile up in a loop that never yields.
  registry.unregister(page.record);
  known.liveBytes -= page.record.liveBytes;
  known.storages -= page.record.storages;
  evictions++;
  return true;
}

/** Gives back the address range of a page. */
function vacate(page: Page): void {
  freeRanges.give(page.base, page.capacity);
  residentBytes -= page.capacity;
  residentPages--;
  page.base = 0;
  page.record.page = null;
}

function outOfMemory(byteLength: number): OutOfMemoryError {
  for (let page = scratches.oldest; page !== null; page = page.newer) if (page.stamp === tick) abandoned.push(page);
  const holders = new Map<string, MemoryHolder>();
  for (const queue of [nursery, blocks, persistentPages, persistentBlocks, scratches]) {
    for (let page = queue.oldest; page !== null; page = page.newer) {
      const key = `${queue.kind} ${page.capacity}`;
      const count = (holders.get(key)?.count ?? 0) + 1;
      holders.set(key, { kind: queue.kind, byteLength: page.capacity, count });
    }
  }
  const largestFirst = [...holders.values()].sort((a, b) => b.byteLength * b.count - a.byteLength * a.count);
  return new OutOfMemoryError(byteLength, known.liveBytes, budget, largestFirst);
}

/**
 * Bounds the bytes that tensors may occupy in wasm memory (1 GiB unless set). A smaller budget takes effect with the next
 * allocation, which evicts what is too much.
 *
 * ```ts
 * import { OutOfMemoryError, setMemoryBudget, zeros } from "@dualtape/dualtape";
 * import { assertThrows } from "@std/assert";
 *
 * setMemoryBudget(64 * 2 ** 20);
 * assertThrows(() => zeros([100, 2 ** 20]), OutOfMemoryError);
 * ```
 *
 * @throws {RangeError} when `bytes` is not an integer from 1 MiB to 4 GiB.
 */
export function setMemoryBudget(bytes: number): void {
  if (!Number.isInteger(bytes) || bytes < MINIMUM_BUDGET || bytes > MAXIMUM_BUDGET) {
    throw new RangeError(
      `setMemoryBudget(bytes): expected an integer from ${MINIMUM_BUDGET} (1 MiB) to ${MAXIMUM_BUDGET} (4 GiB), got ${bytes}`,
    );
  }
  budget = bytes;
  nurseryLimit = NURSERY_BYTES;
  blockLimit = BLOCK_WINDOW_BYTES;
}

/**
 * The state of the heap.
 *
 * ```ts
 * import { memory, ones } from "@dualtape/dualtape";
 * import { assert } from "@std/assert";
 *
 * const before = memory().liveBytes;
 * const x = ones([1024]);
 * assert(memory().liveBytes >= before + 4 * x.numel);
 * ```
 */
export function memoryStatistics(): HeapStatistics {
  return {
    liveBytes: known.liveBytes,
    storages: known.storages,
    reservedBytes: u8.byteLength,
    residentBytes,
    pages: residentPages,
    budgetBytes: budget,
    evictions,
    reloads,
    finalized,
  };
}
