/**
 * Calls that a type checker would refuse, as programs without one and users of PyTorch write them: an error of this
 * library that names the op and the fix, before anything changes.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import * as dualtape from "../mod.ts";
import { ArgumentError, DisposedError, DTypeError, ShapeError, type Tensor } from "../mod.ts";

/** The library as a program without types sees it. */
type Untyped = { readonly [name: string]: Untyped } & ((...args: unknown[]) => Untyped) & {
  new (...args: unknown[]): Untyped;
};

// The calls are wrong on purpose, which the declared types would not let through.
const d = dualtape as unknown as Untyped;
const { nn, optim, func, autograd, data } = d;
const F = nn.functional;

const x = dualtape.tensor([[1, 2, 3], [4, 5, 6]]);
const leaf = dualtape.tensor([1, 2], { requiresGrad: true });
const ints = dualtape.tensor([1, 2], { dtype: "int32" });
const disposed = dualtape.ones([2, 3]);
disposed.dispose();
const cyclic: unknown[] = [];
cyclic.push(cyclic);
const u = x as unknown as Untyped;
const l = leaf as unknown as Untyped;
const i = ints as unknown as Untyped;
const sgd = (): unknown => new optim.SGD([leaf], { lr: 1 });

/** A call, the class of its error, and parts of its text. */
type Row = readonly [
  call: () => unknown,
  error: new (...args: never[]) => Error,
  ...fragments: readonly string[],
];

const TABLE: Readonly<Record<string, readonly Row[]>> = {
  shapes: [
    ...["zeros", "ones", "empty", "rand", "randn"].flatMap((name): Row[] => [
      [() => d[name](3), ArgumentError, `${name}: expected a shape`, "got 3", "pass [3]"],
      [() => d[name](2, 3), ArgumentError, `${name}:`, "got 2", "pass [2], or [2, ...]"],
      [() => d[name](), ArgumentError, `${name}:`, "got undefined"],
      [() => d[name](null), ArgumentError, `${name}:`, "got null"],
      [() => d[name]("3"), ArgumentError, `${name}:`, 'got "3"'],
      [() => d[name]([2], "float64"), ArgumentError, `${name}:`, '"float64" }'],
    ]),
    [() => d.full(3, 1), ArgumentError, "full:", "pass [3]"],
    [() => d.ones([2], { requires_grad: true }), ArgumentError, "ones:", "in camelCase", "got requires_grad"],
    [() => d.rand([2], { generator: 5 }), ArgumentError, "rand:", "Generator", "got 5"],
    [() => d.arange(1e12), ArgumentError, "arange:", "4 GiB"],
    [() => d.arange(0, 10, 1e-9), ArgumentError, "arange:", "4 GiB"],
    [() => d.linspace(0, 1, 1e12), ArgumentError, "linspace:", "4 GiB"],
    [() => d.eye(1e6), ArgumentError, "eye:", "4 GiB"],
    [() => d.trilIndices(1e6, 1e6), ArgumentError, "trilIndices:", "4 GiB"],
    [() => d.full([1], 1e12, { dtype: "int32" }), ArgumentError, "full:", "int32", "got 1000000000000"],
    [() => i.fill_(1e12), ArgumentError, "fill_:", "int32", "got 1000000000000"],
    [() => d.tensor(cyclic), ArgumentError, "tensor:", "inside itself"],
    [() => d.tensor([1], "float64"), ArgumentError, "tensor:", '{ dtype: "float64" }'],
    [() => d.bernoulli(dualtape.tensor([2])), ArgumentError, "bernoulli:", "[0, 1]"],
    [() => u.normal_(dualtape.tensor([0.5])), ArgumentError, "normal_: expected a number", "got tensor([0.5000])"],
    [() => d.bernoulli(dualtape.tensor([NaN])), ArgumentError, "bernoulli:", "[0, 1]"],
  ],
  "dims and options of reductions": [
    ...["sum", "mean", "prod", "amax", "amin", "std", "any"].flatMap((name): Row[] => [
      [() => u[name]({ keepdim: true }), ArgumentError, "expected dim to be a number", "got an object", "(null, {"],
      [() => u[name]("0"), ArgumentError, "expected dim to be a number", 'got "0"'],
      [() => u[name](0, true), ArgumentError, "expected an object of options", "got true", "{ keepdim: true }"],
    ]),
    [() => u.argmax(1, true), ArgumentError, "argmax:", "{ keepdim: true }"],
    [() => u.sort(0, true), ArgumentError, "sort:", "{ descending: true }"],
    [() => u.topk(1, 0, false), ArgumentError, "topk:", "{ largest: false }"],
    [() => u.clamp({ min: 0 }), ArgumentError, "clamp:", "clamp(min, max)"],
    [() => u.norm({ p: 1 }), ArgumentError, "norm:", "norm(1)"],
    [() => u.softmax({ dim: 1 }), ArgumentError, "softmax:", "integer dim", "got an object", "the number alone"],
    [() => d.cat([x, x], { dim: 1 }), ArgumentError, "cat:", "integer dim", "got an object", "the number alone"],
  ],
  operators: [
    [() => (x as unknown as number) * 2, ArgumentError, "Tensor: expected a method, got an operator", "x.mul(y)"],
    [() => Math.exp(x as unknown as number), ArgumentError, "x.item()"],
  ],
  joining: [
    [() => d.cat(x), ArgumentError, "cat:", "array of tensors", "shape [2, 3]"],
    [() => d.meshgrid(leaf, leaf), ArgumentError, "meshgrid:", "array of tensors", "shape [2]", "pass [a, b]"],
    [() => d.cat(5), ArgumentError, "cat:", "got 5"],
    [() => d.cat([1, 2]), ArgumentError, "cat:", "got 1"],
    [() => d.stack([1, 2]), ArgumentError, "stack:", "got 1"],
    [() => d.vstack(5), ArgumentError, "vstack:", "got 5"],
    [() => d.einsum(x), ArgumentError, "einsum:", "equation", "shape [2, 3]"],
    [() => u.mm(x), ShapeError, "mm:", "[2, 3] and [2, 3]"],
    [() => u.mv(leaf), ShapeError, "mv:", "3 columns", "got [2]"],
    [() => u.add("1"), ArgumentError, "expected a tensor, a number or a boolean"],
    [() => u.copy_(disposed), DisposedError, "copy_:"],
  ],
  modules: [
    [() => new nn.Linear(-1, 2), ShapeError, "Linear:", "[2, -1]"],
    [() => new nn.Linear(), ShapeError, "Linear:", "[undefined, undefined]"],
    [() => new nn.Embedding(-1, 2), ShapeError, "Embedding:", "[-1, 2]"],
    [() => new nn.Conv1d(-1, 2, 3), ShapeError, "Conv1d:", "[2, -1, 3]"],
    [() => new nn.LayerNorm(-1), ShapeError, "LayerNorm:", "[-1]"],
    [() => new nn.GRUCell(2, 1.5), ShapeError, "GRUCell:", "[4.5, 2]"],
    [() => new nn.MultiheadAttention(4, -2), ArgumentError, "MultiheadAttention:", "got -2"],
    [() => new nn.GroupNorm(-1, 4), ArgumentError, "GroupNorm:", "got -1"],
    [() => new nn.LSTMCell(2, 3, false), ArgumentError, "LSTMCell:", "{ bias: false }"],
    [() => new nn.CrossEntropyLoss(leaf), ArgumentError, "CrossEntropyLoss:", "shape [2]", "{ weight: ... }"],
    [() => new nn.CrossEntropyLoss({ weight: [1, 2] }), ArgumentError, "registerBuffer(weight):", "got an array"],
    [() => new nn.Upsample(2), ArgumentError, "Upsample:", "{ size: 2 }"],
    [() => new nn.Upsample(), ArgumentError, "Upsample:", "{ size: ... }"],
    [() => new nn.CosineSimilarity(1), ArgumentError, "CosineSimilarity:", "{ dim: 1 }"],
    [() => new nn.ZeroPad2d(), ArgumentError, "ZeroPad2d:", "got undefined"],
    [() => new nn.Transformer(512), ArgumentError, "Transformer:", "{ dModel: 512 }"],
    [() => new nn.TransformerEncoderLayer(4, 2, 16), ArgumentError, "{ dimFeedforward: 16 }"],
    [
      () => new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2), 1, new nn.LayerNorm(4)),
      ArgumentError,
      "TransformerEncoder:",
      "got LayerNorm",
      "{ norm: ... }",
    ],
    [() => new nn.TransformerDecoder(new nn.Linear(1, 1), 2), ArgumentError, "TransformerDecoder:", "got Linear"],
    [() => new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2)), ArgumentError, "got undefined"],
    [() => new nn.ModuleList(5), ArgumentError, "ModuleList:", "list of modules", "got 5"],
    [() => new nn.ParameterList(5), ArgumentError, "ParameterList:", "list of parameters", "got 5"],
    [() => new nn.ParameterList([x]), ArgumentError, "ParameterList:", "new nn.Parameter()"],
    [() => new nn.ParameterDict({ a: x }), ArgumentError, "ParameterDict:", "new nn.Parameter()"],
    [() => new nn.Linear(2, 2, false), ArgumentError, "Linear:", "{ bias: false }"],
    [() => new nn.Dropout(0.2), ArgumentError, "Dropout:", "{ p: 0.2 }"],
    [() => new nn.LeakyReLU(0.2), ArgumentError, "LeakyReLU:", "{ negativeSlope: 0.2 }"],
    [() => new nn.MaxPool2d(2, 2), ArgumentError, "MaxPool2d:", "{ stride: 2 }"],
    [() => new nn.Conv2d(1, 2, 3, 1), ArgumentError, "Conv2d:", "{ stride: 1 }"],
    [() => new nn.LSTM(3, 4, 2), ArgumentError, "LSTM:", "{ numLayers: 2 }"],
    [() => new nn.Embedding(3, 4, 0), ArgumentError, "Embedding:", "{ paddingIdx: 0 }"],
    [() => new nn.MSELoss("sum"), ArgumentError, "MSELoss:", '{ reduction: "sum" }'],
    [() => F.dropout(x, 0.3), ArgumentError, "dropout:", "{ p: 0.3 }"],
    [() => F.leakyRelu(x, 0.2), ArgumentError, "leakyRelu:", "{ negativeSlope: 0.2 }"],
    [() => F.maxPool2d(dualtape.ones([1, 4, 4]), 2, 2), ArgumentError, "maxPool2d:", "{ stride: 2 }"],
    [() => F.mseLoss(x, 1), ArgumentError, "mseLoss:", "got 1"],
    [() => F.mseLoss(x, x, "sum"), ArgumentError, "mseLoss:", '{ reduction: "sum" }'],
    [
      () => F.conv2d(dualtape.ones([1, 1, 2, 2]), dualtape.ones([1, 1, 1, 1]), null, { padding: 2 ** 27 }),
      ShapeError,
      "2^31 elements",
    ],
    [() => new nn.Linear(2, 2).call([1, 2]), ArgumentError, "linear:", "got an array"],
    [() => new nn.Flatten().call([1, 2]), ArgumentError, "flatten:", "got an array"],
    [() => new nn.BatchNorm1d(2).call([1, 2]), ShapeError, "BatchNorm1d:", "got no tensor"],
    [() => new nn.BatchNorm1d(2).call(undefined), ArgumentError, "BatchNorm1d:", "got undefined"],
    [() => new nn.MultiheadAttention(4, 2).call([1, 2]), ArgumentError, "MultiheadAttention:", "got an array"],
    [() => new nn.MultiheadAttention(3, 1).call(x), ArgumentError, "MultiheadAttention:", "got undefined"],
    [() => new nn.MultiheadAttention(3, 1).call(x, x, x, x), ArgumentError, "MultiheadAttention:", "{ attnMask: ... }"],
    [() => new nn.TransformerEncoderLayer(4, 2).call(x, x), ArgumentError, "{ srcMask: ... }"],
    [() => new nn.TransformerDecoderLayer(4, 2).call(x, x, x), ArgumentError, "{ tgtMask: ... }"],
    [() => new nn.LSTM(3, 4, { numLayers: 0 }), ArgumentError, "LSTM:", "numLayers of 1 or more", "got 0"],
    [() => new nn.LSTM(3, 4, { projSize: 4 }), ArgumentError, "LSTM:", "projSize below 4"],
    [() => new nn.LSTM(3, 4).call(x, dualtape.ones([1, 4])), ArgumentError, "LSTM:", "2 initial states", "[1, 4]"],
    [() => new nn.LSTM(3, 4).call(x, [dualtape.ones([1, 4])]), ArgumentError, "LSTM:", "2 initial states", "an array"],
    [() => new nn.GRU(3, 4).call(x, [x]), ArgumentError, "GRU:", "expected a tensor", "an array"],
    [() => new nn.GRUCell(3, 4).call(x, dualtape.ones([1, 4])), ShapeError, "GRUCell:", "[2, 4]", "[1, 4]"],
    [() => new nn.BatchNorm1d(3, { affine: false }).to("int32"), ArgumentError, "to:", "floating-point"],
    [() => new nn.GRU(3, 4).call(null), ArgumentError, "GRU:", "tensors", "got null"],
    [() => new nn.CrossEntropyLoss().call(x), ArgumentError, "crossEntropy:", "got undefined"],
    [() => F.crossEntropy(x, leaf), DTypeError, "crossEntropy:", "class numbers", "got float32", "int()"],
    [() => new nn.LSTM(3, 4, { batch_first: true }), ArgumentError, "LSTM:", "in camelCase, got batch_first"],
    [() => new nn.ReflectionPad1d(1).call(undefined), ArgumentError, "ReflectionPad1d:", "got undefined"],
    [() => new nn.Linear(1, 1).loadStateDict(), ArgumentError, "loadStateDict:", "got undefined"],
    [() => new nn.Linear(1, 1).apply(5), ArgumentError, "apply:", "got 5"],
    [() => new nn.Linear(1, 1).registerForwardHook(5), ArgumentError, "registerForwardHook:", "got 5"],
    [() => new nn.Linear(1, 1).registerBuffer(5, x), ArgumentError, "Linear:", '"5"'],
    ...["ones_", "eye_", "dirac_", "uniform_", "normal_", "truncNormal_", "orthogonal_", "xavierNormal_"].map((
      name,
    ): Row => [() => nn.init[name]([1, 2]), ArgumentError, ": expected a tensor, got an array"]),
    [() => nn.utils.clipGradNorm_(5, 1), ArgumentError, "clipGradNorm_:", "got 5"],
    [() => nn.utils.clipGradNorm_([5], 1), ArgumentError, "clipGradNorm_:", "got 5"],
    [() => nn.utils.clipGradValue_(undefined, 1), ArgumentError, "clipGradValue_:", "got undefined"],
    [() => nn.utils.parametersToVector(5), ArgumentError, "parametersToVector:", "got 5"],
    [() => nn.utils.parametersToVector(x), ArgumentError, "parametersToVector:", "shape [2, 3]"],
    [() => nn.utils.vectorToParameters(5, [leaf]), ArgumentError, "vectorToParameters:", "got 5"],
    ...["Conv2d", "ConvTranspose1d", "BatchNorm1d", "InstanceNorm2d", "RNN", "RNNCell"].map((name): Row => {
      const sizes = { C: [1, 2, 3], B: [2], I: [2], R: [2, 3] }[name[0]]!;
      return [() => new nn[name](...sizes, null), ArgumentError, `${name}: expected an object of options, got null`];
    }),
    [() => new nn.Module().call(x), ArgumentError, "Module:", "forward", "got undefined"],
    [() => new nn.Linear(1, 1).loadStateDict({ weight: 5, bias: leaf }), ArgumentError, "(weight)", "got 5"],
    [() => new nn.Sequential(5), ArgumentError, "Sequential:", "got 5"],
    [() => new nn.LSTM(3, 4).call(dualtape.ones([0, 2, 3])), ShapeError, "LSTM:", "one time step", "[0, 2, 3]"],
    [() => new data.DataLoader([1, 2]), ArgumentError, "DataLoader:", "Dataset"],
    [() => new data.DataLoader(new data.TensorDataset(x), 2), ArgumentError, "DataLoader:", "{ batchSize: 2 }"],
  ],
  optimizers: [
    [() => new optim.SGD([5], { lr: 1 }), ArgumentError, "SGD:", "got 5"],
    [() => new optim.SGD(leaf, { lr: 1 }), ArgumentError, "SGD:", "list of parameters", "shape [2]"],
    [() => new optim.SGD([leaf], 0.1), ArgumentError, "SGD:", "{ lr: 0.1 }"],
    [() => new optim.SGD([leaf], { lr: 1, weight_decay: 1 }), ArgumentError, "SGD:", "got weight_decay"],
    [() => new optim.Adam([leaf], 0.1), ArgumentError, "Adam:", "{ lr: 0.1 }"],
    [() => new optim.AdamW([leaf], 0.1), ArgumentError, "AdamW:", "{ lr: 0.1 }"],
    [() => new optim.Adam([leaf]).loadStateDict({}), ArgumentError, "loadStateDict:", "stateDict()"],
    [() => new optim.SGD([leaf], { lr: 1 }).step(5), ArgumentError, "step:", "got 5"],
    [() => new optim.lrScheduler.ReduceLROnPlateau(sgd(), "min"), ArgumentError, '{ mode: "min" }'],
    [() => new optim.lrScheduler.CyclicLR(sgd()), ArgumentError, "CyclicLR:", "{ baseLr: ... }"],
    [() => new optim.lrScheduler.OneCycleLR(sgd(), 0.1), ArgumentError, "OneCycleLR:", "{ maxLr: 0.1 }"],
    [() => new optim.lrScheduler.CosineAnnealingWarmRestarts(sgd()), ArgumentError, "{ T0: ... }"],
    [() => new optim.lrScheduler.LambdaLR(sgd(), { lrLambda: 5 }), ArgumentError, "LambdaLR: lrLambda", "got 5"],
    ...[["StepLR", "stepSize"], ["MultiStepLR", "milestones"], ["ExponentialLR", "gamma"], [
      "CosineAnnealingLR",
      "TMax",
    ]]
      .map(([name, option]): Row => [
        () => new optim.lrScheduler[name](sgd(), {}),
        ArgumentError,
        `${name}: expected ${option}`,
        "got undefined",
      ]),
    [() => new optim.lrScheduler.MultiStepLR(sgd(), { milestones: 5 }), ArgumentError, "list of milestones"],
    [() => new optim.lrScheduler.ChainedScheduler(5), ArgumentError, "ChainedScheduler:", "got 5"],
    [() => new optim.lrScheduler.ChainedScheduler([5]), ArgumentError, "expected an optimizer"],
    [() => new optim.lrScheduler.SequentialLR(sgd(), [], [3]), ArgumentError, "SequentialLR:", "{ milestones: ... }"],
    [() => new optim.lrScheduler.CyclicLR(5, { baseLr: 1, maxLr: 2 }), ArgumentError, "an optimizer, got 5"],
    [() => new optim.LBFGS([leaf]).step(5), ArgumentError, "LBFGS:", "step(closure)"],
    [() => new optim.lrScheduler.StepLR(sgd()), ArgumentError, "StepLR:", "{ stepSize: ... }"],
    [() => new optim.lrScheduler.StepLR(sgd(), 3), ArgumentError, "StepLR:", "{ stepSize: 3 }"],
    [() => new optim.lrScheduler.StepLR(sgd(), { stepSize: 0 }), ArgumentError, "StepLR:", "got 0"],
  ],
  derivatives: [
    [() => l.sum().backward(5), ArgumentError, "backward:", "got 5"],
    [() => autograd.grad(), ArgumentError, "grad:", "got undefined"],
    [() => Object.assign(leaf, { grad: 5 }), ArgumentError, "grad:", "got 5"],
    [() => Object.assign(leaf, { grad: dualtape.ones([3]) }), ShapeError, "grad:", "[3]"],
    [() => Object.assign(leaf, { grad: dualtape.ones([2], { dtype: "float64" }) }), DTypeError, "grad:", "float64"],
    [() => d.forwardAD.unpackDual(5), ArgumentError, "unpackDual:", "got 5"],
    [() => func.vmap(5), ArgumentError, "vmap:", "got 5"],
    [() => func.vmap(u.sin, [0, null]), ArgumentError, "vmap:", "got an array", "{ inDims: ... }"],
    [() => func.vmap(u.sin, { in_dims: 1 }), ArgumentError, "vmap:", "got in_dims"],
    [() => func.grad((a: Tensor) => a.sum(), 0)(x), ArgumentError, "grad:", "{ argnums: 0 }"],
    [() => func.jacrev((a: Tensor) => a.sum(), [0]), ArgumentError, "jacrev:", "{ argnums: ... }"],
    [() => func.jacfwd((a: Tensor) => a.sum(), 0), ArgumentError, "jacfwd:", "{ argnums: 0 }"],
    [() => func.hessian((a: Tensor) => a.sum(), 0), ArgumentError, "hessian:", "{ argnums: 0 }"],
    [() => autograd.grad(leaf.sum(), leaf, leaf), ArgumentError, "grad:", "{ gradOutputs: ... }"],
    [() => func.grad(5)(x), ArgumentError, "grad:", "got 5"],
    [() => func.jacrev(5), ArgumentError, "jacrev:", "got 5"],
    [() => func.jacfwd(5), ArgumentError, "jacfwd:", "got 5"],
    [() => func.vjp(5, x), ArgumentError, "vjp:", "got 5"],
    [() => func.jvp(5, [x], [x]), ArgumentError, "jvp:", "got 5"],
    [() => func.grad((tree: unknown) => tree)(cyclic), ArgumentError, "inside itself"],
    [() => func.functionalCall(5, {}, x), ArgumentError, "functionalCall:", "got 5"],
    [() => func.functionalCall(new nn.Linear(3, 1), { weight: 5 }, x), ArgumentError, "(weight)", "got 5"],
    [() => d.checkpoint(5, x), ArgumentError, "checkpoint:", "got 5"],
    [() => d.profiler.profile(5), ArgumentError, "profile:", "got 5"],
    [() => autograd.makeDot(5), ArgumentError, "makeDot:", "got 5"],
  ],
};

function stateOf(t: Tensor): unknown {
  return [[...t.dataSync()], t.shape, t.storage.version, t.requiresGrad, t.grad];
}

for (const [group, rows] of Object.entries(TABLE)) {
  Deno.test(`input without types: ${group}`, () => {
    const before = [x, leaf, ints].map(stateOf);
    for (const [call, error, ...fragments] of rows) {
      const { message } = assertThrows(call, error, undefined, String(call)) as Error;
      for (const fragment of fragments) assert(message.includes(fragment), `${call}: ${fragment} in: ${message}`);
    }
    assertEquals([x, leaf, ints].map(stateOf), before);
  });
}

Deno.test("a step with a disposed parameter or gradient writes nothing", () => {
  for (const lose of [(p: Tensor) => p, (p: Tensor) => p.grad!]) {
    const [good, bad] = [0, 1].map(() => dualtape.ones([2], { requiresGrad: true }));
    const optimizer = new dualtape.optim.SGD([good, bad], { lr: 1 });
    good.add(bad).sum().backward();
    lose(bad).dispose();
    assertThrows(() => optimizer.step(), DisposedError, "step:");
    assertEquals(good.toArray(), [1, 1]);
  }
});
