import { assert, assertEquals } from "@std/assert";
import type { ArrayRef } from "../array.ts";
import type { DType } from "../dtype.ts";
import { memory } from "../memory.ts";
import { movement as reference } from "../reference/movement.ts";
import { setNumThreads, threads } from "../threads.ts";
import { contiguousAddress, isContiguous } from "./contiguous.ts";
import { movement as wasm } from "./movement.ts";
import { signedGenerator, type Twin, uniformGenerator, withTwins } from "./twin_testing.ts";
import { randomView, type TwinView, viewOf } from "./view_testing.ts";

const DTYPES: readonly DType[] = ["float32", "float64", "int32", "uint8", "bool"];

/** Elements that make casts interesting, for each type. */
function valuesFor(dtype: DType): (i: number) => number {
  const random = signedGenerator(7);
  const special = [NaN, Infinity, -Infinity, -0, 3e9, -3e9, 255.9, 256, -0.9, 2147483520, 1e300, 1.5];
  switch (dtype) {
    case "float32":
    case "float64":
      return (i) => i % 3 === 0 ? special[(i / 3) % special.length] : random() * 200;
    case "int32":
      return (i) => i % 3 === 0 ? [2147483647, -2147483648, 16777217, 256][(i / 3) % 4] : Math.trunc(random() * 300);
    case "uint8":
      return (i) => (i * 37) % 256;
    case "bool":
      return () => Number(random() > 0);
  }
}

function checkCopy(source: TwinView, target: TwinView, owner: Twin, what: string): void {
  wasm.copy(source.wasm, target.wasm);
  reference.copy(source.reference, target.reference);
  owner.check(what);
}

Deno.test("copy casts between all types like the reference, in every row length", () => {
  for (const from of DTYPES) {
    for (const to of DTYPES) {
      for (const n of [0, 1, 2, 3, 4, 5, 7, 16, 17, 63, 64, 65, 600]) {
        withTwins((twin) => {
          const source = twin(from, [n], valuesFor(from));
          const target = twin(to, [n], () => 0);
          checkCopy(source, target, target, `${from} to ${to}, ${n} elements`);
        });
      }
    }
  }
});

Deno.test("copy follows any strides of source and target", () => {
  const random = uniformGenerator(11);
  for (let round = 0; round < 400; round++) {
    withTwins((twin) => {
      const from = DTYPES[Math.floor(random() * DTYPES.length)];
      const to = random() < 0.5 ? from : DTYPES[Math.floor(random() * DTYPES.length)];
      const shape = Array.from({ length: Math.floor(random() * 7) }, () => Math.floor(random() * 5));
      const source = randomView(twin, from, shape, random, valuesFor(from), { broadcast: true });
      const target = randomView(twin, to, shape, random, () => 0);
      checkCopy(source.view, target.view, target.owner, `round ${round}: ${from} to ${to} of [${shape}]`);
    });
  }
});

Deno.test("copy transposes planes of any size and type", () => {
  for (const [rows, columns] of [[4, 4], [5, 3], [16, 16], [17, 33], [64, 20], [1, 9], [2, 100]]) {
    for (const from of DTYPES) {
      for (const to of new Set<DType>([from, "float64", "bool"])) {
        withTwins((twin) => {
          const base = twin(from, [3, rows, columns], valuesFor(from));
          const target = twin(to, [3, columns, rows], () => 0);
          const source = viewOf(base, [3, columns, rows], [rows * columns, 1, columns], 0);
          checkCopy(source, target, target, `${from} to ${to}, ${rows} x ${columns}`);
        });
      }
    }
  }
});

Deno.test("copy keeps the bits of a NaN", () => {
  withTwins((twin) => {
    const source = twin("float32", [6], () => 0);
    const target = twin("float32", [6], () => 0);
    const bits = new Uint32Array([0x7fc00001, 0x7f800001, 0xffc12345, 0x80000000, 0x7fffffff, 1]);
    wasm.write({ ...source.wasm, dtype: "int32" }, new Int32Array(bits.buffer));
    wasm.copy(source.wasm, target.wasm);
    assertEquals([...new Uint32Array(target.resultBytes().buffer)], [...bits]);
  });
});

Deno.test("fill sets exactly the elements of the view", () => {
  const random = uniformGenerator(3);
  for (let round = 0; round < 200; round++) {
    withTwins((twin) => {
      const dtype = DTYPES[round % DTYPES.length];
      const shape = Array.from({ length: Math.floor(random() * 6) }, () => Math.floor(random() * 5));
      const { view, owner } = randomView(twin, dtype, shape, random, () => 1);
      for (const value of [2.5, NaN, 0, 7]) {
        wasm.fill(view.wasm, value);
        reference.fill(view.reference, value);
        owner.check(`fill ${dtype} [${shape}] with ${value}`);
      }
    });
  }
});

Deno.test("read gives a fresh array in row-major order", () => {
  const random = uniformGenerator(5);
  for (let round = 0; round < 100; round++) {
    withTwins((twin) => {
      const dtype = DTYPES[round % DTYPES.length];
      const shape = Array.from({ length: Math.floor(random() * 4) }, () => Math.floor(random() * 6));
      const { view } = randomView(twin, dtype, shape, random, valuesFor(dtype), { broadcast: true });
      const values = wasm.read(view.wasm, "test");
      assertEquals(values, reference.read(view.reference, "test"));
      assert(values.buffer !== memory.buffer);
    });
  }
});

Deno.test("write stores what read gives back", () => {
  for (const dtype of DTYPES) {
    for (const n of [0, 1, 5, 100]) {
      withTwins((twin) => {
        const target = twin(dtype, [n], () => 0);
        const values = wasm.read(twin(dtype, [n], valuesFor(dtype)).wasm, "test");
        wasm.write(target.wasm, values);
        reference.write(target.reference, values);
        target.check(`write ${dtype}`);
      });
    }
  }
});

Deno.test("isContiguous ignores axes of length 1 and empty arrays", () => {
  withTwins((twin) => {
    const base = twin("float32", [24], (i) => i).wasm;
    const at = (shape: number[], strides: number[]): ArrayRef => {
      return { ...base, shape, strides, numel: shape.reduce((a, b) => a * b, 1) };
    };
    assert(isContiguous(at([2, 3, 4], [12, 4, 1])));
    assert(isContiguous(at([2, 1, 4], [4, 99, 1])));
    assert(isContiguous(at([0, 3], [7, 7])));
    assert(isContiguous(at([], [])));
    assert(!isContiguous(at([4, 3], [1, 4])));
    assert(!isContiguous(at([2, 2], [4, 1])));
    assert(!isContiguous(at([3], [0])));
    const strided = contiguousAddress(at([4, 3], [1, 4]));
    strided.release();
    assertEquals(contiguousAddress(base).address % 4, 0);
  });
});

Deno.test("large copies are right when several threads share them", () => {
  const before = threads();
  const [rows, columns] = [601, 1003];
  setNumThreads(4);
  withTwins((twin) => {
    const base = twin("float32", [rows, columns], (i) => i - 1000);
    for (const to of ["float32", "bool"] as const) {
      for (
        const [shape, strides] of [[[rows * columns], [1]], [[columns, rows], [1, columns]], [[rows, columns], [0, 1]]]
      ) {
        const target = twin(to, shape, () => 0);
        checkCopy(viewOf(base, shape, strides, 0), target, target, `${to} [${shape}] with strides [${strides}]`);
      }
    }
  });
  setNumThreads(before);
});
