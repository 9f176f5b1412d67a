/**
 * Training steps of whole models.
 *
 * @module
 */
import { nn, optim, type Tensor, tidy } from "../../mod.ts";
import type { Workload, Workloads } from "../peers/measure.ts";
import { conv, input, labels, linear } from "./inputs.ts";

/** A step of `optimizer` on the same batch again and again; the loss is not read back inside it. */
function step(
  model: nn.Module,
  optimizer: Pick<optim.SGD, "zeroGrad" | "step">,
  loss: (model: nn.Module) => Tensor,
): () => Tensor {
  return () => {
    optimizer.zeroGrad();
    const value = loss(model);
    value.backward();
    optimizer.step();
    return value;
  };
}

/** PyTorch's tutorial model: 1000-100-10, batch 16, summed squared error. */
function tinyModel(): Workload {
  const model = new nn.Sequential(linear(1000, 100, 1), new nn.ReLU(), linear(100, 10, 2));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.001 });
  const [x, y] = [input([16, 1000], 3), input([16, 10], 4)];
  const train = step(model, optimizer, (model) => y.sub(model.call(x)).square().sum());
  return { run: () => train().item() };
}

/** 784-256-128-10, batch 128, cross-entropy, Adam. */
function mlp(): Workload {
  const model = new nn.Sequential(
    linear(784, 256, 1),
    new nn.ReLU(),
    linear(256, 128, 2),
    new nn.ReLU(),
    linear(128, 10, 3),
  );
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-6 });
  const [x, y] = [input([128, 784], 4), labels(128)];
  const train = step(model, optimizer, (model) => nn.functional.crossEntropy(model.call(x), y));
  return { run: () => train().item() };
}

/** LeNet-5 with max pooling and ReLU, batch 64 of 28x28, SGD. */
function lenetStep(): () => Tensor {
  const model = new nn.Sequential(
    conv(1, 6, 5, 1, 2),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    conv(6, 16, 5, 2),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    linear(400, 120, 3),
    new nn.ReLU(),
    linear(120, 84, 4),
    new nn.ReLU(),
    linear(84, 10, 5),
  );
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
  const [x, y] = [input([64, 1, 28, 28], 6), labels(64)];
  return step(model, optimizer, (model) => nn.functional.crossEntropy(model.call(x), y));
}

/** Training steps, as a user writes them. */
export const training: Workloads = {
  "TinyModel SGD step": tinyModel,
  "MLP Adam step": mlp,
  "LeNet SGD step": () => {
    const train = lenetStep();
    return { run: () => train().item() };
  },
  "LeNet SGD step in tidy": () => {
    const train = lenetStep();
    return { run: () => tidy(() => train().item()) };
  },
};
