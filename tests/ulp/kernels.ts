/**
 * One build of the kernels on a memory of its own, for calls with plain arrays.
 *
 * @module
 */
import type { Format } from "./measure.ts";

type FloatArray = Float32Array | Float64Array;
type Kernel = (...args: number[]) => number;

/** Instances of one committed build. */
export class KernelModule {
  readonly #memory: WebAssembly.Memory;
  readonly #exports: WebAssembly.Exports;
  readonly #base: number;

  private constructor(module: WebAssembly.Module) {
    this.#memory = new WebAssembly.Memory({ initial: 256, maximum: 65536 });
    this.#exports = new WebAssembly.Instance(module, { env: { memory: this.#memory } }).exports;
    this.#base = Math.ceil((this.#exports.heap_base as Kernel)() / 64) * 64;
  }

  /** Compiles `assembly/build/kernels_<build>.wasm`. */
  static async load(build: "simd" | "relaxed"): Promise<KernelModule> {
    const bytes = await Deno.readFile(new URL(`../../assembly/build/kernels_${build}.wasm`, import.meta.url));
    return new KernelModule(await WebAssembly.compile(bytes));
  }

  /**
   * `kernel(x)` for a kernel of one operand, `skew` elements behind a multiple of 64 bytes. Throws where the kernel wrote
   * beside its result.
   */
  unary(
    name: string,
    format: Format,
    xs: readonly number[],
    parameters: readonly [number, number],
    skew = 0,
  ): ArrayLike<number> {
    const { x, y, size } = this.#arrays(format, xs.length, skew);
    x.set(xs);
    const guard = y.length - 1;
    y[guard] = 12345;
    (this.#exports[`${format.name}_${name}`] as Kernel)(x.byteOffset, y.byteOffset, xs.length, ...parameters);
    if (y[guard] !== 12345) {
      throw new Error(`${format.name}_${name}: expected ${xs.length} results of ${size} bytes, got more`);
    }
    return y.slice(0, xs.length);
  }

  /** `kernel(a, b)` for a kernel of two operands of one length. */
  binary(name: string, format: Format, as: readonly number[], bs: readonly number[]): ArrayLike<number> {
    const n = as.length;
    const { x, y } = this.#arrays(format, 2 * n, 0);
    x.set(as);
    x.set(bs, n);
    const b = x.byteOffset + n * x.BYTES_PER_ELEMENT;
    (this.#exports[`${format.name}_${name}`] as Kernel)(x.byteOffset, b, y.byteOffset, 1, n, n, 1, n, 1, 0, 0);
    return y.slice(0, n);
  }

  #arrays(format: Format, n: number, skew: number): { x: FloatArray; y: FloatArray; size: number } {
    const size = format.name === "f32" ? 4 : 8;
    const span = Math.ceil((n + skew + 1) * size / 64) * 64;
    const missing = this.#base + 2 * span - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / 65536));
    const at = (offset: number, length: number): FloatArray =>
      format.name === "f32"
        ? new Float32Array(this.#memory.buffer, offset, length)
        : new Float64Array(this.#memory.buffer, offset, length);
    return { x: at(this.#base + skew * size, n), y: at(this.#base + span + skew * size, n + 1), size };
  }
}
