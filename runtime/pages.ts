/**
 * Pages: the unit in which wasm memory is handed out, moved out and brought back.
 *
 * Who reaches whom decides what the garbage collector can free:
 *
 *     storage -> PageHandle -> Page -> evicted bytes
 *                              Page <-> PageRecord      (only while the page is resident)
 *     resident queues -> Page        finalization registry -> PageRecord
 *
 * The registry watches the handle. Nothing but storages (and the pool of free pages) reaches a handle, so it dies with the
 * last storage; and once a page is evicted nothing but its handle reaches the bytes, so they die with it.
 *
 * @module
 */

/** What the finalization registry keeps of a page: enough to account for its end, never a way to its bytes. */
export class PageRecord {
  /** The page while it is in wasm memory, else null. */
  page: Page | null = null;
  /** Bytes of the storages on the page that are not known to be dead. */
  liveBytes = 0;
  /** Number of those storages. */
  storages = 0;
}

/** A range of wasm memory, or the bytes of one that had to make room. */
export class Page {
  /** Address in wasm memory, or 0 while evicted. */
  base: number;
  /** Bytes that hold data, counted from `base`: as many are copied when the page moves. */
  used = 0;
  /** The bytes while they are outside of wasm memory. */
  evicted: Uint8Array | null = null;
  /** The op that used the page last. Pages of the running op are pinned. */
  stamp = 0;
  /** Value of `stamp` when the page was queued: a page used since then gets a second chance. */
  queuedStamp = 0;
  /** The queue that the page is or will be in. */
  queue: PageQueue;
  /** Neighbours in the queue. */
  older: Page | null = null;
  newer: Page | null = null;

  constructor(base: number, readonly capacity: number, queue: PageQueue, readonly record: PageRecord) {
    this.base = base;
    this.queue = queue;
    record.page = this;
  }
}

/** What storages hold on to: the page lives as long as this object does. */
export class PageHandle {
  constructor(readonly page: Page) {}
}

/** Resident pages in the order in which they were queued. */
export class PageQueue {
  /** Bytes of the queued pages. */
  capacity = 0;
  /** Number of queued pages. */
  length = 0;
  /** Where eviction begins. */
  oldest: Page | null = null;
  #newest: Page | null = null;

  constructor(readonly kind: "page" | "block" | "scratch") {}

  /** Adds `page`, which is in no queue, as the newest. */
  append(page: Page): void {
    page.queuedStamp = page.stamp;
    page.older = this.#newest;
    if (this.#newest === null) this.oldest = page;
    else this.#newest.newer = page;
    this.#newest = page;
    this.capacity += page.capacity;
    this.length++;
  }

  /** Takes `page` out. */
  remove(page: Page): void {
    if (page.older === null) this.oldest = page.newer;
    else page.older.newer = page.newer;
    if (page.newer === null) this.#newest = page.older;
    else page.newer.older = page.older;
    page.older = null;
    page.newer = null;
    this.capacity -= page.capacity;
    this.length--;
  }

  /**
   * The oldest page that `tick` does not pin, giving pages that were used since they were queued a second chance; null
   * when all are pinned.
   */
  victim(tick: number): Page | null {
    for (let turns = 2 * this.length; turns > 0 && this.oldest !== null; turns--) {
      const page = this.oldest;
      if (page.stamp !== tick && page.stamp === page.queuedStamp) return page;
      this.remove(page);
      this.append(page);
    }
    return null;
  }
}
