/**
 * Sums of products in Einstein's notation.
 *
 * @module
 */
import { refused } from "../tensor/arguments.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape, numelOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { mul } from "./binary.ts";
import { diagonal } from "./diagonal.ts";
import { matmul } from "./matmul.ts";
import { sum } from "./reduce.ts";
import { permute, reshape } from "./shape.ts";

/** A tensor whose axes have names. Axes of an ellipsis are named ".1", ".2", ... from the right. */
interface Named {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

function fail(equation: string, expected: string, got: string): never {
  throw new ArgumentError(`einsum("${equation}"): expected ${expected}, got ${got}`);
}

/** Labels of one term for a tensor of `rank` axes, of which those that have no letter belong to the ellipsis. */
function parseTerm(equation: string, term: string, rank: number | null): string[] {
  const parts = term.split("...");
  if (parts.length > 2 || !/^[A-Za-z]*$/.test(parts.join(""))) {
    fail(equation, "letters and at most one ellipsis per operand", `"${term}"`);
  }
  const letters = parts.map((part) => [...part]);
  if (parts.length === 1) return letters[0];
  const count = rank === null ? 0 : rank - letters[0].length - letters[1].length;
  const hidden = Array.from({ length: Math.max(0, count) }, (_, i) => `.${count - i}`);
  return [...letters[0], ...hidden, ...letters[1]];
}

/** Letters that appear once in all, in alphabetical order, after the axes of the ellipses. */
function implicitOutput(labels: readonly string[], hidden: readonly string[]): string[] {
  const letters = labels.filter((label) => !label.startsWith("."));
  return [...hidden, ...letters.filter((label) => letters.indexOf(label) === letters.lastIndexOf(label)).sort()];
}

/** Refuses labels that stand for different sizes; axes of size 1 broadcast. */
function checkSizes(equation: string, operands: readonly Named[]): void {
  const sizes = new Map<string, number>();
  for (const { x, labels } of operands) {
    for (const [d, label] of labels.entries()) {
      const known = sizes.get(label) ?? 1;
      const size = x.shape[d];
      if (known !== size && known !== 1 && size !== 1) {
        throw new ShapeError(
          `einsum("${equation}"): expected one size for "${label}", got ${known} and ${size} (axis ${d} of shape ` +
            `${formatShape(x.shape)})`,
        );
      }
      if (known === 1) sizes.set(label, size);
    }
  }
}

/** Takes diagonals until no label is there twice. */
function withoutRepeats(equation: string, { x, labels }: Named): Named {
  const second = labels.findIndex((label, i) => labels.indexOf(label) !== i);
  if (second < 0) return { x, labels };
  const first = labels.indexOf(labels[second]);
  if (x.shape[first] !== x.shape[second]) {
    throw new ShapeError(
      `einsum("${equation}"): expected axes of one size for a repeated "${labels[second]}", got shape ` +
        formatShape(x.shape),
    );
  }
  const rest = labels.filter((_, i) => i !== first && i !== second);
  return withoutRepeats(equation, {
    x: diagonal(x, { dim1: first, dim2: second }),
    labels: [...rest, labels[second]],
  });
}

/** Sums over the axes whose label is not kept. */
function sumOut({ x, labels }: Named, isKept: (label: string) => boolean): Named {
  const dims = labels.flatMap((label, d) => isKept(label) ? [] : [d]);
  return dims.length === 0 ? { x, labels } : { x: sum(x, dims), labels: labels.filter(isKept) };
}

/** Drops axes of size 1 whose label the other operand has too: they broadcast. */
function withoutUnitAxes({ x, labels }: Named, other: Named): Named {
  const isUnit = labels.map((label, d) => x.shape[d] === 1 && other.labels.includes(label));
  if (!isUnit.includes(true)) return { x, labels };
  return { x: reshape(x, x.shape.filter((_, d) => !isUnit[d])), labels: labels.filter((_, d) => !isUnit[d]) };
}

/** `x` with its axes in the order of `labels`. */
function arranged({ x, labels }: Named, order: readonly string[]): Tensor {
  const dims = order.map((label) => labels.indexOf(label));
  return dims.every((d, i) => d === i) ? x : permute(x, dims);
}

/** Multiplies two operands and sums over the labels that both have and nobody needs any more. */
function contract(first: Named, second: Named, isKept: (label: string) => boolean): Named {
  const neededBy = (other: Named) => (label: string): boolean => isKept(label) || other.labels.includes(label);
  const squeezed = withoutUnitAxes(first, second);
  const b = sumOut(withoutUnitAxes(second, squeezed), neededBy(squeezed));
  const a = sumOut(squeezed, neededBy(b));
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter(isKept);
  const summed = shared.filter((label) => !isKept(label));
  const rows = a.labels.filter((label) => !shared.includes(label));
  const columns = b.labels.filter((label) => !shared.includes(label));
  const sizeOf = ({ x, labels }: Named) => (label: string): number => x.shape[labels.indexOf(label)];
  const [batchSizes, sumSizes] = [batch.map(sizeOf(a)), summed.map(sizeOf(a))];
  const [rowSizes, columnSizes] = [rows.map(sizeOf(a)), columns.map(sizeOf(b))];
  const shape = [...batchSizes, ...rowSizes, ...columnSizes];
  const labels = [...batch, ...rows, ...columns];
  const left = arranged(a, [...batch, ...rows, ...summed]);
  const right = arranged(b, [...batch, ...summed, ...columns]);
  if (summed.length === 0) {
    const spread = reshape(left, [...batchSizes, ...rowSizes, ...columns.map(() => 1)]);
    return { x: mul(spread, reshape(right, [...batchSizes, ...rows.map(() => 1), ...columnSizes])), labels };
  }
  const [m, k, n] = [numelOf(rowSizes), numelOf(sumSizes), numelOf(columnSizes)];
  const product = matmul(reshape(left, [...batchSizes, m, k]), reshape(right, [...batchSizes, k, n]));
  return { x: reshape(product, shape), labels };
}

/** The output's labels: as the equation says, or those of the implicit form. */
function outputLabels(
  equation: string,
  output: string | undefined,
  operands: readonly Named[],
): readonly string[] {
  const all = operands.flatMap(({ labels }) => labels);
  const most = Math.max(0, ...all.filter((label) => label.startsWith(".")).map((label) => Number(label.slice(1))));
  const hidden = Array.from({ length: most }, (_, i) => `.${most - i}`);
  if (output === undefined) return implicitOutput(all, hidden);
  const letters = output.replace("...", "").length;
  const labels = parseTerm(equation, output, output.includes("...") ? letters + most : null);
  const stranger = labels.find((label) => !all.includes(label));
  if (stranger !== undefined) fail(equation, "output letters that some operand has", `"${stranger}"`);
  const repeated = labels.find((label, i) => labels.indexOf(label) !== i);
  if (repeated !== undefined) fail(equation, "each output letter once", `"${repeated}" twice`);
  return labels;
}

/**
 * Sums of products: `einsum("ij,jk->ik", a, b)` is the product of two matrices. Each operand names its axes by letters; axes
 * of one letter are multiplied element by element, and summed where the letter is not in the output. "..." stands for any
 * further axes, which broadcast; a letter that an operand has twice takes its diagonal. Without "->" the output has the
 * letters that appear once, in alphabetical order. Operands are contracted from left to right.
 *
 * ```ts
 * import { einsum, ones, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const a = tensor([[1, 2], [3, 4]]);
 * assertEquals(einsum("ii->", a).item(), 5);
 * assertEquals(einsum("bij,bjk->bik", ones([3, 2, 4]), ones([3, 4, 5])).shape, [3, 2, 5]);
 * ```
 *
 * @throws ArgumentError for an equation that does not fit the operands.
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  if (typeof equation !== "string") {
    throw refused("einsum", "an equation first", equation, `; pass einsum("ij,jk->ik", a, b)`);
  }
  const [inputs, output, ...more] = equation.replaceAll(" ", "").split("->");
  if (more.length > 0) fail(equation, `one "->"`, `${more.length + 1}`);
  const terms = inputs.split(",");
  if (terms.length !== operands.length || operands.length === 0) {
    fail(equation, `${terms.length} operands`, `${operands.length}`);
  }
  const named = terms.map((term, i): Named => {
    const labels = parseTerm(equation, term, operands[i].ndim);
    if (labels.length !== operands[i].ndim) {
      fail(equation, `an operand ${i} of ${labels.length} dimensions`, `shape ${formatShape(operands[i].shape)}`);
    }
    return { x: operands[i], labels };
  });
  checkSizes(equation, named);
  const result = outputLabels(equation, output, named);
  const distinct = named.map((operand) => withoutRepeats(equation, operand));
  let total = distinct[0];
  for (let i = 1; i < distinct.length; i++) {
    const later = distinct.slice(i + 1).flatMap(({ labels }) => labels);
    total = contract(total, distinct[i], (label) => result.includes(label) || later.includes(label));
  }
  return arranged(sumOut(total, (label) => result.includes(label)), result);
}
