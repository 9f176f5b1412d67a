/**
 * How tensors print: PyTorch's layout.
 *
 * @module
 */
import { type DType, isFloating } from "./dtype.ts";
import type { Tensor } from "./tensor.ts";

/** PyTorch's default print options: summarise beyond so many elements, to so many at either end of an axis. */
const THRESHOLD = 1000;
const EDGE_ITEMS = 3;
const LINE_WIDTH = 80;
const PRECISION = 4;

const PREFIX = "tensor(";

/** Digits that tell a tie from its neighbours: a double near 1 has at most 52 behind the point. */
const EXACT_DIGITS = 60;

/** How one element prints, in a style that all elements share, and the width it is padded to. */
interface Formatter {
  readonly width: number;
  readonly format: (value: number) => string;
}

/** Rounds a tie to the even digit as C's printf does; JavaScript rounds it away from zero. */
function tiesToEven(rounded: string, exact: string): string {
  const tie = /^(.*\.\d*[02468])50*(e.*)?$/.exec(exact);
  if (tie === null || tie[1].length - tie[1].indexOf(".") - 1 !== PRECISION) return rounded;
  return tie[1] + (tie[2] ?? "");
}

function fixed(value: number): string {
  return (Object.is(value, -0) ? "-" : "") + tiesToEven(value.toFixed(PRECISION), value.toFixed(EXACT_DIGITS));
}

/** `1.0000e-05`: two digits of the exponent at least. */
function scientific(value: number): string {
  const text = tiesToEven(value.toExponential(PRECISION), value.toExponential(EXACT_DIGITS));
  return (Object.is(value, -0) ? "-" : "") + text.replace(/e([+-])(\d)$/, "e$10$2");
}

function integral(value: number): string {
  return `${Object.is(value, -0) ? "-0" : value}.`;
}

/** The style that shows all `values`: whole numbers, fixed point or scientific. */
function formatterOf(values: readonly number[], dtype: DType): Formatter {
  const widest = (texts: readonly string[]): number => texts.reduce((width, text) => Math.max(width, text.length), 1);
  if (!isFloating(dtype)) {
    const plain = (value: number): string => dtype === "bool" ? String(value !== 0) : String(value);
    return { width: widest(values.map(plain)), format: plain };
  }
  const shown = values.filter((value) => Number.isFinite(value) && value !== 0);
  const magnitudes = shown.map(Math.abs);
  const largest = Math.max(...magnitudes);
  const smallest = Math.min(...magnitudes);
  const isIntegral = shown.every(Number.isInteger);
  const isWide = shown.length > 0 &&
    (largest / smallest > 1000 || largest > 1e8 || (!isIntegral && smallest < 1e-4));
  const finite = isWide ? scientific : isIntegral ? integral : fixed;
  const format = (value: number): string =>
    Number.isFinite(value) ? finite(value) : Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  // As in PyTorch, zeros and what is not finite have no say in the width.
  return { width: widest(shown.map(finite)), format };
}

/** Positions along an axis that are shown, in order; null for the gap of a summary. */
function visiblePositions(size: number, summarise: boolean): (number | null)[] {
  const range = (start: number, end: number): number[] => Array.from({ length: end - start }, (_, i) => start + i);
  if (!summarise || size <= 2 * EDGE_ITEMS) return range(0, size);
  return [...range(0, EDGE_ITEMS), null, ...range(size - EDGE_ITEMS, size)];
}

/** Brackets around the elements of a tensor in row-major order, as they stand behind `tensor(`. */
function formatElements(data: ArrayLike<number>, shape: readonly number[], dtype: DType): string {
  const summarise = data.length > THRESHOLD;
  const axes = shape.map((size) => visiblePositions(size, summarise));
  const shown: number[] = [];
  const collect = (axis: number, start: number, count: number): void => {
    if (axis === shape.length) return void shown.push(data[start]);
    const inner = count / shape[axis];
    for (const i of axes[axis]) if (i !== null) collect(axis + 1, start + i * inner, inner);
  };
  collect(0, 0, data.length);
  const { width, format } = formatterOf(shown, dtype);

  const row = (start: number, indent: number): string => {
    const texts = axes[shape.length - 1].map((i) => i === null ? " ..." : format(data[start + i]).padStart(width));
    const perLine = Math.max(1, Math.floor((LINE_WIDTH - indent) / (width + 2)));
    const lines: string[] = [];
    for (let i = 0; i < texts.length; i += perLine) lines.push(texts.slice(i, i + perLine).join(", "));
    return `[${lines.join(`,\n${" ".repeat(indent + 1)}`)}]`;
  };
  const build = (axis: number, start: number, count: number, indent: number): string => {
    if (axis === shape.length - 1) return row(start, indent);
    const inner = count / shape[axis];
    const parts = axes[axis].map((i) => i === null ? "..." : build(axis + 1, start + i * inner, inner, indent + 1));
    return `[${parts.join("," + "\n".repeat(shape.length - axis - 1) + " ".repeat(indent + 1))}]`;
  };
  return shape.length === 0 ? format(data[0]) : build(0, 0, data.length, PREFIX.length);
}

/** `text`, the suffixes and a bracket; a suffix that does not fit the line begins a new one. */
function withSuffixes(text: string, suffixes: readonly string[]): string {
  let out = text;
  // PyTorch counts the last line two characters longer than it is.
  let lineLength = text.length - text.lastIndexOf("\n") + 1;
  for (const suffix of suffixes) {
    if (lineLength + suffix.length + 2 > LINE_WIDTH) {
      out += `,\n${" ".repeat(PREFIX.length)}${suffix}`;
      lineLength = PREFIX.length + suffix.length;
    } else {
      out += `, ${suffix}`;
      lineLength += suffix.length + 2;
    }
  }
  return `${out})`;
}

/** PyTorch's print form of a tensor: nested brackets, dtype and gradient suffix, summarised beyond 1000 elements. */
export function formatTensor(tensor: Tensor): string {
  const { shape, dtype, level } = tensor;
  const size = `size=(${shape.join(", ")})`;
  if (tensor.disposed && tensor.level === null) return `${PREFIX}<disposed>, ${size})`;
  const suffixes: string[] = [];
  const isAway = !tensor.storage.backend.readsAtOnce;
  const isHidden = level !== null && (!level.alive || level.unreadable !== null);
  if (isHidden || isAway || (tensor.numel === 0 && tensor.ndim !== 1)) suffixes.push(size);
  const isImplied = dtype === "float32" || (tensor.numel > 0 && (dtype === "bool" || dtype === "int32"));
  if (!isImplied) suffixes.push(`dtype=${dtype}`);
  if (tensor.device !== "cpu") suffixes.push(`device="${tensor.device}"`);
  if (tensor.gradFn !== null) suffixes.push(`gradFn=<${tensor.gradFn.name}>`);
  else if (tensor.requiresGrad) suffixes.push("requiresGrad=true");
  const body = isHidden
    ? `<boxed by ${level.transform}>`
    : isAway
    ? "<await data()>"
    : tensor.numel === 0
    ? "[]"
    : formatElements(tensor.dataSync(), shape, dtype);
  return withSuffixes(PREFIX + body, suffixes);
}
