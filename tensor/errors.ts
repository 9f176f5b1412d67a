/**
 * The errors that users meet. Every message has the form `op: expected ..., got ...; what to do`.
 *
 * @module
 */

/** Shapes, axes or sizes that do not fit together. */
export class ShapeError extends Error {
  /** Class name, as printed. */
  override readonly name: string = "ShapeError";
}

/** An element type that an op does not take. */
export class DTypeError extends Error {
  /** Class name, as printed. */
  override readonly name: string = "DTypeError";
}

/** An index outside its axis. */
export class IndexError extends Error {
  /** Class name, as printed. */
  override readonly name: string = "IndexError";
}

/** An argument whose value an op does not take. */
export class ArgumentError extends Error {
  /** Class name, as printed. */
  override readonly name: string = "ArgumentError";
}

/** A device that is missing, or operands on different devices. */
export class DeviceError extends Error {
  /** Class name, as printed. */
  override readonly name: string = "DeviceError";
}

/** A rule of automatic differentiation that was broken. */
export class GradError extends Error {
  /** Class name, as printed. */
  override readonly name: string = "GradError";
}

/** A tensor that was used after `dispose()`, `using` or `tidy()` gave its memory back. */
export class DisposedError extends Error {
  /** Class name, as printed. */
  override readonly name: string = "DisposedError";
}

/** A tensor that was used after the transform that made it had ended. */
export class EscapedTensorError extends Error {
  /** Class name, as printed. */
  override readonly name: string = "EscapedTensorError";
}

/** A program that `vmap` cannot batch. */
export class VmapError extends Error {
  /** Class name, as printed. */
  override readonly name: string = "VmapError";
}
