/**
 * How tensors print: PyTorch's layout.
 *
 * @module
 */
import { isFloating } from "./dtype.ts";
import type { Tensor } from "./tensor.ts";

const THRESHOLD = 1000;
const EDGE_ITEMS = 3;
const LINE_WIDTH = 80;
const PRECISION = 4;

/** Formats numbers as PyTorch does: one style for the whole tensor, padded to one width. */
function numberFormat(values: readonly number[], floating: boolean): (value: number) => string {
  const special = (v: number): string => Number.isNaN(v) ? "nan" : v > 0 ? "inf" : "-inf";
  let plain: (v: number) => string;
  if (!floating) plain = String;
  else {
    const finite = values.filter((v) => Number.isFinite(v) && v !== 0).map(Math.abs);
    const largest = Math.max(0, ...finite);
    const smallest = Math.min(Infinity, ...finite);
    const integral = finite.every(Number.isInteger);
    const scientific = integral ? largest >= 1e8 : largest / smallest > 1000 || largest > 1e8 || smallest < 1e-4;
    plain = scientific
      ? (v) => v.toExponential(PRECISION).replace(/e([+-])(\d)$/, "e$10$2")
      : integral
      ? (v) => `${Object.is(v, -0) ? "-0" : v}.`
      : (v) => (Object.is(v, -0) ? "-" : "") + v.toFixed(PRECISION);
  }
  const format = (v: number): string => Number.isFinite(v) ? plain(v) : special(v);
  const width = Math.max(0, ...values.map((v) => format(v).length));
  return (v) => format(v).padStart(width);
}

/** PyTorch's print form of a tensor: nested brackets, dtype and gradient suffix, summarised beyond 1000 elements. */
export function formatTensor(tensor: Tensor): string {
  const suffixes: string[] = [];
  if (tensor.numel === 0) suffixes.push(`size=(${tensor.shape.join(", ")})`);
  if (tensor.dtype !== "float32" && tensor.dtype !== "bool" && tensor.dtype !== "int32") {
    suffixes.push(`dtype=${tensor.dtype}`);
  }
  if (tensor.device !== "cpu") suffixes.push(`device="${tensor.device}"`);
  if (tensor.disposed) return `tensor(<disposed>, size=(${tensor.shape.join(", ")}))`;
  if (tensor.gradFn !== null) suffixes.push(`gradFn=<${tensor.gradFn.name}>`);
  else if (tensor.requiresGrad) suffixes.push("requiresGrad=true");
  const tail = suffixes.length > 0 ? `, ${suffixes.join(", ")}` : "";
  if (tensor.level !== null && (!tensor.level.alive || tensor.level.unreadable !== null)) {
    return `tensor(<boxed by ${tensor.level.transform}>, size=(${tensor.shape.join(", ")})${tail})`;
  }
  const data = tensor.dataSync();
  const { shape, ndim } = tensor;
  const summarise = tensor.numel > THRESHOLD;
  const visible = (size: number): (number | null)[] =>
    summarise && size > 2 * EDGE_ITEMS
      ? [
        ...Array.from({ length: EDGE_ITEMS }, (_, i) => i),
        null,
        ...Array.from({ length: EDGE_ITEMS }, (_, i) => size - EDGE_ITEMS + i),
      ]
      : Array.from({ length: size }, (_, i) => i);
  const shown: number[] = [];
  const collect = (axis: number, start: number, step: number): void => {
    if (axis === ndim) return void shown.push(data[start]);
    const inner = step / shape[axis];
    for (const i of visible(shape[axis])) if (i !== null) collect(axis + 1, start + i * inner, inner);
  };
  if (tensor.numel > 0) collect(0, 0, tensor.numel);
  const format = tensor.dtype === "bool"
    ? (v: number): string => v ? " true" : "false"
    : numberFormat(shown, isFloating(tensor.dtype));
  const build = (axis: number, start: number, step: number, indent: number): string => {
    if (axis === ndim) return format(data[start]);
    const inner = shape[axis] === 0 ? 0 : step / shape[axis];
    const parts = visible(shape[axis]).map((i) =>
      i === null ? "..." : build(axis + 1, start + i * inner, inner, indent + 1)
    );
    if (axis < ndim - 1) {
      return `[${parts.join("," + "\n".repeat(ndim - axis - 1) + " ".repeat(indent + 1))}]`;
    }
    const lines: string[] = [];
    let line = "";
    for (const [i, part] of parts.entries()) {
      const piece = part + (i < parts.length - 1 ? ", " : "");
      if (line.length + piece.trimEnd().length + indent + 1 > LINE_WIDTH && line !== "") {
        lines.push(line.trimEnd());
        line = "";
      }
      line += piece;
    }
    lines.push(line);
    return `[${lines.join("\n" + " ".repeat(indent + 1))}]`;
  };
  const prefix = "tensor(";
  const body = ndim === 0 && tensor.numel === 1
    ? format(data[0]).trimStart()
    : build(0, 0, tensor.numel, prefix.length);
  return `${prefix}${body}${tail})`;
}
