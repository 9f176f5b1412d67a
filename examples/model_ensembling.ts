/**
 * Many networks of one architecture called as one, by vmap over their stacked parameters. Answers PyTorch's tutorial "Model
 * ensembling".
 *
 * @example
 * ```sh
 * deno run examples/model_ensembling.ts
 * ```
 *
 * @module
 */
import { func, manualSeed, nn, optim, randint, randn, stack, type Tensor } from "../mod.ts";
import { compare, expect, printTimes, section } from "./comparison.ts";

const { relu, crossEntropy } = nn.functional;

/** Tensors by the name of a parameter or buffer. */
type Named = Record<string, Tensor>;

/** Three linear layers: [N, 1, 16, 16] images to [N, 10] logits. */
class SimpleMLP extends nn.Module {
  readonly fc1 = new nn.Linear(256, 64);
  readonly fc2 = new nn.Linear(64, 64);
  readonly fc3 = new nn.Linear(64, 10);

  override forward(x: Tensor): Tensor {
    return this.fc3.call(relu(this.fc2.call(relu(this.fc1.call(x.flatten(1))))));
  }
}

function predictions(): void {
  const [count, batch] = [10, 16];
  const models = Array.from({ length: count }, () => new SimpleMLP());
  const minibatches = randn([count, batch, 1, 16, 16]);
  const minibatch = minibatches.select(0, 0);

  // One call per model.
  const loopOverOwn = (): Tensor => stack(models.map((model, i) => model.call(minibatches.select(0, i))));
  const loopOverShared = (): Tensor => stack(models.map((model) => model.call(minibatch)));

  section("Stacked parameters");
  const [params, buffers] = func.stackModuleState(models);
  for (const [name, tensor] of Object.entries(params)) {
    expect(`${name}: one for each model`, tensor.shape, [count, ...models[0].stateDict()[name].shape]);
  }
  // The first model lends its structure only: its own parameters are replaced in every call.
  const [skeleton] = models;
  const call = (params: Named, buffers: Named, x: Tensor): Tensor =>
    func.functionalCall(skeleton, [params, buffers], x);

  section("A minibatch for each model");
  const mappedOverOwn = (): Tensor => func.vmap(call)(params, buffers, minibatches);
  compare("vmap against the loop", mappedOverOwn(), loopOverOwn());

  section("One minibatch for all models");
  const mappedOverShared = (): Tensor => func.vmap(call, { inDims: [0, 0, null] })(params, buffers, minibatch);
  compare("vmap against the loop", mappedOverShared(), loopOverShared());
  const vote = mappedOverShared().softmax(-1).mean(0);
  compare("the ensemble's probabilities add up to 1", vote.sum(1), vote.sum(1).mul(0).add(1));

  section("Times");
  printTimes({ loop: loopOverOwn, vmap: mappedOverOwn });
  printTimes({ "loop, shared minibatch": loopOverShared, vmap: mappedOverShared });
}

function training(): void {
  section("Training all models at once");
  const count = 4;
  const models = Array.from({ length: count }, () => new SimpleMLP());
  const steps = 20;
  const images = randn([32, 1, 16, 16]);
  const labels = randint(0, 10, [32]);
  const [params, buffers] = func.stackModuleState(models);
  const [skeleton] = models;
  const perModel = (params: Named, buffers: Named): Tensor =>
    crossEntropy(func.functionalCall(skeleton, [params, buffers], images), labels);
  const together = new optim.SGD(Object.values(params), { lr: 0.1, momentum: 0.9 });
  let losses: Tensor = func.vmap(perModel)(params, buffers);
  const first = losses.detach();
  for (let step = 0; step < steps; step++) {
    together.zeroGrad();
    losses = func.vmap(perModel)(params, buffers);
    // The models share nothing, so each receives the gradient of its own loss.
    losses.sum().backward();
    together.step();
  }

  for (const model of models) {
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
    for (let step = 0; step < steps; step++) {
      optimizer.zeroGrad();
      crossEntropy(model.call(images), labels).backward();
      optimizer.step();
    }
  }
  expect("every model has learned", [...losses].every((loss, i) => loss.item() < first.get(i).item() / 2), true);
  for (const [name, tensor] of Object.entries(params)) {
    compare(
      `${name}: trained together against one by one`,
      tensor,
      models.map((model) => model.stateDict()[name]),
      1e-4,
    );
  }
}

function main(): void {
  manualSeed(0);
  predictions();
  training();
}

if (import.meta.main) main();
