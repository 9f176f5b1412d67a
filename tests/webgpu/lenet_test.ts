/**
 * A convolutional network trained on the GPU and, beside it, on the CPU.
 *
 * @module
 */
import { assert, assertAlmostEquals } from "@std/assert";
import { manualSeed, nn, optim, randint, randn, type Tensor } from "../../mod.ts";
import { gpuTest } from "./support.ts";

/** LeNet-5 (LeCun et al. 1998) with max pooling and ReLU. */
function lenet(): nn.Sequential {
  return new nn.Sequential(
    new nn.Conv2d(1, 6, 5, { padding: 2 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(6, 16, 5),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(400, 120),
    new nn.ReLU(),
    new nn.Linear(120, 84),
    new nn.ReLU(),
    new nn.Linear(84, 10),
  );
}

gpuTest("LeNet learns on the GPU as on the CPU, with at most three submits per step", async (gpu) => {
  manualSeed(0);
  const model = lenet();
  const twin = lenet();
  twin.loadStateDict(model.stateDict());
  twin.to("webgpu");
  const images = randn([16, 1, 28, 28]);
  const labels = randint(0, 10, [16]);
  const step = (network: nn.Module, optimizer: optim.SGD, x: Tensor, y: Tensor): Tensor => {
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(network.call(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  };
  const options = { lr: 0.1, momentum: 0.9 };
  const optimizers = [model, twin].map((network) => new optim.SGD(network.parameters(), options));
  const losses: number[] = [];
  for (let i = 0; i < 10; i++) {
    const expected = step(model, optimizers[0], images, labels).item();
    const { submits } = gpu.memory();
    const loss = step(twin, optimizers[1], images.to("webgpu"), labels.to("webgpu"));
    losses.push((await loss.data())[0]);
    assertAlmostEquals(losses[i], expected, 1e-3 * (1 + expected));
    assert(gpu.memory().submits - submits <= 3, `${gpu.memory().submits - submits} submits`);
  }
  assert(losses[9] < 0.9 * losses[0], `the losses were ${losses}`);
});
