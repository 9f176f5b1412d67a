/**
 * Random chains of views against their definition: a view is a map from its coordinates to those of what it looks at.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { arange, ArgumentError, ones, rand, slice, type Tensor, tensor } from "../mod.ts";

/** A view by definition: its shape, and which element of the base each of its elements is. */
interface Model {
  readonly shape: readonly number[];
  readonly position: (coordinates: readonly number[]) => number;
}

/** One step of a chain; `numbers` choose axes and bounds. */
interface Step {
  readonly kind: string;
  readonly numbers: readonly number[];
}

/** All coordinates of a shape in row-major order. */
function coordinatesOf(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (prefixes, size) => prefixes.flatMap((prefix) => Array.from({ length: size }, (_, i) => [...prefix, i])),
    [[]],
  );
}

function positionsOf({ shape, position }: Model): number[] {
  return coordinatesOf(shape).map(position);
}

function baseModel(shape: readonly number[]): Model {
  return { shape, position: (c) => c.reduce((at, i, d) => at * shape[d] + i, 0) };
}

function derived(model: Model, shape: readonly number[], back: (c: readonly number[]) => number[]): Model {
  return { shape, position: (c) => model.position(back(c)) };
}

type Pair = { readonly x: Tensor; readonly model: Model };

/** Applies a step to both sides; a step that has no meaning for the shape changes nothing. */
function applyStep({ x, model }: Pair, { kind, numbers: [a, b, c] }: Step): Pair {
  const { shape } = model;
  const rank = shape.length;
  const axis = rank > 0 ? a % rank : 0;
  const size = shape[axis];
  switch (kind) {
    case "select": {
      if (rank === 0 || size === 0) break;
      const at = b % size;
      return {
        x: x.select(axis, at - size),
        model: derived(model, shape.toSpliced(axis, 1), (k) => k.toSpliced(axis, 0, at)),
      };
    }
    case "slice": {
      if (rank === 0) break;
      const [start, step] = [b % (size + 1), c % 3 + 1];
      const length = Math.ceil((size - start) / step);
      const index = [...Array.from({ length: axis }, () => slice()), slice(start, null, step)];
      return {
        x: x.get(...index),
        model: derived(model, shape.with(axis, length), (k) => k.with(axis, start + k[axis] * step)),
      };
    }
    case "transpose": {
      if (rank === 0) break;
      const other = b % rank;
      const swap = <T>(values: readonly T[]): T[] => values.with(axis, values[other]).with(other, values[axis]);
      return { x: x.transpose(axis, other - rank), model: derived(model, swap(shape), swap) };
    }
    case "movedim": {
      if (rank === 0) break;
      const to = b % rank;
      return {
        x: x.movedim(axis, to),
        model: derived(
          model,
          shape.toSpliced(axis, 1).toSpliced(to, 0, size),
          (k) => k.toSpliced(to, 1).toSpliced(axis, 0, k[to]),
        ),
      };
    }
    case "unsqueeze": {
      if (rank > 3) break;
      const at = a % (rank + 1);
      return { x: x.unsqueeze(at), model: derived(model, shape.toSpliced(at, 0, 1), (k) => k.toSpliced(at, 1)) };
    }
    case "squeeze": {
      if (rank === 0 || size !== 1) break;
      return { x: x.squeeze(axis), model: derived(model, shape.toSpliced(axis, 1), (k) => k.toSpliced(axis, 0, 0)) };
    }
    case "expand": {
      if (rank === 0 || size !== 1) break;
      return {
        x: x.expand(shape.with(axis, 2)),
        model: derived(model, shape.with(axis, 2), (k) => k.with(axis, 0)),
      };
    }
    case "diagonal": {
      if (rank < 2) break;
      const other = (axis + 1) % rank;
      const offset = b % 3 - 1;
      const length = Math.max(
        0,
        offset >= 0 ? Math.min(size, shape[other] - offset) : Math.min(size + offset, shape[other]),
      );
      const rest = shape.filter((_, d) => d !== axis && d !== other);
      return {
        x: x.diagonal({ offset, dim1: axis, dim2: other }),
        model: derived(model, [...rest, length], (k) => {
          const others = k.slice(0, -1);
          const i = k[k.length - 1];
          return shape.map((_, d) =>
            d === axis ? i + Math.max(0, -offset) : d === other ? i + Math.max(0, offset) : others.shift()!
          );
        }),
      };
    }
    case "unfold": {
      if (rank === 0 || rank > 3 || size === 0) break;
      const width = b % Math.min(size, 3) + 1;
      const step = c % 2 + 1;
      const count = Math.floor((size - width) / step) + 1;
      return {
        x: x.unfold(axis, width, step),
        model: derived(
          model,
          [...shape.with(axis, count), width],
          (k) => k.slice(0, -1).with(axis, k[axis] * step + k[rank]),
        ),
      };
    }
    case "split": {
      if (rank === 0 || size === 0) break;
      const part = Math.ceil(size / 2);
      const start = size > 1 ? part : 0;
      return {
        x: x.split(part, axis).at(-1)!,
        model: derived(model, shape.with(axis, size - start), (k) => k.with(axis, k[axis] + start)),
      };
    }
    case "unbind": {
      if (rank === 0 || size === 0) break;
      const at = b % size;
      return {
        x: x.unbind(axis)[at],
        model: derived(model, shape.toSpliced(axis, 1), (k) => k.toSpliced(axis, 0, at)),
      };
    }
  }
  return { x, model };
}

const KINDS = [
  "select",
  "slice",
  "transpose",
  "movedim",
  "unsqueeze",
  "squeeze",
  "expand",
  "diagonal",
  "unfold",
  "split",
  "unbind",
] as const;

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 });
const chains = fc.array(
  fc.record({ kind: fc.constantFrom(...KINDS), numbers: fc.tuple(fc.nat(11), fc.nat(11), fc.nat(11)) }),
  { minLength: 1, maxLength: 5 },
);
const OPTIONS = { seed: 20, numRuns: 300 };

function numelOf(shape: readonly number[]): number {
  return shape.reduce((n, size) => n * size, 1);
}

function follow(base: Tensor, chain: readonly Step[]): Pair {
  return chain.reduce(applyStep, { x: base, model: baseModel(base.shape) });
}

Deno.test("chains of views have the shape and the elements of their definition, in the storage of the base", () => {
  fc.assert(
    fc.property(shapes, chains, (shape, chain) => {
      const base = arange(numelOf(shape)).reshape(shape);
      const { x, model } = follow(base, chain);
      assertEquals([...x.shape], [...model.shape]);
      assertEquals([...x.dataSync()], positionsOf(model));
      assert(x.storage === base.storage);
    }),
    OPTIONS,
  );
});

Deno.test("writes through chains of views land in the base, and nowhere else", () => {
  fc.assert(
    fc.property(shapes, chains, (shape, chain) => {
      const base = arange(numelOf(shape)).reshape(shape).clone();
      const { x, model } = follow(base, chain);
      const written = new Set(positionsOf(model));
      if (x.numel > 0 && x.shape.some((size, d) => size > 1 && x.strides[d] === 0)) {
        assertThrows(() => x.fill_(-1), ArgumentError, "expanded");
        return;
      }
      x.fill_(-1);
      assertEquals([...base.dataSync()], Array.from({ length: base.numel }, (_, i) => written.has(i) ? -1 : i));
    }),
    OPTIONS,
  );
});

Deno.test("the gradient of a chain of views adds up at the elements it shows", () => {
  fc.assert(
    fc.property(shapes, chains, (shape, chain) => {
      const leaf = rand(shape, { dtype: "float64", requiresGrad: true });
      const { x, model } = follow(leaf, chain);
      const weights = Float64Array.from({ length: x.numel }, (_, i) => i + 1);
      x.mul(tensor(weights).reshape(x.shape)).sum().backward();
      const expected = new Float64Array(leaf.numel);
      positionsOf(model).forEach((position, i) => expected[position] += weights[i]);
      assertEquals([...leaf.grad!.dataSync()], [...expected]);
    }),
    OPTIONS,
  );
});

Deno.test("gradients see a write through a chain of views", () => {
  fc.assert(
    fc.property(shapes, chains, (shape, chain) => {
      const leaf = ones(shape, { dtype: "float64", requiresGrad: true });
      const base = leaf.mul(3);
      const { x, model } = follow(base, chain);
      if (new Set(positionsOf(model)).size !== x.numel) return;
      x.mul_(2);
      base.mul(base).sum().backward();
      // d/dx (3x)^2 = 18 where untouched, d/dx (6x)^2 = 72 where doubled.
      const doubled = new Set(positionsOf(model));
      assertEquals(
        [...leaf.grad!.dataSync()],
        Array.from({ length: leaf.numel }, (_, i) => doubled.has(i) ? 72 : 18),
      );
    }),
    OPTIONS,
  );
});

Deno.test("reshape keeps the row-major order of any chain of views", () => {
  fc.assert(
    fc.property(shapes, chains, (shape, chain) => {
      const { x, model } = follow(arange(numelOf(shape)).reshape(shape), chain);
      assertEquals([...x.flatten().dataSync()], positionsOf(model));
      assertEquals([...x.reshape([1, -1, 1].with(1, x.numel)).dataSync()], positionsOf(model));
    }),
    OPTIONS,
  );
});
