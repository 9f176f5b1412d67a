import { assert, assertEquals } from "@std/assert";
import type { ArrayRef } from "../array.ts";
import type { ElementwiseKernel } from "../backend.ts";
import type { DType } from "../dtype.ts";
import { elementwise as reference } from "../reference/elementwise.ts";
import { setNumThreads, threads } from "../threads.ts";
import { elementwise as wasm } from "./elementwise.ts";
import {
  BACKWARD,
  BINARY,
  COMPARISONS,
  EPSILON,
  FLOATS,
  type Formula,
  PREDICATES,
  remainder,
  type Row,
  TERNARY,
  UNARY,
  WHERE,
} from "./elementwise_testing.ts";
import { signedGenerator, type Twin, uniformGenerator, withTwins } from "./twin_testing.ts";

const SPECIAL_FLOATS = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  -1.5,
  2.5,
  -2.5,
  3,
  -3,
  6,
  -7,
  1e-40,
  -1e-40,
  5e-324,
];
const SPECIAL_VALUES: Readonly<Record<DType, readonly number[]>> = {
  float32: SPECIAL_FLOATS,
  float64: SPECIAL_FLOATS,
  int32: [0, 1, -1, 2, -2, 7, -7, 31, 32, 33, -33, 2147483647, -2147483648],
  uint8: [0, 1, 2, 3, 7, 8, 9, 127, 128, 129, 254, 255],
  bool: [0, 1],
};

/** Reads random numbers that suit a dtype. */
function randomValue(dtype: DType, seed: number): () => number {
  const signed = signedGenerator(seed);
  const uniform = uniformGenerator(seed + 1);
  if (dtype === "bool") return () => Math.floor(2 * uniform());
  if (dtype === "uint8") return () => Math.floor(256 * uniform());
  if (dtype === "int32") return () => Math.floor(signed() * 2 ** (20 * uniform()));
  return () => signed() * 2 ** (8 * uniform() - 4);
}

/** Every combination of the special values of the operands, then random ones: one list per operand. */
function operandValues(dtypes: readonly DType[], isUsed: (value: number) => boolean = () => true): number[][] {
  let combinations: number[][] = [[]];
  for (const dtype of dtypes) {
    const special = SPECIAL_VALUES[dtype].filter(isUsed);
    combinations = combinations.flatMap((values) => special.map((value) => [...values, value]));
  }
  const random = dtypes.map((dtype, operand) => randomValue(dtype, 17 * operand + 3));
  for (let i = 0; i < 200; i++) combinations.push(random.map((next) => next()));
  return dtypes.map((_, operand) => combinations.map((values) => values[operand]));
}

function kernelOf(row: Row, dtype: DType): ElementwiseKernel {
  const formula = dtype === "int32" ? row.integerFormula ?? row.formula : row.formula;
  return { name: row.name, reference: formula, wgsl: "" };
}

/** The backends' methods with as many operands as are given. */
function run(
  backend: typeof wasm,
  kernel: ElementwiseKernel,
  [a, b, c]: readonly ArrayRef[],
  out: ArrayRef,
  { p0 = 0, p1 = 0 }: Row,
): void {
  if (b === undefined) backend.unary(kernel, a, out, p0, p1);
  else if (c === undefined) backend.binary(kernel, a, b, out, p0, p1);
  else backend.ternary(kernel, a, b, c, out, p0, p1);
}

/** Fails unless the two backends agree as closely as the row demands. */
function check(row: Row, dtype: DType, operands: readonly Twin[], out: Twin): void {
  out.check(`${dtype} ${row.name}`, { absolute: Infinity, relative: 0 });
  const { epsilons = 0, bound = () => 0, p0 = 0, p1 = 0 } = row;
  const inputs = operands.map((operand) => operand.expected());
  const expected = out.expected();
  const smallest = dtype === "float32" ? 2 ** -149 : 2 ** -1074;
  out.result().forEach((value, i) => {
    const [a, b = 0, c = 0] = inputs.map((input) => input[i]);
    const scale = Math.max(Math.abs(expected[i]), bound(a, b, c, p0, p1));
    const close = epsilons > 0 && Number.isFinite(expected[i]) &&
      Math.abs(value - expected[i]) <= epsilons * (EPSILON[dtype] * scale + smallest);
    assert(
      close || Object.is(value, expected[i]),
      `${dtype} ${row.name}(${a}, ${b}, ${c}; ${p0}, ${p1}): expected ${expected[i]}, got ${value}`,
    );
  });
}

/** The result of `row` for the first `n` elements of `operands`, in a fresh array. */
function prefix(row: Row, dtype: DType, operands: readonly Twin[], outDtype: DType, n: number): Uint8Array {
  let result: Uint8Array = new Uint8Array();
  withTwins((twin) => {
    const out = twin(outDtype, [n], () => 1);
    const first = (x: ArrayRef) => ({ ...x, shape: [n], numel: n });
    run(wasm, kernelOf(row, dtype), operands.map((operand) => first(operand.wasm)), out.wasm, row);
    run(reference, kernelOf(row, dtype), operands.map((operand) => first(operand.reference)), out.reference, row);
    out.check(`${dtype} ${row.name}, n = ${n}`, { absolute: Infinity, relative: 0 });
    result = out.resultBytes();
  });
  return result;
}

/** Holds `row` to its formula on all values, and every short prefix of them to the same bits. */
function testRow(row: Row, operandDtypes: (dtype: DType) => readonly DType[], outDtype: (dtype: DType) => DType): void {
  for (const dtype of row.dtypes) {
    const values = operandValues(operandDtypes(dtype), row.special);
    const n = values[0].length;
    withTwins((twin) => {
      const operands = operandDtypes(dtype).map((of, operand) => twin(of, [n], (i) => values[operand][i]));
      const out = twin(outDtype(dtype), [n], () => 1);
      const kernel = kernelOf(row, dtype);
      run(wasm, kernel, operands.map((operand) => operand.wasm), out.wasm, row);
      run(reference, kernel, operands.map((operand) => operand.reference), out.reference, row);
      check(row, dtype, operands, out);
      const whole = out.resultBytes();
      for (const length of [...Array(18).keys(), 63, 64, 65]) {
        const bytes = prefix(row, dtype, operands, outDtype(dtype), length);
        assertEquals(bytes, whole.slice(0, bytes.length), `${dtype} ${row.name}: n = ${length} differs`);
      }
    });
  }
}

function testRows(title: string, rows: readonly Row[], operands: number, outDtype?: DType): void {
  for (const row of rows) {
    const settings = row.p0 === undefined ? "" : ` (${row.p0}${row.p1 === undefined ? "" : `, ${row.p1}`})`;
    Deno.test(`${title}: ${row.name}${settings} of ${row.dtypes}`, () => {
      testRow(row, (dtype) => new Array<DType>(operands).fill(dtype), (dtype) => outDtype ?? dtype);
    });
  }
}

testRows("unary", UNARY, 1);
testRows("predicate", PREDICATES, 1, "bool");
testRows("binary", BINARY, 2);
testRows("comparison", COMPARISONS, 2, "bool");
testRows("backward", BACKWARD, 2);
testRows("ternary", TERNARY, 3);
Deno.test("ternary: where", () => testRow(WHERE, (dtype) => ["bool", dtype, dtype], (dtype) => dtype));

Deno.test("binary: nextafter moves by one unit in the last place", () => {
  const cases: readonly (readonly [DType, number, number, number])[] = [
    ["float32", 1, 2, 1 + 2 ** -23],
    ["float32", 1, -Infinity, 1 - 2 ** -24],
    ["float32", 0, -1, -(2 ** -149)],
    ["float32", -0, 1, 2 ** -149],
    ["float32", 2 ** -149, -1, 0],
    ["float32", -1, -2, -1 - 2 ** -23],
    ["float32", Infinity, 0, (2 - 2 ** -23) * 2 ** 127],
    ["float32", 3, 3, 3],
    ["float32", 0, -0, -0],
    ["float32", NaN, 1, NaN],
    ["float64", 1, NaN, NaN],
    ["float64", 1, 2, 1 + 2 ** -52],
    ["float64", 1, 0, 1 - 2 ** -53],
    ["float64", 0, 1, 5e-324],
    ["float64", Number.MAX_VALUE, Infinity, Infinity],
    ["float64", -1, 0, -1 + 2 ** -53],
  ];
  for (const [dtype, a, b, expected] of cases) {
    withTwins((twin) => {
      const out = twin(dtype, [], () => 1);
      const kernel = { name: "nextafter", reference: () => expected, wgsl: "" };
      wasm.binary(kernel, twin(dtype, [], () => a).wasm, twin(dtype, [], () => b).wasm, out.wasm, 0, 0);
      assertEquals(out.result()[0], expected, `${dtype} nextafter(${a}, ${b})`);
    });
  }
});

Deno.test("binary: remainders are exact however far apart the operands are", () => {
  const spread: Readonly<Record<string, number>> = { float32: 120, float64: 1000 };
  for (const dtype of FLOATS) {
    for (const [name, formula] of [["fmod", (a: number, b: number) => a % b], ["remainder", remainder]] as const) {
      withTwins((twin) => {
        const exponent = signedGenerator(5);
        const value = signedGenerator(6);
        const next = () => value() * 2 ** Math.round(exponent() / 2 * spread[dtype]);
        const a = twin(dtype, [3000], next);
        const b = twin(dtype, [3000], next);
        const out = twin(dtype, [3000], () => 1);
        const kernel = { name, reference: formula, wgsl: "" };
        wasm.binary(kernel, a.wasm, b.wasm, out.wasm, 0, 0);
        reference.binary(kernel, a.reference, b.reference, out.reference, 0, 0);
        out.check(`${dtype} ${name}`);
      });
    }
  }
});

Deno.test("binary: integer division by zero gives 0 and the smallest integer does not trap", () => {
  for (const name of ["floor_divide", "remainder", "fmod"]) {
    withTwins((twin) => {
      const a = twin("int32", [2], () => -2147483648);
      const b = twin("int32", [2], (i) => i - 1);
      const out = twin("int32", [2], () => 1);
      wasm.binary({ name, reference: () => 0, wgsl: "" }, a.wasm, b.wasm, out.wasm, 0, 0);
      assertEquals([...out.result()], [name === "floor_divide" ? -2147483648 : 0, 0], name);
    });
  }
});

/** Ways in which an operand of some shape may lie in memory. */
type Layout = "contiguous" | "reversed" | "stepped" | "repeated";
const LAYOUTS: readonly Layout[] = ["contiguous", "reversed", "stepped", "repeated"];

/** The same strided window on both backends, over a twin made for it. */
function view(
  twin: (dtype: DType, shape: readonly number[], value: (i: number) => number) => Twin,
  dtype: DType,
  shape: readonly number[],
  layout: Layout,
): Record<"wasm" | "reference", ArrayRef> {
  const next = randomValue(dtype, shape.length + 5);
  const last = shape.length - 1;
  let base = shape;
  if (layout === "reversed") base = shape.toReversed();
  if (layout === "stepped" && last >= 0) base = shape.with(last, 2 * shape[last]);
  if (layout === "repeated" && last >= 0) base = shape.with(0, Math.min(1, shape[0]));
  const made = twin(dtype, base, next);
  let strides = made.wasm.strides;
  if (layout === "reversed") strides = strides.toReversed();
  if (layout === "stepped" && last >= 0) strides = strides.with(last, 2);
  if (layout === "repeated" && last >= 0) strides = strides.with(0, 0);
  const numel = shape.reduce((product, size) => product * size, 1);
  return { wasm: { ...made.wasm, shape, strides, numel }, reference: { ...made.reference, shape, strides, numel } };
}

const SHAPES: readonly (readonly [readonly number[], readonly number[], readonly number[]])[] = [
  [[], [], []],
  [[], [3], [3]],
  [[1], [5], [5]],
  [[4, 5], [5], [4, 5]],
  [[4, 5], [4, 1], [4, 5]],
  [[4, 1], [1, 5], [4, 5]],
  [[4, 1], [4, 1], [4, 1]],
  [[4, 1], [4, 1], [4, 5]],
  [[2, 3, 4], [3, 1], [2, 3, 4]],
  [[2, 3, 4, 5], [2, 1, 4, 1], [2, 3, 4, 5]],
  [[2, 1, 4, 1], [1, 3, 1, 5], [2, 3, 4, 5]],
  [[2, 3, 4, 5], [3, 1, 5], [2, 3, 4, 5]],
  [[2, 3, 1, 5], [2, 3, 4, 5], [2, 3, 4, 5]],
  [[3, 70], [1, 70], [3, 70]],
  [[2, 2, 1, 67], [2, 1, 3, 1], [2, 2, 3, 67]],
  [[0, 3], [3], [0, 3]],
  [[2, 0], [2, 1], [2, 0]],
];

Deno.test("unary: strided operands", () => {
  const kernel = { name: "neg", reference: (x: number) => -x, wgsl: "" };
  for (const shape of [[], [1], [6], [4, 5], [2, 3, 4], [3, 0], [2, 3, 4, 5]]) {
    for (const layout of LAYOUTS) {
      withTwins((twin) => {
        const x = view(twin, "float32", shape, layout);
        const out = twin("float32", shape, () => 1);
        wasm.unary(kernel, x.wasm, out.wasm, 0, 0);
        reference.unary(kernel, x.reference, out.reference, 0, 0);
        out.check(`${layout} [${shape}]`);
      });
    }
  }
});

Deno.test("binary: broadcasting and strides", () => {
  const rows: readonly (readonly [string, DType, DType, Formula])[] = [
    ["sub", "float32", "float32", (a, b) => a - b],
    ["sub", "float64", "float64", (a, b) => a - b],
    ["sub", "uint8", "uint8", (a, b) => a - b],
    ["lt", "float32", "bool", (a, b) => Number(a < b)],
    ["ge", "float64", "bool", (a, b) => Number(a >= b)],
    ["ne", "uint8", "bool", (a, b) => Number(a !== b)],
    ["xlogy", "float32", "float32", (a, b) => a * Math.log(b)],
  ];
  for (const [name, dtype, outDtype, formula] of rows) {
    const kernel = { name, reference: formula, wgsl: "" };
    for (const [aShape, bShape, outShape] of SHAPES) {
      for (const aLayout of LAYOUTS) {
        for (const bLayout of LAYOUTS) {
          withTwins((twin) => {
            const a = view(twin, dtype, aShape, aLayout);
            const b = view(twin, dtype, bShape, bLayout);
            const out = twin(outDtype, outShape, () => 1);
            wasm.binary(kernel, a.wasm, b.wasm, out.wasm, 0, 0);
            reference.binary(kernel, a.reference, b.reference, out.reference, 0, 0);
            const tolerance = { absolute: 0, relative: name === "xlogy" ? 2 ** -22 : 0 };
            out.check(`${name}: ${aLayout} [${aShape}], ${bLayout} [${bShape}]`, tolerance);
          });
        }
      }
    }
  }
});

Deno.test("ternary: broadcasting and strides", () => {
  const kernel = { name: "where", reference: WHERE.formula, wgsl: "" };
  for (const dtype of ["float32", "float64", "int32", "uint8"] as const) {
    for (const [aShape, bShape, outShape] of SHAPES) {
      for (const layout of LAYOUTS) {
        for (const cShape of [[], bShape, outShape]) {
          withTwins((twin) => {
            const a = view(twin, "bool", aShape, layout);
            const b = view(twin, dtype, bShape, layout);
            const c = view(twin, dtype, cShape, "contiguous");
            const out = twin(dtype, outShape, () => 1);
            wasm.ternary(kernel, a.wasm, b.wasm, c.wasm, out.wasm, 0, 0);
            reference.ternary(kernel, a.reference, b.reference, c.reference, out.reference, 0, 0);
            out.check(`${layout} [${aShape}], [${bShape}], [${cShape}]`);
          });
        }
      }
    }
  }
});

Deno.test("the output may be an operand", () => {
  const row = (name: string, formula: Formula) => ({ name, reference: formula, wgsl: "" });
  for (const n of [1, 7, 64, 129]) {
    withTwins((twin) => {
      const values = () => signedGenerator(n);
      const x = twin("float32", [n], values());
      const y = twin("float32", [n], (i) => i);
      const condition = twin("bool", [n], (i) => i % 2);
      wasm.unary(row("abs", Math.abs), x.wasm, x.wasm, 0, 0);
      reference.unary(row("abs", Math.abs), x.reference, x.reference, 0, 0);
      x.check("abs");
      for (const [a, b] of [[x, y], [y, x], [x, x]]) {
        const kernel = row("sub", (a, b) => a - b);
        wasm.binary(kernel, a.wasm, b.wasm, x.wasm, 0, 0);
        reference.binary(kernel, a.reference, b.reference, x.reference, 0, 0);
        x.check("sub");
      }
      const kernel = row("where", WHERE.formula);
      wasm.ternary(kernel, condition.wasm, y.wasm, x.wasm, x.wasm, 0, 0);
      reference.ternary(kernel, condition.reference, y.reference, x.reference, x.reference, 0, 0);
      x.check("where");
    });
  }
});

Deno.test("results do not depend on the number of threads", () => {
  const before = threads();
  const shapes: readonly (readonly [readonly number[], readonly number[]])[] = [
    [[400_003], [400_003]],
    [[400_003], []],
    [[5, 80_001], [80_001]],
    [[5_001, 80], [80]],
    [[5_001, 80], [5_001, 1]],
  ];
  const results = [1, 4].map((count) => {
    setNumThreads(count);
    const bytes: Uint8Array[] = [];
    for (const [aShape, bShape] of shapes) {
      withTwins((twin) => {
        const a = twin("float32", aShape, signedGenerator(1));
        const b = twin("float32", bShape, signedGenerator(2));
        const kernel = (name: string) => ({ name, reference: () => 0, wgsl: "" });
        const out = twin("float32", aShape, () => 1);
        const mask = twin("bool", aShape, () => 1);
        const keep = (made: Twin) => bytes.push(made.resultBytes());
        wasm.unary(kernel("rsqrt"), a.wasm, out.wasm, 0, 0);
        keep(out);
        wasm.unary(kernel("signbit"), a.wasm, mask.wasm, 0, 0);
        keep(mask);
        wasm.binary(kernel("hypot"), a.wasm, b.wasm, out.wasm, 0, 0);
        keep(out);
        wasm.binary(kernel("lt"), b.wasm, a.wasm, mask.wasm, 0, 0);
        keep(mask);
        wasm.ternary(kernel("where"), mask.wasm, a.wasm, b.wasm, out.wasm, 0, 0);
        keep(out);
      });
    }
    return bytes;
  });
  setNumThreads(before);
  results[0].forEach((bytes, i) => assert(bytes.every((byte, j) => byte === results[1][i][j]), `result ${i} differs`));
});
