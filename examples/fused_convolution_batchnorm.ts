/**
 * Convolution and batch norm as one function that does not keep the convolution's output for the backward pass, but computes
 * it again: less memory for more arithmetic. Answers PyTorch's tutorial "Fusing Convolution and Batch Norm using Custom
 * Function".
 *
 * @example
 * ```sh
 * deno run examples/fused_convolution_batchnorm.ts
 * ```
 *
 * @module
 */
import {
  autograd,
  gradcheck,
  manualSeed,
  memory,
  nn,
  optim,
  randint,
  randn,
  type Tensor,
  tidy,
  where,
} from "../mod.ts";
import { compare, expect, section } from "./comparison.ts";

type Context = autograd.FunctionContext;
const { conv2d, convTranspose2d, crossEntropy, maxPool2d, relu } = nn.functional;

/** The axes that batch norm averages over. */
const OVER_BATCH = [0, 2, 3];

/**
 * The gradients of conv2d (stride 1, no padding) with respect to input and weight. That of the weight is a convolution of
 * the input by the gradient, in which batch and channels have changed places; that of the input is the transposed
 * convolution.
 */
function convolutionBackward(gradient: Tensor, x: Tensor, weight: Tensor): [Tensor, Tensor] {
  const ofWeight = conv2d(x.transpose(0, 1), gradient.transpose(0, 1)).transpose(0, 1);
  return [convTranspose2d(gradient, weight), ofWeight];
}

/** A convolution with a backward of its own. */
class Conv2d extends autograd.Function {
  static forward(ctx: Context, x: Tensor, weight: Tensor): Tensor {
    ctx.saveForBackward(x, weight);
    return conv2d(x, weight);
  }

  @autograd.onceDifferentiable
  static backward(ctx: Context, gradient: Tensor): Tensor[] {
    const [x, weight] = ctx.savedTensors as Tensor[];
    return convolutionBackward(gradient, x, weight);
  }
}

/** Per channel: the mean of a batch and the reciprocal of its deviation, 1 / sqrt(variance + eps). Both [1, C, 1, 1]. */
interface Statistics {
  readonly mean: Tensor;
  readonly scale: Tensor;
}

function statisticsOf(x: Tensor, eps: number): Statistics {
  const mean = x.mean(OVER_BATCH, { keepdim: true });
  const variance = x.sub(mean).square().mean(OVER_BATCH, { keepdim: true });
  return { mean, scale: variance.add(eps).rsqrt() };
}

/**
 * The gradient of y = (x - mean) scale with respect to x (Ioffe and Szegedy 2015, section 3):
 * scale (g - mean(g) - y mean(g y)), with means over all of a channel.
 */
function batchNormBackward(gradient: Tensor, x: Tensor, { mean, scale }: Statistics): Tensor {
  const y = x.sub(mean).mul(scale);
  const alongOnes = gradient.mean(OVER_BATCH, { keepdim: true });
  const alongY = gradient.mul(y).mean(OVER_BATCH, { keepdim: true });
  return gradient.sub(alongOnes).sub(y.mul(alongY)).mul(scale);
}

/** Batch norm by the statistics of the batch, with a backward of its own. */
class BatchNorm extends autograd.Function {
  static forward(ctx: Context, x: Tensor, eps: number): Tensor {
    const statistics = statisticsOf(x, eps);
    const { mean, scale } = statistics;
    ctx.saveForBackward(x, mean, scale);
    return x.sub(mean).mul(scale);
  }

  @autograd.onceDifferentiable
  static backward(ctx: Context, gradient: Tensor): (Tensor | null)[] {
    const [x, mean, scale] = ctx.savedTensors as Tensor[];
    return [batchNormBackward(gradient, x, { mean, scale }), null];
  }
}

/** Both in one: saves the input, the weight and the statistics, and convolves once more in backward. */
class FusedConvBN2d extends autograd.Function {
  static forward(ctx: Context, x: Tensor, weight: Tensor, eps: number): Tensor {
    const convolved = conv2d(x, weight);
    const { mean, scale } = statisticsOf(convolved, eps);
    ctx.saveForBackward(x, weight, mean, scale);
    return convolved.sub(mean).mul(scale);
  }

  @autograd.onceDifferentiable
  static backward(ctx: Context, gradient: Tensor): (Tensor | null)[] {
    const [x, weight, mean, scale] = ctx.savedTensors as Tensor[];
    // The point is to save memory: the scope gives back the convolution that was computed again and all that follows from it.
    return tidy(() => {
      const ofConvolution = batchNormBackward(gradient, conv2d(x, weight), { mean, scale });
      return [...convolutionBackward(ofConvolution, x, weight), null];
    });
  }
}

/** The fused function as a layer, without scale and shift. */
class FusedConvBN extends nn.Module {
  readonly weight: nn.Parameter;

  constructor(inChannels: number, outChannels: number, kernelSize: number, readonly eps: number = 1e-5) {
    super();
    // Initialised as the convolution that it replaces.
    this.weight = new nn.Conv2d(inChannels, outChannels, kernelSize, { bias: false }).weight;
  }

  override forward(x: Tensor): Tensor {
    return FusedConvBN2d.apply(x, this.weight, this.eps);
  }
}

/** The two layers one after the other. */
function separate(inChannels: number, outChannels: number, kernelSize: number): nn.Sequential {
  return new nn.Sequential(
    new nn.Conv2d(inChannels, outChannels, kernelSize, { bias: false }),
    new nn.BatchNorm2d(outChannels, { affine: false, trackRunningStats: false }),
  );
}

/** Two convolutions with batch norm, pooling and a linear layer: [N, 1, 16, 16] to [N, 2]. */
class Net extends nn.Module {
  readonly first: nn.Module;
  readonly second: nn.Module;
  readonly head = new nn.Linear(8 * 6 * 6, 2);

  constructor(fused: boolean) {
    super();
    this.first = fused ? new FusedConvBN(1, 8, 3) : separate(1, 8, 3);
    this.second = fused ? new FusedConvBN(8, 8, 3) : separate(8, 8, 3);
  }

  override forward(x: Tensor): Tensor {
    const features = relu(this.second.call(relu(this.first.call(x))));
    return this.head.call(maxPool2d(features, 2).flatten(1));
  }
}

/** Noise with a bright bar that stands (0) or lies (1): images [count, 1, 16, 16] and labels [count]. */
function bars(count: number): { images: Tensor; labels: Tensor } {
  const labels = randint(0, 2, [count]);
  const noise = randn([count, 1, 16, 16]);
  const standing = noise.clone();
  standing.narrow(3, 6, 2).add_(1);
  const lying = noise.clone();
  lying.narrow(2, 6, 2).add_(1);
  return { images: where(labels.eq(0).reshape(count, 1, 1, 1), standing, lying), labels };
}

/** Images and labels. */
type Bars = ReturnType<typeof bars>;

/** Bytes that live between a forward pass and its backward pass because of it. */
function keptBytes(model: Net, { images, labels }: Bars): number {
  const before = memory().liveBytes;
  // A scope gives back at once what nobody needs any more, which otherwise waits for the garbage collector.
  const loss = tidy(() => crossEntropy(model.call(images), labels));
  const after = memory().liveBytes;
  loss.dispose();
  return after - before;
}

/** Losses of a training run and the share of test images that are told right after it. */
function train(model: Net, training: Bars, test: Bars): { losses: number[]; accuracy: number } {
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.02, momentum: 0.9 });
  const losses: number[] = [];
  for (let step = 0; step < 12; step++) {
    optimizer.zeroGrad();
    const loss = crossEntropy(model.call(training.images), training.labels);
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
  }
  const predicted = model.call(test.images).argmax(1);
  return { losses, accuracy: predicted.eq(test.labels).float().mean().item() };
}

function main(): void {
  manualSeed(0);
  const options = { dtype: "float64", requiresGrad: true } as const;

  section("One by one");
  const weight = randn([4, 3, 3, 3], options);
  const image = randn([5, 3, 7, 7], options);
  expect(
    "gradcheck of the convolution",
    gradcheck((x: Tensor, w: Tensor) => Conv2d.apply(x, w), [image, weight], { fastMode: true }),
    true,
  );
  expect(
    "gradcheck of batch norm",
    gradcheck((x: Tensor) => BatchNorm.apply(x, 1e-3), [randn([3, 2, 3, 3], options)]),
    true,
  );
  expect(
    "gradcheck of both in one",
    gradcheck((x: Tensor, w: Tensor) => FusedConvBN2d.apply(x, w, 1e-3), [image, weight], { fastMode: true }),
    true,
  );
  const direction = randn([5, 4, 5, 5], { dtype: "float64" });
  const reference = nn.functional.batchNorm(conv2d(image, weight), null, null, { training: true, eps: 1e-3 });
  const fused: Tensor = FusedConvBN2d.apply(image, weight, 1e-3);
  compare("the fused function against conv2d and batchNorm", fused, reference);
  compare(
    "its gradients",
    autograd.grad(fused, [image, weight], { gradOutputs: [direction] }),
    autograd.grad(reference, [image, weight], { gradOutputs: [direction] }),
  );

  section("In a network that learns to tell standing bars from lying ones");
  const [separateNet, fusedNet] = [new Net(false), new Net(true)];
  const state = Object.values(separateNet.stateDict());
  fusedNet.loadStateDict(Object.fromEntries(Object.keys(fusedNet.stateDict()).map((name, i) => [name, state[i]])));
  const [training, test] = [bars(64), bars(64)];
  const [separateBytes, fusedBytes] = [separateNet, fusedNet].map((net) => keptBytes(net, training));
  const [plain, compact] = [separateNet, fusedNet].map((net) => train(net, training, test));
  compare("losses, fused against separate", compact.losses, plain.losses, 1e-3);
  compare("share of test images told right", compact.accuracy, plain.accuracy, 0.05);
  expect("the network learns", compact.accuracy > 0.9, true);

  section("Memory between forward and backward");
  const kib = (bytes: number): string => `${(bytes / 1024).toFixed(0)} KiB`;
  const ratio = fusedBytes / separateBytes;
  console.log(`          separate ${kib(separateBytes)}, fused ${kib(fusedBytes)}: ratio ${ratio.toFixed(3)}`);
  // What is not kept: a number per image, channel and place of both convolutions, which give 14 x 14 and 12 x 12 places.
  const outputs = 64 * 8 * (14 * 14 + 12 * 12) * Float32Array.BYTES_PER_ELEMENT;
  compare("bytes saved against the size of both convolutions' outputs", separateBytes - fusedBytes, outputs, 0.02);
  expect("the fused network keeps less than two thirds", ratio < 2 / 3, true);
}

if (import.meta.main) main();
