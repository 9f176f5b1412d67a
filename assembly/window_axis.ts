// deno-fmt-ignore-file: it drops the decorators of functions.
// Windows along one spatial axis, of pooling and of convolutions: three of these records, one after the other, describe an op.

@unmanaged
export class WindowAxis {
  /** Size of x. */
  input: i32;
  /** Size of y. */
  output: i32;
  kernel: i32;
  stride: i32;
  padding: i32;
  dilation: i32;

  /** Distance from the first position of a window to one past its last. */
  @inline
  span(): i32 {
    return (this.kernel - 1) * this.dilation + 1;
  }

  /** Where the window of output `index` starts, possibly in the padding. */
  @inline
  start(index: i32): i32 {
    return index * this.stride - this.padding;
  }
}

/** The record of axis `index` of those that begin at `geometry`. */
// @ts-ignore: decorator
@inline
export function axis(geometry: usize, index: usize): WindowAxis {
  return changetype<WindowAxis>(geometry + index * offsetof<WindowAxis>());
}
