/**
 * What modules do beside computing: names, containers, hooks, modes, memory. Values are compared with PyTorch's in
 * `tests/conformance/`.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  ArgumentError,
  func,
  IndexError,
  manualSeed,
  memory,
  nn,
  noGrad,
  ones,
  randn,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from "../../mod.ts";
import { closeScope, created, openScope } from "../../tensor/scope.ts";

/** The tensors that `fn` made and left alive. */
function leftAlive(fn: () => void): Tensor[] {
  const mark = openScope();
  try {
    fn();
    return created!.slice(mark).filter((x) => !x.disposed);
  } finally {
    closeScope();
  }
}

Deno.test("Sequential names its children by position and runs them in order", () => {
  const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1, { bias: false }));
  assertEquals(Object.keys(model.stateDict()), ["0.weight", "0.bias", "2.weight"]);
  const x = randn([4, 2]);
  const byHand = model.get(2).forward(model.get(1).forward(model.get(0).forward(x)));
  assertEquals(model.call(x).toArray(), byHand.toArray());
  assertEquals(model.get(-1), model.get(2));
  assertThrows(() => model.get(3), Error, "expected an index in [-3, 2]");
});

Deno.test("Sequential frees what passes between its layers, and nothing else", () => {
  const model = new nn.Sequential(
    new nn.Identity(),
    new nn.Conv2d(1, 2, 3),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(8, 3),
  );
  const x = randn([2, 1, 6, 6]);
  let y: Tensor | null = null;
  const alive = leftAlive(() => void (y = model.call(x)));
  assertEquals(alive, [y]);
  assert(!x.disposed);
  y!.sum().backward();
  assertEquals(model.parameters().every((p) => p.grad !== null), true);
});

Deno.test("Sequential returns its input untouched through layers that pass it on", () => {
  const model = new nn.Sequential(new nn.Identity(), new nn.Dropout(), new nn.Identity()).eval();
  const x = randn([3]);
  assertEquals(model.call(x), x);
  assert(!x.disposed);
});

Deno.test("Sequential keeps what a hook has seen", () => {
  const model = new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU(), new nn.Linear(2, 2));
  const seen: Tensor[] = [];
  const handle = model.get(1).registerForwardHook((_module, args, output) => void seen.push(args[0], output));
  model.call(ones([1, 2]));
  assertEquals(seen.map((x) => x.disposed), [false, false]);
  handle.remove();
  model.call(ones([1, 2]));
  assertEquals(seen.length, 2);
});

Deno.test("Sequential keeps what a module of the user has seen", () => {
  class Recorder extends nn.Module {
    last: Tensor | null = null;
    override forward(x: Tensor): Tensor {
      this.last = x;
      return x.mul(2);
    }
  }
  const recorder = new Recorder();
  new nn.Sequential(new nn.Linear(2, 2), recorder, new nn.ReLU()).call(ones([1, 2]));
  assertEquals(recorder.last!.disposed, false);
});

Deno.test("a view of a freed activation can be written in place", () => {
  const model = new nn.Sequential(new nn.Linear(3, 3), new nn.Flatten(0));
  const y = model.call(ones([2, 3]));
  y.mul_(2);
  y.sum().backward();
  assertEquals(model.parameters()[1].grad!.toArray(), [4, 4, 4]);
});

Deno.test("training a model in a plain loop leaves no activations behind", () => {
  const model = new nn.Sequential(new nn.Linear(64, 64), new nn.Tanh(), new nn.Linear(64, 64));
  const x = randn([64, 64]);
  const run = (): void => nn.functional.mseLoss(model.call(x), x).backward();
  run();
  const before = memory().liveBytes;
  for (let i = 0; i < 50; i++) run();
  // Only outputs and losses, whose handles the garbage collector owns: 50 times one activation and some bytes.
  assert(memory().liveBytes - before < 50 * 1.5 * 64 * 64 * 4);
});

Deno.test("ModuleList, ModuleDict and ParameterList hold what they are given", () => {
  const list = new nn.ModuleList([new nn.Linear(1, 1)]).append(new nn.ReLU());
  assertEquals(list.length, 2);
  assertEquals([...list].map((module) => module.constructor.name), ["Linear", "ReLU"]);
  list.set(1, new nn.Tanh());
  assertEquals(list.get(-1).constructor.name, "Tanh");
  const dict = new nn.ModuleDict({ a: new nn.Linear(1, 2) }).set("b", new nn.Identity());
  assertEquals(dict.keys(), ["a", "b"]);
  assertEquals(Object.keys(dict.stateDict()), ["a.weight", "a.bias"]);
  assertThrows(() => dict.get("c"), Error, 'expected one of [a, b], got "c"');
  const parameters = new nn.ParameterList([new nn.Parameter(zeros([2]))]).append(new nn.Parameter(ones([1])));
  assertEquals(parameters.namedParameters().map(([name]) => name), ["0", "1"]);
  assertEquals(parameters.double().get(1).dtype, "float64");
  assertThrows(() => list.call(), ArgumentError, "use Sequential");
  const named = new nn.ParameterDict({ w: new nn.Parameter(ones([2])) }).set("b", new nn.Parameter(zeros([1])));
  assertEquals([named.keys(), named.has("w"), named.get("w").toArray()], [["w", "b"], true, [1, 1]]);
  assertEquals(named.namedParameters().map(([name]) => name), ["w", "b"]);
  assertEquals(named.double().get("b").dtype, "float64");
  assertThrows(() => named.get("c"), IndexError, 'ParameterDict: expected one of [w, b], got "c"');
});

Deno.test("a sequence runs what addModule adds, and names keep what they mean", () => {
  const model = new nn.Sequential(new nn.Identity());
  model.addModule("relu", new nn.ReLU());
  model.append(new nn.Flatten(0));
  assertEquals(model.namedChildren().map(([name]) => name).sort(), ["0", "2", "relu"]);
  assertEquals(model.call(tensor([[-1, 2]])).toArray(), [0, 2]);
  model.addModule("relu", new nn.Softsign());
  assertEquals([model.length, model.call(tensor([[1]])).toArray()], [3, [0.5]]);
  const refusals: [() => unknown, string][] = [
    [() => new nn.ModuleDict({ get: new nn.ReLU() }), 'ModuleDict: expected a free name without dots, got "get"'],
    [() => new nn.ModuleDict({ training: new nn.ReLU() }), '"training"'],
    [() => new nn.ModuleDict({ "a.b": new nn.ReLU() }), '"a.b"'],
    [() => new nn.ParameterDict({ keys: new nn.Parameter(ones([1])) }), '"keys"'],
    [() => model.addModule("forward", new nn.ReLU()), 'Sequential: expected a free name without dots, got "forward"'],
    [() => model.addModule("", new nn.ReLU()), '""'],
  ];
  for (const [call, text] of refusals) assertThrows(call, ArgumentError, text);
  const linear = new nn.Linear(2, 2);
  assertThrows(() => linear.registerBuffer("weight", ones([2])), ArgumentError, "Linear: expected a free name");
  assertEquals([linear.parameters().length, linear.buffers().length], [2, 0]);
  const norm = new nn.BatchNorm1d(2);
  norm.registerBuffer("runningMean", tensor([3, 4]));
  assertEquals(norm.runningMean!.toArray(), [3, 4]);
});

Deno.test("a module may hold the module that holds it", () => {
  class Node extends nn.Module {
    next: nn.Module | null = null;
    weight = new nn.Parameter(ones([1]));
    override forward(x: Tensor): Tensor {
      return x;
    }
  }
  const [root, leaf] = [new Node(), new Node()];
  root.next = leaf;
  leaf.next = root;
  assertEquals(root.namedModules().map(([name]) => name), ["", "next"]);
  assertEquals(Object.keys(root.double().stateDict()), ["weight", "next.weight"]);
  const visited: nn.Module[] = [];
  root.eval().apply((module) => void visited.push(module));
  assertEquals(visited.map((module) => [module === leaf, module.training]), [[true, false], [false, false]]);
});

Deno.test("lists and dictionaries of parameters give what functionalCall puts in", () => {
  class Model extends nn.Module {
    list = new nn.ParameterList([new nn.Parameter(ones([2]))]);
    dict = new nn.ParameterDict({ w: new nn.Parameter(ones([2])) });
    override forward(x: Tensor): Tensor {
      return x.mul(this.list.get(0)).mul(this.dict.get("w")).sum();
    }
  }
  const model = new Model();
  const x = tensor([3, 5]);
  const loss = (params: Record<string, Tensor>): Tensor => func.functionalCall(model, params, x);
  const params = { "list.0": tensor([2, 2]), "dict.w": tensor([10, 100]) };
  assertEquals(loss(params).item(), 3 * 2 * 10 + 5 * 2 * 100);
  const grads = func.grad(loss)(params);
  assertEquals(grads["list.0"].toArray(), [30, 500]);
  assertEquals(grads["dict.w"].toArray(), [6, 10]);
});

Deno.test("conversion keeps tied parameters tied, and modules() gives a shared module once", () => {
  class Tied extends nn.Module {
    encoder = new nn.Linear(2, 3, { bias: false });
    decoder = new nn.Linear(2, 3, { bias: false });
    again = this.encoder;
    constructor() {
      super();
      this.decoder.weight = this.encoder.weight;
    }
    override forward(x: Tensor): Tensor {
      return this.encoder.call(x).add(this.decoder.call(x));
    }
  }
  const model = new Tied();
  assertEquals(model.modules().length, 3);
  assertEquals(model.children(), [model.encoder, model.decoder]);
  const visited: nn.Module[] = [];
  new nn.Sequential(new nn.Sequential(model.encoder), new nn.Sequential(model.encoder)).apply((m) =>
    void visited.push(m)
  );
  assertEquals(visited.map((m) => m.constructor.name), ["Linear", "Sequential", "Sequential", "Sequential"]);
  model.double();
  assertEquals(model.parameters().length, 1);
  assert(model.encoder.weight === model.decoder.weight);
  assertEquals(model.encoder.weight.dtype, "float64");
});

Deno.test("a call that fails says whether the arguments were at fault", () => {
  class Broken extends nn.Linear {
    override forward(_x: Tensor): Tensor {
      throw new TypeError("of the user");
    }
  }
  const broken = new Broken(1, 1);
  assertThrows(() => broken.call(ones([1])), TypeError, "of the user");
  // @ts-expect-error: a program without types
  const error = assertThrows(() => broken.call("x"), ArgumentError, "Broken: expected tensors");
  assert((error as Error).cause instanceof TypeError);
});

Deno.test("padding with a constant takes axes of any number in front, other modes do not", () => {
  const x = tensor([[1, 2]]);
  assertEquals(new nn.ZeroPad2d(1).call(x).shape, [3, 4]);
  assertEquals(new nn.ConstantPad1d([1, 0], 7).call(tensor([1, 2])).toArray(), [7, 1, 2]);
  assertEquals(new nn.ConstantPad1d([0, 1], 7).call(ones([1, 2, 1, 2])).shape, [1, 2, 1, 3]);
  assertThrows(() => new nn.ReplicationPad2d(1).call(x), ShapeError, "expected an input of 3 or 4 dimensions");
});

Deno.test("RReLU draws a slope per element in training, and takes the middle in evaluation", () => {
  manualSeed(3);
  const layer = new nn.RReLU({ lower: 0.2, upper: 0.4 });
  const x = tensor([...new Array<number>(100).fill(-1), 2, 0], { dtype: "float64", requiresGrad: true });
  const y = layer.call(x);
  const slopes = (y.toArray() as number[]).slice(0, 100).map((v) => -v);
  assert(slopes.every((slope) => slope >= 0.2 && slope < 0.4) && new Set(slopes).size > 90);
  assertEquals(y.select(0, 100).item(), 2);
  y.sum().backward();
  assertEquals((x.grad!.toArray() as number[]).slice(0, 101), [...slopes, 1]);
  assertAlmostEquals(layer.eval().call(x).select(0, 0).item(), -0.3, 1e-15);
});

Deno.test("default initial values have PyTorch's bounds", () => {
  manualSeed(1);
  const bound = (p: Tensor): number => p.detach().abs().max().item();
  const linear = new nn.Linear(400, 50);
  for (const p of linear.parameters()) assert(bound(p) <= 1 / 20 && bound(p) > 0.9 / 20);
  const conv = new nn.Conv2d(4, 8, 5);
  for (const p of conv.parameters()) assert(bound(p) <= 0.1);
  const rows = new nn.Embedding(1000, 4, { paddingIdx: 3 }).weight.detach();
  assertEquals(rows.select(0, 3).toArray(), [0, 0, 0, 0]);
  assertAlmostEquals(rows.std().item(), 1, 0.05);
  const norm = new nn.BatchNorm2d(3);
  assertEquals([norm.weight!.toArray(), norm.bias!.toArray()], [[1, 1, 1], [0, 0, 0]]);
});

Deno.test("dropout layers drop in training mode only, by the seeded stream", () => {
  const x = ones([1000]);
  const layer = new nn.Dropout({ p: 0.25 });
  manualSeed(7);
  const first = layer.call(x);
  manualSeed(7);
  assertEquals(layer.call(x).toArray(), first.toArray());
  const values = new Set(first.toArray() as number[]);
  assertEquals([...values].sort(), [0, Math.fround(1 / 0.75)]);
  assertAlmostEquals(first.mean().item(), 1, 0.1);
  assertEquals(layer.eval().call(x), x);
  const channels = new nn.Dropout2d().call(ones([4, 8, 3, 3]));
  for (const row of channels.reshape([32, 9]).toArray() as number[][]) assertEquals(new Set(row).size, 1);
  assertThrows(() => new nn.Dropout({ p: 1.5 }), ArgumentError, "expected a probability in [0, 1]");
});

Deno.test("batch norm: running statistics, momentum null, evaluation without statistics", () => {
  const x = tensor([[1, 2], [3, 6]], { dtype: "float64" });
  const norm = new nn.BatchNorm1d(2, { momentum: null, dtype: "float64" });
  norm.call(x);
  norm.call(x.mul(3));
  assertEquals(norm.numBatchesTracked!.item(), 2);
  const means = norm.runningMean!.toArray() as number[];
  assertAlmostEquals(means[0], (2 + 6) / 2, 1e-12);
  assertAlmostEquals((norm.runningVar!.toArray() as number[])[0], (2 + 18) / 2, 1e-9);
  const free = new nn.BatchNorm1d(2, { trackRunningStats: false }).eval();
  assertAlmostEquals(free.call(x.float()).mean().item(), 0, 1e-6);
  assertThrows(() => norm.call(ones([1, 2], { dtype: "float64" })), ShapeError, "more than one value per channel");
});

Deno.test("convolution layers pad by other modes, and their transposes reach a wanted size", () => {
  const x = randn([1, 2, 5, 6]);
  const mirrored = new nn.Conv2d(2, 3, 3, { padding: [1, 2], paddingMode: "reflect" });
  const padded = nn.functional.pad(x, [2, 2, 1, 1], { mode: "reflect" });
  const expected = nn.functional.conv2d(padded, mirrored.weight, mirrored.bias);
  assertEquals(mirrored.call(x).toArray(), expected.toArray());
  assertEquals(new nn.Conv2d(2, 3, 4, { padding: "same", paddingMode: "circular" }).call(x).shape, [1, 3, 5, 6]);
  const up = new nn.ConvTranspose2d(2, 1, 3, { stride: 2, padding: 1 });
  assertEquals(up.call(x).shape, [1, 1, 9, 11]);
  assertEquals(up.call(x, [10, 12]).shape, [1, 1, 10, 12]);
  assertThrows(() => up.call(x, [13, 12]), ShapeError, "expected an outputSize from [9, 11]");
});

Deno.test("recurrent layers agree with their cells", () => {
  const layer = new nn.GRU(2, 3);
  const cell = new nn.GRUCell(2, 3);
  const state = layer.stateDict();
  cell.loadStateDict({
    weightIh: state.weightIhL0,
    weightHh: state.weightHhL0,
    biasIh: state.biasIhL0,
    biasHh: state.biasHhL0,
  });
  const x = randn([4, 1, 2]);
  let h = zeros([1, 3]);
  for (let t = 0; t < 4; t++) h = cell.call(x.select(0, t), h);
  const [, last] = layer.call(x);
  assertEquals(nearly(last.select(0, 0), h), true);
});

function nearly(a: Tensor, b: Tensor): boolean {
  return a.sub(b).abs().max().item() < 1e-6;
}

Deno.test("attention: a causal mask is the same as the mask of the decoder", () => {
  const attention = new nn.MultiheadAttention(4, 2, { batchFirst: true });
  const x = randn([2, 5, 4]);
  const later = nn.Transformer.generateSquareSubsequentMask(5);
  const [masked, weights] = attention.call(x, x, x, { attnMask: later });
  const [shorter] = attention.call(x.narrow(1, 0, 3), x.narrow(1, 0, 3), x.narrow(1, 0, 3), {
    attnMask: nn.Transformer.generateSquareSubsequentMask(3),
  });
  assertEquals(nearly(masked.narrow(1, 0, 3), shorter), true);
  assertEquals(nearly(weights!.sum(-1), ones([2, 5])), true);
});

Deno.test("attention takes masks of the shapes that PyTorch takes, and no others", () => {
  const x = ones([3, 5, 4]);
  const mask = (...shape: number[]): Tensor => zeros(shape, { dtype: "bool" });
  for (const options of [{}, { addBiasKv: true, addZeroAttn: true }]) {
    const attention = new nn.MultiheadAttention(4, 2, { batchFirst: true, ...options });
    for (const keyPaddingMask of [mask(3, 3), mask(3, 7), mask(5), mask(1, 5)]) {
      assertThrows(() => attention.call(x, x, x, { keyPaddingMask }), ShapeError, "a mask of shape [3, 5], got");
    }
    for (const attnMask of [mask(5, 3), mask(1, 5), mask(5, 7)]) {
      assertThrows(() => attention.call(x, x, x, { attnMask }), ShapeError, "a mask of shape [5, 5], got");
    }
    assertThrows(() => attention.call(x, x, x, { attnMask: mask(3, 5, 5) }), ShapeError, "[6, 5, 5], got [3, 5, 5]");
    const [plain] = attention.call(x, x, x);
    for (const attnMask of [mask(5, 5), mask(6, 5, 5)]) {
      const [masked] = attention.call(x, x, x, { attnMask, keyPaddingMask: mask(3, 5) });
      assertEquals(nearly(masked, plain), true);
    }
    const [single] = x.unbind(0);
    assertEquals(attention.call(single, single, single, { keyPaddingMask: mask(5) })[0].shape, [5, 4]);
  }
});

Deno.test("Transformer: copies of layers are in the state of the layer", () => {
  class Mine extends nn.TransformerEncoderLayer {}
  const layer = new Mine(4, 2, { dimFeedforward: 3 }).double().eval();
  layer.linear1.weight.requiresGrad_(false);
  const [copy] = new nn.TransformerEncoder(layer, 1).layers as Iterable<nn.Module> as [Mine];
  assert(copy instanceof Mine && copy !== layer);
  assertEquals([copy.linear1.weight.dtype, copy.linear1.weight.requiresGrad], ["float64", false]);
  assertEquals(copy.modules().map((module) => module.training), layer.modules().map(() => false));
  assertEquals(copy.linear2.weight.toArray(), layer.linear2.weight.toArray());
  const decoder = new nn.TransformerDecoderLayer(4, 2, { dimFeedforward: 3 }).eval().copy();
  assertEquals([decoder.training, decoder.linear1.weight.requiresGrad], [false, true]);
});

Deno.test("Transformer: copies of layers have values of their own", () => {
  const model = new nn.Transformer({
    dModel: 8,
    nhead: 2,
    numEncoderLayers: 2,
    numDecoderLayers: 1,
    dimFeedforward: 16,
  });
  const [first, second] = [...model.encoder.layers].map((layer) => layer.parameters()[0]);
  noGrad(() => void first.fill_(0));
  assert(second.detach().abs().sum().item() > 0);
  const out = model.eval().call(randn([5, 2, 8]), randn([3, 2, 8]));
  assertEquals(out.shape, [3, 2, 8]);
});

Deno.test("TransformerEncoder takes its mask under PyTorch's name as well", () => {
  manualSeed(0);
  const encoder = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 3 }), 1).eval();
  const x = randn([5, 2, 4]);
  const mask = nn.Transformer.generateSquareSubsequentMask(5);
  assertEquals(encoder.call(x, { mask }).toArray(), encoder.call(x, { srcMask: mask }).toArray());
  assertEquals(nearly(encoder.call(x, { mask }), encoder.call(x)), false);
});

Deno.test("pooling layers have the type of what they return", () => {
  const x = ones([1, 1, 4, 4]);
  const pooled: Tensor[] = [new nn.MaxPool2d(2), new nn.MaxPool2d(2, { stride: 2 })].map((layer) => layer.call(x));
  pooled.push(new nn.AdaptiveMaxPool2d(2).call(x));
  pooled.push(new nn.MaxPool2d(2, { returnIndices: true }).call(x).values);
  pooled.push(new nn.AdaptiveMaxPool2d(2, { returnIndices: true }).call(x).values);
  for (const { shape } of pooled) assertEquals(shape, [1, 1, 2, 2]);
});
