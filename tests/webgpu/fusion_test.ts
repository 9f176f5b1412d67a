/**
 * Chains of elementwise ops on the GPU, which run as one kernel: whatever is done to their operands and results on the way,
 * the numbers are those of the ops one by one on the reference backend.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import "../../mod.ts";
import "../../runtime/reference/mod.ts";
import { where } from "../../ops/ternary.ts";
import { backendOf, type Device, empty, type Tensor } from "../../tensor/tensor.ts";
import { fromValues, generator } from "../ops/support.ts";
import { gpuTest } from "./support.ts";

/** Builds tensors of reproducible numbers on one device. */
class Maker {
  readonly device: Device;
  readonly #random = generator(11);

  constructor(device: Device) {
    this.device = device;
  }

  /** float32 numbers in [-2, 2). */
  floats(...shape: number[]): Tensor {
    const numel = shape.reduce((product, n) => product * n, 1);
    return fromValues(
      Float32Array.from({ length: numel }, () => 4 * this.#random() - 2),
      shape,
      "float32",
      this.device,
    );
  }

  /** One number in all elements, which the GPU keeps as a constant. */
  full(value: number, ...shape: number[]): Tensor {
    const out = empty(backendOf(this.device), shape, "float32");
    backendOf(this.device).fill(out, value);
    return out;
  }
}

/** Runs the same program on both devices; all results must have the same bits. */
function same(name: string, program: (make: Maker) => Tensor[]): void {
  gpuTest(`chains on webgpu: ${name}`, async () => {
    const actual = program(new Maker("webgpu"));
    const expected = program(new Maker("reference"));
    for (const [k, x] of actual.entries()) {
      assertEquals(x.shape, expected[k].shape);
      assertEquals([...await x.data()], [...await expected[k].data()], `result ${k}`);
    }
  });
}

same("in place, again and again", (make) => {
  const x = make.floats(5, 7);
  const y = make.floats(5, 7);
  x.add_(y).mul_(x).sub_(y);
  y.mul_(x).add_(y);
  x.mul_(y);
  return [x, y];
});

same("views of a result that waits", (make) => {
  const x = make.floats(4, 6);
  const y = x.mul(3);
  const z = y.transpose(0, 1).add(make.floats(6, 4));
  const row = y.select(0, 1).mul(y.select(0, 2));
  const flat = y.reshape([24]).add(1);
  return [y, z, row, flat, y.narrow(1, 2, 3).neg()];
});

same("freed intermediates", (make) => {
  const x = make.floats(33);
  const a = x.mul(2);
  const b = a.add(x);
  a.dispose();
  const c = b.mul(b);
  b.dispose();
  return [c.sub(x)];
});

same("a freed operand", (make) => {
  const x = make.floats(33);
  const y = make.floats(33);
  const z = x.mul(y);
  x.dispose();
  const w = z.add(y);
  y.dispose();
  return [z, w];
});

same("more ops than one kernel holds", (make) => {
  let x = make.floats(70);
  const y = make.floats(70);
  for (let i = 0; i < 61; i++) x = i % 3 === 0 ? x.mul(0.75) : i % 3 === 1 ? x.add(y) : x.sub(0.5);
  return [x];
});

same("more arrays than one kernel binds", (make) => {
  const terms = Array.from({ length: 20 }, () => make.floats(9));
  const products = terms.map((x, i) => x.mul(terms[(i + 7) % 20]));
  return [products.reduce((sum, x) => sum.add(x)), ...products];
});

same("broadcast operands", (make) => {
  const x = make.floats(3, 1, 5);
  const y = make.floats(4, 1);
  const z = make.floats();
  const sum = x.add(y).mul(z);
  return [sum, sum.sub(x).add(y), y.mul(z).add(y), x.expand([3, 4, 5]).mul(x)];
});

same("overwriting an operand of an earlier op", (make) => {
  const x = make.floats(12);
  const y = x.mul(2);
  x.add_(1);
  const z = x.mul(y);
  x.copy_(z);
  y.add_(x);
  const w = x.mul(3);
  x.zero_();
  return [x, y, z, w, x.add(w)];
});

same("overwriting a slice", (make) => {
  const x = make.floats(6, 4);
  const y = x.mul(2);
  y.narrow(0, 1, 2).copy_(make.floats(2, 4));
  const z = y.add(x);
  z.select(1, 3).copy_(y.select(1, 0));
  x.narrow(1, 0, 2).mul_(3);
  return [x, y, z, y.add(z)];
});

same("an operand that overlaps the result elsewhere", (make) => {
  const x = make.floats(5, 5);
  x.add_(x.transpose(0, 1));
  const y = make.floats(10);
  y.narrow(0, 0, 5).add_(y.narrow(0, 5, 5));
  y.narrow(0, 1, 9).copy_(y.narrow(0, 0, 9).mul(1));
  return [x, y];
});

same("constants, and what is done to them later", (make) => {
  const c = make.full(2, 3, 4);
  const x = make.floats(3, 4);
  const y = x.mul(c);
  c.add_(x);
  const z = y.add(c);
  const d = make.full(5, 3, 4);
  d.narrow(0, 0, 1).copy_(x.narrow(0, 0, 1));
  const e = make.full(7, 3, 4);
  const f = e.mul(e);
  e.zero_();
  return [c, y, z, d, d.mul(x), e, f];
});

same("a scalar that changes", (make) => {
  const s = make.full(3);
  const x = make.floats(8);
  const y = x.mul(s);
  s.add_(1);
  const z = x.mul(s);
  s.mul_(s);
  return [s, y, z, x.mul(s)];
});

same("memory that nobody wrote, freed before the kernel runs", (make) => {
  const x = make.floats(8);
  const nothing = empty(backendOf(make.device), [8], "float32");
  const y = where(x.gt(5), nothing, x);
  nothing.dispose();
  return [y];
});

same("dtypes in one chain", (make) => {
  const x = make.floats(50);
  const whole = x.mul(300).to("int32");
  const byte = whole.to("uint8");
  const positive = whole.gt(0);
  return [whole, byte, byte.add(byte), positive, where(positive, x, x.mul(0.5)), whole.mul(whole).to("float32")];
});

same("rounding between the ops", (make) => {
  const x = make.floats(1000);
  const y = make.floats(1000).mul(1e6);
  return [x.add(y).sub(y), x.mul(y).sub(x.mul(y).add(1)), x.add(1).sub(1)];
});

same("a scalar result among shapes", (make) => {
  const x = make.floats(1);
  const y = make.floats();
  const z = make.floats(1, 1);
  return [x.add(1), y.add(1), z.add(1), x.mul(y).mul(z)];
});

same("empty results between others", (make) => {
  const x = make.floats(4);
  const none = make.floats(0, 4);
  const y = x.mul(2);
  return [none.add(y), y.add(x)];
});

same("many rows of workgroups", (make) => {
  const x = make.floats(300, 1);
  return [x.mul(2).add(make.floats(1, 40)).sub(x)];
});

gpuTest("chains on webgpu: more workgroups than one axis of a dispatch takes", async () => {
  const n = 65535 * 64 + 1000;
  const x = fromValues(Float32Array.from({ length: n }, (_, i) => i % 4096), [n], "float32", "webgpu");
  const values = await x.mul(2).add(1).data();
  x.dispose();
  let wrong = -1;
  for (let i = 0; i < n && wrong < 0; i++) if (values[i] !== 2 * (i % 4096) + 1) wrong = i;
  assertEquals(wrong, -1);
});

gpuTest("chains on webgpu: ten ops are one dispatch, and nothing is written but what is held", async (gpu) => {
  const x = fromValues(new Float32Array(100).fill(0.5), [100], "float32", "webgpu");
  await gpu.finish();
  const before = gpu.memory();
  let y = x;
  for (let i = 0; i < 10; i++) {
    const next = y.mul(0.9);
    if (y !== x) y.dispose();
    y = next;
  }
  await gpu.finish();
  const after = gpu.memory();
  assertEquals(after.dispatches - before.dispatches, 1);
  assert(after.liveBytes - before.liveBytes <= 512, `${after.liveBytes - before.liveBytes} bytes for one result`);
});

gpuTest("casts on webgpu: floats saturate, NaN becomes 0, denormal numbers are true", async () => {
  const values = Float32Array.of(NaN, Infinity, -Infinity, 3e9, -3e9, 1.9, -1.9, 255.5, 256, -1, 1e-40, 0, -0);
  const x = fromValues(values, [values.length], "float32", "webgpu");
  const expected = fromValues(values, [values.length], "float32", "reference");
  for (const dtype of ["int32", "uint8", "bool"] as const) {
    assertEquals([...await x.to(dtype).data()], [...await expected.to(dtype).data()], dtype);
  }
});

gpuTest("fill on webgpu wraps to the dtype as a typed array does", async () => {
  for (const [dtype, value] of [["uint8", 300], ["uint8", -1], ["int32", 1.7], ["bool", 5]] as const) {
    const host = empty(backendOf("reference"), [6], dtype);
    const x = empty(backendOf("webgpu"), [6], dtype);
    for (const target of [host, x]) target.storage.backend.fill(target, value);
    const twice = [x, x.narrow(0, 1, 3)].map((y) => y.logicalOr(y));
    assertEquals([...await x.data()], [...await host.data()], dtype);
    assertEquals([...await twice[0].data()], new Array(6).fill(1));
    x.narrow(0, 2, 2).storage.backend.fill(x.narrow(0, 2, 2), 0);
    assertEquals([...await x.data()].filter((y) => y === 0).length, 2);
  }
});
