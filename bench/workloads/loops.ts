/**
 * Training loops that never yield to the event loop and never free anything themselves.
 *
 * @module
 */
import { nn, optim, type Tensor } from "../../mod.ts";
import { input, linear } from "./inputs.ts";

/** Fits a small network; nothing outlives a step. */
function plainLoop(): () => void {
  const model = new nn.Sequential(linear(32, 32, 1), new nn.Tanh(), linear(32, 4, 2));
  const optimizer = new optim.SGD(model.parameters(), { lr: 1e-3 });
  const [x, y] = [input([16, 32], 3), input([16, 4], 4)];
  return () => {
    optimizer.zeroGrad();
    model.call(x).sub(y).square().mean().backward();
    optimizer.step();
  };
}

/** As `plainLoop`, with views, in-place ops and the graphs of the last hundred steps kept alive. */
function mixedLoop(): () => void {
  const model = new nn.Sequential(linear(32, 32, 1), new nn.Tanh(), linear(32, 4, 2));
  const optimizer = new optim.SGD(model.parameters(), { lr: 1e-3, momentum: 0.9 });
  const [x, y] = [input([16, 32], 3), input([16, 4], 4)];
  const kept: Tensor[] = [];
  let count = 0;
  return () => {
    optimizer.zeroGrad();
    const noisy = x.clone().mul_(1.01).add_(0.01);
    const halves = model.call(noisy).sub(y).reshape(2, 8, 4).unbind();
    const loss = halves[0].square().mean().add(halves[1].abs().mean());
    loss.backward(undefined, { retainGraph: true });
    optimizer.step();
    kept[count++ % 100] = loss;
  };
}

/** Loops by name; each gives a function that runs one step. */
export const loops: Readonly<Record<string, () => () => void>> = { plain: plainLoop, mixed: mixedLoop };
