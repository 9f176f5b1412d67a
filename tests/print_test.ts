/**
 * Tensors print as PyTorch 1.13 prints them; the strings are its own, with the spelling of this library: camelCase,
 * `true`, and int32 where PyTorch's default is int64.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { arange, full, func, ones, type Tensor, tensor, tidy, zeros } from "../mod.ts";

function check(cases: readonly (readonly [Tensor, string])[]): void {
  for (const [x, expected] of cases) assertEquals(String(x), expected);
}

Deno.test("vectors and scalars", () => {
  check([
    [tensor([1, 2, 3]), "tensor([1., 2., 3.])"],
    [tensor([1.5, -2.25]), "tensor([ 1.5000, -2.2500])"],
    [tensor(3.5), "tensor(3.5000)"],
    [tensor(3), "tensor(3.)"],
    [tensor(-0), "tensor(-0.)"],
    [tensor([0, -0]), "tensor([0., -0.])"],
    [tensor([-0, 1.5]), "tensor([-0.0000, 1.5000])"],
  ]);
});

Deno.test("matrices and deeper nests", () => {
  check([
    [
      tensor([[1, -2], [3.5, 4]]),
      `tensor([[ 1.0000, -2.0000],
        [ 3.5000,  4.0000]])`,
    ],
    [
      arange(8).float().reshape(2, 2, 2),
      `tensor([[[0., 1.],
         [2., 3.]],

        [[4., 5.],
         [6., 7.]]])`,
    ],
    [
      arange(16).float().reshape(2, 2, 2, 2),
      `tensor([[[[ 0.,  1.],
          [ 2.,  3.]],

         [[ 4.,  5.],
          [ 6.,  7.]]],


        [[[ 8.,  9.],
          [10., 11.]],

         [[12., 13.],
          [14., 15.]]]])`,
    ],
    [
      arange(6).reshape(3, 2),
      `tensor([[0, 1],
        [2, 3],
        [4, 5]])`,
    ],
  ]);
});

Deno.test("scientific notation where magnitudes differ by more than 1000, or are beyond 1e8 or below 1e-4", () => {
  check([
    [tensor([1e-5, 1]), "tensor([1.0000e-05, 1.0000e+00])"],
    [tensor([1e10, 1]), "tensor([1.0000e+10, 1.0000e+00])"],
    [tensor([1e8, 2e8]), "tensor([1.0000e+08, 2.0000e+08])"],
    [tensor([99999999]), "tensor([100000000.])"],
    [tensor([1000.5, 1.5]), "tensor([1000.5000,    1.5000])"],
    [tensor([1001, 1.5]), "tensor([1001.0000,    1.5000])"],
    [tensor([1001, 1]), "tensor([1.0010e+03, 1.0000e+00])"],
    [tensor([1e-4, 0.1]), "tensor([1.0000e-04, 1.0000e-01])"],
    [tensor([9e-5]), "tensor([9.0000e-05])"],
    [tensor([1e38, -1e38, 0]), "tensor([ 1.0000e+38, -1.0000e+38,  0.0000e+00])"],
    [tensor([-0, 1e-6]), "tensor([-0.0000e+00, 1.0000e-06])"],
    [tensor([1e-45]), "tensor([1.4013e-45])"],
    [tensor([1e-300, 1e300], { dtype: "float64" }), "tensor([1.0000e-300, 1.0000e+300], dtype=float64)"],
  ]);
});

Deno.test("infinities and NaN have no say in the style", () => {
  check([
    [tensor([NaN, 1, 2]), "tensor([nan, 1., 2.])"],
    [tensor([NaN, 1.5, -Infinity]), "tensor([   nan, 1.5000,   -inf])"],
    [tensor([Infinity, -Infinity, NaN]), "tensor([inf, -inf, nan])"],
    [tensor(Infinity), "tensor(inf)"],
    [tensor([Infinity, 1e-10]), "tensor([       inf, 1.0000e-10])"],
    [
      tensor([[NaN, 0], [-Infinity, 100]]),
      `tensor([[ nan,   0.],
        [-inf, 100.]])`,
    ],
  ]);
});

Deno.test("ties round to the even digit", () => {
  check([
    [tensor([0.03125, 0.09375]), "tensor([0.0312, 0.0938])"],
    [tensor([100005, 1.5]), "tensor([1.0000e+05, 1.5000e+00])"],
    [tensor([100015, 1.5]), "tensor([1.0002e+05, 1.5000e+00])"],
    [tensor([1.00005, 0.00015]), "tensor([1.0000e+00, 1.5000e-04])"],
  ]);
});

Deno.test("bools and integers", () => {
  check([
    [tensor([true, false]), "tensor([ true, false])"],
    [tensor([true, true]), "tensor([true, true])"],
    [tensor(false), "tensor(false)"],
    [tensor(Int32Array.of(-1, 100, -1000)), "tensor([   -1,   100, -1000])"],
    [tensor(Uint8Array.of(1, 200)), "tensor([  1, 200], dtype=uint8)"],
  ]);
});

Deno.test("empty tensors", () => {
  check([
    [tensor([]), "tensor([])"],
    [zeros([2, 0]), "tensor([], size=(2, 0))"],
    [zeros([0, 3], { dtype: "float64" }), "tensor([], size=(0, 3), dtype=float64)"],
    [tensor(new Int32Array(0)), "tensor([], dtype=int32)"],
    [zeros([0], { dtype: "bool" }), "tensor([], dtype=bool)"],
  ]);
});

Deno.test("suffixes, which move to a line of their own where they do not fit", () => {
  check([
    [tensor([1.5], { dtype: "float64" }), "tensor([1.5000], dtype=float64)"],
    [
      full([9], 7.25, { dtype: "float64" }),
      `tensor([7.2500, 7.2500, 7.2500, 7.2500, 7.2500, 7.2500, 7.2500, 7.2500, 7.2500],
       dtype=float64)`,
    ],
    [
      full([8], 3.5, { dtype: "float64" }),
      `tensor([3.5000, 3.5000, 3.5000, 3.5000, 3.5000, 3.5000, 3.5000, 3.5000],
       dtype=float64)`,
    ],
    [
      full([6], 1e-7, { dtype: "float64" }),
      `tensor([1.0000e-07, 1.0000e-07, 1.0000e-07, 1.0000e-07, 1.0000e-07, 1.0000e-07],
       dtype=float64)`,
    ],
  ]);
});

Deno.test("lines break before column 80", () => {
  check([
    [
      arange(30).float(),
      `tensor([ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  7.,  8.,  9., 10., 11., 12., 13.,
        14., 15., 16., 17., 18., 19., 20., 21., 22., 23., 24., 25., 26., 27.,
        28., 29.])`,
    ],
    [
      arange(40).float().mul(1.5),
      `tensor([ 0.0000,  1.5000,  3.0000,  4.5000,  6.0000,  7.5000,  9.0000, 10.5000,
        12.0000, 13.5000, 15.0000, 16.5000, 18.0000, 19.5000, 21.0000, 22.5000,
        24.0000, 25.5000, 27.0000, 28.5000, 30.0000, 31.5000, 33.0000, 34.5000,
        36.0000, 37.5000, 39.0000, 40.5000, 42.0000, 43.5000, 45.0000, 46.5000,
        48.0000, 49.5000, 51.0000, 52.5000, 54.0000, 55.5000, 57.0000, 58.5000])`,
    ],
    [
      arange(100),
      `tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,
        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35,
        36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53,
        54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71,
        72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89,
        90, 91, 92, 93, 94, 95, 96, 97, 98, 99])`,
    ],
    [
      arange(30).reshape(2, 15).float().mul(1e7),
      `tensor([[0.0000e+00, 1.0000e+07, 2.0000e+07, 3.0000e+07, 4.0000e+07, 5.0000e+07,
         6.0000e+07, 7.0000e+07, 8.0000e+07, 9.0000e+07, 1.0000e+08, 1.1000e+08,
         1.2000e+08, 1.3000e+08, 1.4000e+08],
        [1.5000e+08, 1.6000e+08, 1.7000e+08, 1.8000e+08, 1.9000e+08, 2.0000e+08,
         2.1000e+08, 2.2000e+08, 2.3000e+08, 2.4000e+08, 2.5000e+08, 2.6000e+08,
         2.7000e+08, 2.8000e+08, 2.9000e+08]])`,
    ],
    [
      arange(40).remainder(3).bool(),
      `tensor([false,  true,  true, false,  true,  true, false,  true,  true, false,
         true,  true, false,  true,  true, false,  true,  true, false,  true,
         true, false,  true,  true, false,  true,  true, false,  true,  true,
        false,  true,  true, false,  true,  true, false,  true,  true, false])`,
    ],
    [
      arange(40).float().div(8).reshape(2, 1, 20),
      `tensor([[[0.0000, 0.1250, 0.2500, 0.3750, 0.5000, 0.6250, 0.7500, 0.8750,
          1.0000, 1.1250, 1.2500, 1.3750, 1.5000, 1.6250, 1.7500, 1.8750,
          2.0000, 2.1250, 2.2500, 2.3750]],

        [[2.5000, 2.6250, 2.7500, 2.8750, 3.0000, 3.1250, 3.2500, 3.3750,
          3.5000, 3.6250, 3.7500, 3.8750, 4.0000, 4.1250, 4.2500, 4.3750,
          4.5000, 4.6250, 4.7500, 4.8750]]])`,
    ],
  ]);
});

Deno.test("more than 1000 elements are summarised", () => {
  check([
    [arange(1001), "tensor([   0,    1,    2,  ...,  998,  999, 1000])"],
    [arange(1001).float(), "tensor([   0.,    1.,    2.,  ...,  998.,  999., 1000.])"],
    [
      arange(1200).float().div(8).reshape(30, 40),
      `tensor([[0.0000e+00, 1.2500e-01, 2.5000e-01,  ..., 4.6250e+00, 4.7500e+00,
         4.8750e+00],
        [5.0000e+00, 5.1250e+00, 5.2500e+00,  ..., 9.6250e+00, 9.7500e+00,
         9.8750e+00],
        [1.0000e+01, 1.0125e+01, 1.0250e+01,  ..., 1.4625e+01, 1.4750e+01,
         1.4875e+01],
        ...,
        [1.3500e+02, 1.3512e+02, 1.3525e+02,  ..., 1.3962e+02, 1.3975e+02,
         1.3988e+02],
        [1.4000e+02, 1.4012e+02, 1.4025e+02,  ..., 1.4462e+02, 1.4475e+02,
         1.4488e+02],
        [1.4500e+02, 1.4512e+02, 1.4525e+02,  ..., 1.4962e+02, 1.4975e+02,
         1.4988e+02]])`,
    ],
    [
      arange(1400).reshape(7, 200),
      `tensor([[   0,    1,    2,  ...,  197,  198,  199],
        [ 200,  201,  202,  ...,  397,  398,  399],
        [ 400,  401,  402,  ...,  597,  598,  599],
        ...,
        [ 800,  801,  802,  ...,  997,  998,  999],
        [1000, 1001, 1002,  ..., 1197, 1198, 1199],
        [1200, 1201, 1202,  ..., 1397, 1398, 1399]])`,
    ],
    [
      arange(1200).reshape(6, 200),
      `tensor([[   0,    1,    2,  ...,  197,  198,  199],
        [ 200,  201,  202,  ...,  397,  398,  399],
        [ 400,  401,  402,  ...,  597,  598,  599],
        [ 600,  601,  602,  ...,  797,  798,  799],
        [ 800,  801,  802,  ...,  997,  998,  999],
        [1000, 1001, 1002,  ..., 1197, 1198, 1199]])`,
    ],
    [
      arange(2000).reshape(1000, 2),
      `tensor([[   0,    1],
        [   2,    3],
        [   4,    5],
        ...,
        [1994, 1995],
        [1996, 1997],
        [1998, 1999]])`,
    ],
    [arange(1100).remainder(2).bool(), "tensor([false,  true, false,  ...,  true, false,  true])"],
    [
      arange(1331).float().reshape(11, 11, 11),
      `tensor([[[0.0000e+00, 1.0000e+00, 2.0000e+00,  ..., 8.0000e+00,
          9.0000e+00, 1.0000e+01],
         [1.1000e+01, 1.2000e+01, 1.3000e+01,  ..., 1.9000e+01,
          2.0000e+01, 2.1000e+01],
         [2.2000e+01, 2.3000e+01, 2.4000e+01,  ..., 3.0000e+01,
          3.1000e+01, 3.2000e+01],
         ...,
         [8.8000e+01, 8.9000e+01, 9.0000e+01,  ..., 9.6000e+01,
          9.7000e+01, 9.8000e+01],
         [9.9000e+01, 1.0000e+02, 1.0100e+02,  ..., 1.0700e+02,
          1.0800e+02, 1.0900e+02],
         [1.1000e+02, 1.1100e+02, 1.1200e+02,  ..., 1.1800e+02,
          1.1900e+02, 1.2000e+02]],

        [[1.2100e+02, 1.2200e+02, 1.2300e+02,  ..., 1.2900e+02,
          1.3000e+02, 1.3100e+02],
         [1.3200e+02, 1.3300e+02, 1.3400e+02,  ..., 1.4000e+02,
          1.4100e+02, 1.4200e+02],
         [1.4300e+02, 1.4400e+02, 1.4500e+02,  ..., 1.5100e+02,
          1.5200e+02, 1.5300e+02],
         ...,
         [2.0900e+02, 2.1000e+02, 2.1100e+02,  ..., 2.1700e+02,
          2.1800e+02, 2.1900e+02],
         [2.2000e+02, 2.2100e+02, 2.2200e+02,  ..., 2.2800e+02,
          2.2900e+02, 2.3000e+02],
         [2.3100e+02, 2.3200e+02, 2.3300e+02,  ..., 2.3900e+02,
          2.4000e+02, 2.4100e+02]],

        [[2.4200e+02, 2.4300e+02, 2.4400e+02,  ..., 2.5000e+02,
          2.5100e+02, 2.5200e+02],
         [2.5300e+02, 2.5400e+02, 2.5500e+02,  ..., 2.6100e+02,
          2.6200e+02, 2.6300e+02],
         [2.6400e+02, 2.6500e+02, 2.6600e+02,  ..., 2.7200e+02,
          2.7300e+02, 2.7400e+02],
         ...,
         [3.3000e+02, 3.3100e+02, 3.3200e+02,  ..., 3.3800e+02,
          3.3900e+02, 3.4000e+02],
         [3.4100e+02, 3.4200e+02, 3.4300e+02,  ..., 3.4900e+02,
          3.5000e+02, 3.5100e+02],
         [3.5200e+02, 3.5300e+02, 3.5400e+02,  ..., 3.6000e+02,
          3.6100e+02, 3.6200e+02]],

        ...,

        [[9.6800e+02, 9.6900e+02, 9.7000e+02,  ..., 9.7600e+02,
          9.7700e+02, 9.7800e+02],
         [9.7900e+02, 9.8000e+02, 9.8100e+02,  ..., 9.8700e+02,
          9.8800e+02, 9.8900e+02],
         [9.9000e+02, 9.9100e+02, 9.9200e+02,  ..., 9.9800e+02,
          9.9900e+02, 1.0000e+03],
         ...,
         [1.0560e+03, 1.0570e+03, 1.0580e+03,  ..., 1.0640e+03,
          1.0650e+03, 1.0660e+03],
         [1.0670e+03, 1.0680e+03, 1.0690e+03,  ..., 1.0750e+03,
          1.0760e+03, 1.0770e+03],
         [1.0780e+03, 1.0790e+03, 1.0800e+03,  ..., 1.0860e+03,
          1.0870e+03, 1.0880e+03]],

        [[1.0890e+03, 1.0900e+03, 1.0910e+03,  ..., 1.0970e+03,
          1.0980e+03, 1.0990e+03],
         [1.1000e+03, 1.1010e+03, 1.1020e+03,  ..., 1.1080e+03,
          1.1090e+03, 1.1100e+03],
         [1.1110e+03, 1.1120e+03, 1.1130e+03,  ..., 1.1190e+03,
          1.1200e+03, 1.1210e+03],
         ...,
         [1.1770e+03, 1.1780e+03, 1.1790e+03,  ..., 1.1850e+03,
          1.1860e+03, 1.1870e+03],
         [1.1880e+03, 1.1890e+03, 1.1900e+03,  ..., 1.1960e+03,
          1.1970e+03, 1.1980e+03],
         [1.1990e+03, 1.2000e+03, 1.2010e+03,  ..., 1.2070e+03,
          1.2080e+03, 1.2090e+03]],

        [[1.2100e+03, 1.2110e+03, 1.2120e+03,  ..., 1.2180e+03,
          1.2190e+03, 1.2200e+03],
         [1.2210e+03, 1.2220e+03, 1.2230e+03,  ..., 1.2290e+03,
          1.2300e+03, 1.2310e+03],
         [1.2320e+03, 1.2330e+03, 1.2340e+03,  ..., 1.2400e+03,
          1.2410e+03, 1.2420e+03],
         ...,
         [1.2980e+03, 1.2990e+03, 1.3000e+03,  ..., 1.3060e+03,
          1.3070e+03, 1.3080e+03],
         [1.3090e+03, 1.3100e+03, 1.3110e+03,  ..., 1.3170e+03,
          1.3180e+03, 1.3190e+03],
         [1.3200e+03, 1.3210e+03, 1.3220e+03,  ..., 1.3280e+03,
          1.3290e+03, 1.3300e+03]]])`,
    ],
  ]);
});

Deno.test("1000 elements are shown in full", () => {
  const text = String(arange(1000));
  assertEquals(text.includes("..."), false);
  assertEquals(text.match(/\d+/g)?.map(Number), Array.from({ length: 1000 }, (_, i) => i));
});

Deno.test("no line of numbers is longer than 80 columns", () => {
  for (const x of [arange(500), arange(500).float().mul(0.37), arange(999).float().sub(1e6).reshape(3, 333)]) {
    for (const line of String(x).split("\n")) assert(line.length <= 80, line);
  }
});

Deno.test("strides make no difference", () => {
  const x = arange(6).reshape(2, 3);
  assertEquals(String(x.T), String(tensor([[0, 3], [1, 4], [2, 5]]).int()));
  assertEquals(String(x.select(1, 1)), "tensor([1, 4])");
  assertEquals(String(ones([1]).expand(3)), "tensor([1., 1., 1.])");
});

Deno.test("a tensor says how it takes part in differentiation", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  check([
    [x, "tensor([1., 2.], requiresGrad=true)"],
    [x.mul(2), "tensor([2., 4.], gradFn=<MulBackward0>)"],
    [x.double(), "tensor([1., 2.], dtype=float64, gradFn=<ToCopyBackward0>)"],
    [x.detach(), "tensor([1., 2.])"],
  ]);
});

Deno.test("what cannot be read prints all the same", () => {
  const x = tensor([[1, 2]]);
  x.dispose();
  assertEquals(String(x), "tensor(<disposed>, size=(1, 2))");
  let inside = "";
  let escaped: Tensor | null = null;
  func.vmap((row: Tensor) => {
    inside = String(row);
    escaped = row;
    return row;
  })(ones([3, 2]));
  assertEquals(inside, "tensor(<boxed by vmap>, size=(2))");
  assertEquals(String(escaped), inside);
  assertEquals(tidy(() => Deno.inspect(tensor([1]))), "tensor([1.])");
});
