/**
 * The gradient of every sample of a batch by itself, in one go: grad inside vmap over a module that is called as a function of
 * its parameters. Answers PyTorch's tutorial "Per-sample-gradients".
 *
 * @example
 * ```sh
 * deno run examples/per_sample_gradients.ts
 * ```
 *
 * @module
 */
import { autograd, func, manualSeed, nn, randint, randn, stack, type Tensor } from "../mod.ts";
import { compare, expect, printTimes, section } from "./comparison.ts";

const { functional } = nn;

/** Tensors by the name of a parameter or buffer. */
type Named = Record<string, Tensor>;

/** A small convolutional network for images [N, 1, 16, 16], which gives log-probabilities [N, 10]. */
class SimpleCNN extends nn.Module {
  readonly conv1 = new nn.Conv2d(1, 8, 3);
  readonly conv2 = new nn.Conv2d(8, 16, 3);
  readonly fc1 = new nn.Linear(16 * 6 * 6, 32);
  readonly fc2 = new nn.Linear(32, 10);

  override forward(x: Tensor): Tensor {
    const features = functional.relu(this.conv2.call(functional.relu(this.conv1.call(x))));
    const pooled = functional.maxPool2d(features, 2).flatten(1);
    return functional.logSoftmax(this.fc2.call(functional.relu(this.fc1.call(pooled))), 1);
  }
}

const lossOf = (predictions: Tensor, targets: Tensor): Tensor => functional.nllLoss(predictions, targets);

/** One backward pass per sample. */
function byLoop(model: SimpleCNN, images: Tensor, targets: Tensor): Named {
  const params = model.namedParameters();
  const perSample = Array.from({ length: images.shape[0] }, (_, i) => {
    const prediction = model.call(images.narrow(0, i, 1));
    return autograd.grad(lossOf(prediction, targets.narrow(0, i, 1)), params.map(([, p]) => p));
  });
  return Object.fromEntries(params.map(([name], at) => [name, stack(perSample.map((gradients) => gradients[at]))]));
}

/** The Euclidean norm of each sample's whole gradient: [batch]. */
function sampleNorms(gradients: Named): Tensor {
  const squares = Object.values(gradients).map((g) => g.flatten(1).square().sum(1));
  return stack(squares).sum(0).sqrt();
}

function main(): void {
  manualSeed(0);
  const batch = 32;
  const images = randn([batch, 1, 16, 16]);
  const targets = randint(0, 10, [batch]);
  const model = new SimpleCNN();

  section("What backward() gives: the mean over the batch");
  lossOf(model.call(images), targets).backward();
  const ofBatch = Object.fromEntries(model.namedParameters().map(([name, p]) => [name, p.grad!]));
  const looped = byLoop(model, images, targets);
  for (const [name, gradient] of Object.entries(ofBatch)) {
    compare(`${name}: mean of the per-sample gradients against it`, looped[name].mean(0), gradient);
  }

  section("Per-sample gradients by transforms");
  const params: Named = Object.fromEntries(model.namedParameters().map(([name, p]) => [name, p.detach()]));
  const buffers: Named = Object.fromEntries(model.namedBuffers().map(([name, b]) => [name, b.detach()]));
  // The loss of one sample: the module wants a batch, which is one of size 1 here.
  const computeLoss = (params: Named, buffers: Named, sample: Tensor, target: Tensor): Tensor => {
    const predictions = func.functionalCall(model, [params, buffers], sample.unsqueeze(0));
    return lossOf(predictions, target.unsqueeze(0));
  };
  const computeGrad = func.grad(computeLoss);
  // The parameters and buffers are the same for all samples.
  const inDims = [null, null, 0, 0];
  const computeSampleGrad = func.vmap(computeGrad, { inDims });
  const mapped: Named = computeSampleGrad(params, buffers, images, targets);
  for (const [name, gradients] of Object.entries(mapped)) {
    expect(`${name}: shape`, gradients.shape, [batch, ...params[name].shape]);
    compare("against the loop", gradients, looped[name]);
  }

  section("In pieces, for less memory");
  const inPieces: Named = func.vmap(computeGrad, { inDims, chunkSize: 8 })(params, buffers, images, targets);
  compare("8 samples at a time against all at once", Object.values(inPieces), Object.values(mapped));

  section("A use: clipping every sample by itself, as private training does");
  const norms = sampleNorms(mapped);
  const bound = norms.median();
  const factors = bound.div(norms).clampMax(1);
  const clipped = Object.fromEntries(
    Object.entries(mapped).map(([name, g]) => [name, g.mul(factors.reshape(batch, ...g.shape.slice(1).fill(1)))]),
  );
  compare("norms after clipping at their median", sampleNorms(clipped), norms.minimum(bound));

  section("Times");
  printTimes({
    loop: () => byLoop(model, images, targets),
    "vmap(grad)": () => computeSampleGrad(params, buffers, images, targets),
  });
}

if (import.meta.main) main();
