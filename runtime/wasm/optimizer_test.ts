import { assertEquals } from "@std/assert";
import * as reference from "../reference/optimizer.ts";
import { adam, sgd } from "./optimizer.ts";
import { forEachFloat, signedGenerator, uniformGenerator, withTwins } from "./twin_testing.ts";

const SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 31, 1000];

const SGD = {
  lr: 0.1,
  momentum: 0,
  dampening: 0,
  weightDecay: 0,
  nesterov: false,
  maximize: false,
  first: false,
};

Deno.test("sgd follows PyTorch's formula for every combination of options", () => {
  const variants = [
    {},
    { weightDecay: 0.01 },
    { maximize: true },
    { maximize: true, weightDecay: 0.3 },
    { momentum: 0.9, first: true },
    { momentum: 0.9 },
    { momentum: 0.9, dampening: 0.4, weightDecay: 0.02 },
    { momentum: 0.8, nesterov: true, first: true },
    { momentum: 0.8, nesterov: true, weightDecay: 0.1, maximize: true },
  ];
  forEachFloat(8, (dtype, tolerance) => {
    for (const size of SIZES) {
      for (const variant of variants) {
        withTwins((twin) => {
          const options = { ...SGD, ...variant };
          const p = twin(dtype, [size], signedGenerator(1));
          const g = twin(dtype, [size], signedGenerator(2));
          const buffer = options.momentum === 0 ? null : twin(dtype, [size], signedGenerator(3));
          sgd(p.wasm, g.wasm, buffer && buffer.wasm, options);
          reference.sgd(p.reference, g.reference, buffer && buffer.reference, options);
          const what = `${dtype} sgd ${JSON.stringify(options)}`;
          p.check(what, tolerance);
          buffer?.check(`${what} buffer`, tolerance);
        });
      }
    }
  });
});

Deno.test("the first step with momentum ignores what the buffer holds", () => {
  withTwins((twin) => {
    const p = twin("float32", [6], () => 1);
    const g = twin("float32", [6], () => 2);
    const buffer = twin("float32", [6], () => NaN);
    sgd(p.wasm, g.wasm, buffer.wasm, { ...SGD, momentum: 0.5, first: true });
    assertEquals([...buffer.result()], Array(6).fill(2));
    assertEquals([...p.result()], Array(6).fill(Math.fround(0.8)));
  });
});

const ADAM = {
  lr: 0.001,
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  weightDecay: 0,
  decoupled: false,
  maximize: false,
  step: 1,
};

Deno.test("adam follows PyTorch's formula for every combination of options", () => {
  const variants = [
    {},
    { step: 7, weightDecay: 0.1 },
    { step: 1000, weightDecay: 0.1, decoupled: true },
    { maximize: true, beta1: 0.5, beta2: 0.9, lr: 0.1 },
  ];
  forEachFloat(64, (dtype, tolerance) => {
    for (const size of SIZES) {
      for (const variant of variants) {
        for (const amsgrad of [false, true]) {
          withTwins((twin) => {
            const options = { ...ADAM, ...variant };
            const p = twin(dtype, [size], signedGenerator(1));
            const g = twin(dtype, [size], signedGenerator(2));
            const average = twin(dtype, [size], signedGenerator(3));
            const squares = twin(dtype, [size], uniformGenerator(4));
            const largest = amsgrad ? twin(dtype, [size], uniformGenerator(5)) : null;
            adam(p.wasm, g.wasm, average.wasm, squares.wasm, largest && largest.wasm, options);
            reference.adam(
              p.reference,
              g.reference,
              average.reference,
              squares.reference,
              largest && largest.reference,
              options,
            );
            const what = `${dtype} adam ${JSON.stringify(options)} ${amsgrad}`;
            p.check(what, tolerance);
            average.check(`${what} average`, tolerance);
            squares.check(`${what} squares`, tolerance);
            largest?.check(`${what} largest`, tolerance);
          });
        }
      }
    }
  });
});
