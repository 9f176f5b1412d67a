/**
 * The page heap: bytes for tensors in wasm memory, which nobody has to free.
 *
 * Small storages are bump-allocated on shared pages, large ones have a page of their own. Freed bytes are reused at once.
 * What is merely dropped is found by finalizers when the program yields to the event loop; when it does not, the oldest
 * pages move out of wasm memory into ordinary array buffers, which the garbage collector frees if the page is dead.
 *
 * @module
 */
import type { Backend } from "./backend.ts";
import { u8 } from "./memory.ts";
import { Page, PageHandle, type PageQueue, PageRecord } from "./pages.ts";
import { backend } from "./registry.ts";
import {
  blocks,
  bringBack,
  known,
  nursery,
  PAGE_BYTES,
  persistentBlocks,
  persistentPages,
  returnPage,
  scratches,
  takePage,
  tick,
  trimNursery,
} from "./residency.ts";
import { Storage } from "./storage.ts";

export { beginOp, memoryStatistics, setMemoryBudget } from "./residency.ts";

/** Largest storage that shares a page. */
const SMALL_BYTES = 8192;

/** Storages of this size or more begin on a cache line. */
const LINE_BYTES = 1024;

/** What a freed storage refers to: a page without bytes. */
const FREED = new PageHandle(new Page(0, 0, nursery, new PageRecord()));

/** Addresses that the running op may touch: from `begin` up to but not including `end`. */
export interface OperandRange {
  readonly begin: number;
  readonly end: number;
}

/** Ranges taken by the running op, or null while nobody checks. */
let operands: OperandRange[] | null = null;
let operandTick = 0;

/** Bytes left unused after every storage while checks are on, so that no two operands touch. */
let redZone = 0;

/** The backend of every storage here; looked up once, because ops ask for it all the time. */
let cpu: Backend | null = null;

/** Bytes in wasm memory, possibly moved out for the time being. */
export class HeapStorage extends Storage {
  #handle: PageHandle;
  readonly #offset: number;

  /** Called by {@linkcode allocate}. */
  constructor(byteLength: number, handle: PageHandle, offset: number) {
    super(byteLength);
    this.#handle = handle;
    this.#offset = offset;
  }

  override get backend(): Backend {
    return cpu ??= backend("cpu");
  }

  /**
   * Address of the first byte. It stays valid until the next `beginOp`; bytes that were moved out are brought back first.
   *
   * @throws {FreedStorageError} when the bytes were given back.
   * @throws {OutOfMemoryError} when there is no room to bring them back.
   */
  get address(): number {
    const page = this.#handle.page;
    if (page.base === 0) bringBack(this.#handle);
    page.stamp = tick;
    const address = page.base + this.#offset;
    if (operands !== null) recordOperand(operands, address, this.byteLength);
    return address;
  }

  override free(): void {
    const handle = this.#handle;
    if (handle === FREED) return;
    this.#handle = FREED;
    this.freed = true;
    const page = handle.page;
    if (page.base !== 0) {
      known.liveBytes -= this.byteLength;
      known.storages--;
    }
    page.record.liveBytes -= this.byteLength;
    page.record.storages--;
    if (operands !== null && page.base !== 0) poison(page.base + this.#offset, this.byteLength);
    if (handle === temporaryArea.handle) temporaryArea.reclaim(this.#offset, this.byteLength);
    else if (handle === persistentArea.handle) persistentArea.reclaim(this.#offset, this.byteLength);
    else if (page.record.storages > 0) return;
    else if (page.base === 0) page.evicted = null;
    else {
      page.queue.remove(page);
      returnPage(handle);
    }
  }
}

/** The page that small storages are cut from, and how much of it is taken. */
class BumpArea {
  handle: PageHandle = FREED;
  #end = PAGE_BYTES + 1;

  constructor(readonly queue: PageQueue) {}

  allocate(byteLength: number): HeapStorage {
    const mask = byteLength >= LINE_BYTES ? 63 : 15;
    let offset = (this.#end + mask) & ~mask;
    if (offset + byteLength > PAGE_BYTES) {
      this.#nextPage();
      offset = 0;
    }
    this.#end = offset + byteLength + redZone;
    return register(byteLength, this.handle, offset);
  }

  /** Called after a storage of the present page was freed: what lies at the end can be cut again. */
  reclaim(offset: number, byteLength: number): void {
    if (this.handle.page.record.storages === 0) this.#end = 0;
    else if (offset + byteLength === this.#end) this.#end = offset;
  }

  #nextPage(): void {
    if (this.queue === nursery) trimNursery();
    const next = takePage(PAGE_BYTES, this.queue);
    if (this.handle !== FREED) this.queue.append(this.handle.page);
    this.handle = next;
  }
}

const temporaryArea = new BumpArea(nursery);
const persistentArea = new BumpArea(persistentPages);

/**
 * Uninitialised bytes at an address that is a multiple of 16 (of 64 from 1 KiB on). `persistent` marks what lives as long
 * as a model: such values do not share pages with temporary ones and are evicted last.
 *
 * @throws {RangeError} when `byteLength` is not a non-negative integer.
 * @throws {OutOfMemoryError} when the budget does not allow it; nothing has changed then.
 */
export function allocate(byteLength: number, persistent = false): HeapStorage {
  if (byteLength >= 0 && byteLength <= SMALL_BYTES) {
    return (persistent ? persistentArea : temporaryArea).allocate(byteLength);
  }
  if (!Number.isSafeInteger(byteLength) || byteLength < 0) {
    throw new RangeError(`allocate(byteLength): expected a non-negative integer, got ${byteLength}`);
  }
  const handle = takePage(byteLength + redZone, persistent ? persistentBlocks : blocks);
  handle.page.queue.append(handle.page);
  return register(byteLength, handle, 0);
}

function register(byteLength: number, handle: PageHandle, offset: number): HeapStorage {
  const { record, base } = handle.page;
  record.liveBytes += byteLength;
  record.storages++;
  known.liveBytes += byteLength;
  known.storages++;
  if (operands !== null) poison(base + offset, byteLength);
  return new HeapStorage(byteLength, handle, offset);
}

/** Bytes that a kernel borrows: never moved, contents arbitrary. */
export class Scratch {
  #handle: PageHandle;

  /** Address of the first byte, a multiple of 4096. */
  readonly address: number;

  /** Borrows `byteLength` bytes until `release`. Throws OutOfMemoryError as {@linkcode allocate} does. */
  constructor(byteLength: number) {
    this.#handle = takePage(byteLength + redZone, scratches);
    const page = this.#handle.page;
    this.address = page.base;
    scratches.append(page);
    if (operands !== null) recordOperand(operands, this.address, byteLength);
  }

  /** Gives the bytes back. Further calls do nothing. */
  release(): void {
    const handle = this.#handle;
    if (handle === FREED) return;
    this.#handle = FREED;
    if (handle.page.base === 0) return; // The op had run out of memory, and the next one has given the bytes back.
    scratches.remove(handle.page);
    returnPage(handle);
  }
}

/**
 * Switches a debugging aid: while on, fresh and freed bytes are filled with 0xFF (a NaN in both float types), storages do
 * not touch each other and {@linkcode operandRanges} knows which bytes the running op may use.
 */
export function setDebugChecks(on: boolean): void {
  operands = on ? [] : null;
  redZone = on ? 64 : 0;
}

/** The bytes whose address was asked for since the last `beginOp`, in the order of asking; empty while checks are off. */
export function operandRanges(): readonly OperandRange[] {
  return operands !== null && operandTick === tick ? operands : [];
}

function recordOperand(ranges: OperandRange[], begin: number, byteLength: number): void {
  if (operandTick !== tick) {
    ranges.length = 0;
    operandTick = tick;
  }
  ranges.push({ begin, end: begin + byteLength });
}

function poison(begin: number, byteLength: number): void {
  u8.fill(0xff, begin, begin + byteLength);
}
