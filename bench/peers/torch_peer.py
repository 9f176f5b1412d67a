"""PyTorch peer; the reference definition of every workload. The argument is the number of threads of its BLAS.

Speaks the line protocol of serve.ts and measures as measure.ts does. Times include Python's own, as for any user.
"""

import json
import math
import os
import sys
import time
import warnings

BLAS_THREADS = sys.argv[1] if len(sys.argv) > 1 else "1"
os.environ["OPENBLAS_NUM_THREADS"], os.environ["OMP_NUM_THREADS"] = BLAS_THREADS, "1"
warnings.filterwarnings("ignore")

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

try:
    from torch.func import grad, hessian, jacfwd, jacrev, jvp, vjp, vmap
except ImportError:  # PyTorch before 2.0
    from functorch import grad, hessian, jacfwd, jacrev, jvp, vjp, vmap

torch.set_num_threads(1)

WARM_UP_MS = 150
SAMPLE_MS = 0.5
CHECKED_RUN = 3


def now():
    return time.perf_counter() * 1e3


def prepare(set_up):
    run, result = set_up()
    fastest, check, count, start = math.inf, None, 1, now()
    while count <= CHECKED_RUN or now() - start < WARM_UP_MS:
        before = now()
        value = run()
        fastest = min(fastest, now() - before)
        if count == CHECKED_RUN:
            value = result() if result else value
            check = value.detach().double().abs().mean().item()
        count += 1
    return run, max(1, math.ceil(SAMPLE_MS / max(fastest, 1e-4))), check


def time_batch(run, repeat, milliseconds):
    fastest, sample, start = math.inf, 0, now()
    while sample < 3 or now() - start < milliseconds:
        before = now()
        for _ in range(repeat):
            run()
        fastest = min(fastest, (now() - before) / repeat)
        sample += 1
    return fastest * 1e3


# Inputs ----------------------------------------------------------------------------------------------------------------


def values(shape, seed, scale=1.0, dtype=np.float32):
    i = np.arange(int(np.prod(shape)), dtype=np.int64)
    x = ((i * 7919 + seed * 104729) % 2003 / 2003 - 0.5) * scale
    return torch.from_numpy(x.astype(np.float32).astype(dtype).reshape(shape))


def labels(count):
    return torch.tensor([(i * 7) % 10 for i in range(count)])


def weight(shape, seed, fan):
    return nn.Parameter(values(shape, seed, 2 / math.sqrt(fan)))


def linear(inputs, outputs, seed):
    layer = nn.Linear(inputs, outputs)
    layer.weight = nn.Parameter(values((inputs, outputs), seed, 2 / math.sqrt(inputs)).t().contiguous())
    layer.bias = nn.Parameter(torch.zeros(outputs))
    return layer


def conv(inputs, outputs, kernel, seed, **options):
    layer = nn.Conv2d(inputs, outputs, kernel, **options)
    layer.weight = weight((outputs, inputs, kernel, kernel), seed, inputs * kernel * kernel)
    layer.bias = nn.Parameter(torch.zeros(outputs))
    return layer


# Workloads: name -> function that sets it up and gives (run, result or None) -----------------------------------------------

WORKLOADS = {}


def workload(name):
    def register(set_up):
        WORKLOADS[name] = set_up
        return set_up

    return register


def forward(name, make, function):
    """One function of the tensors that make() gives."""

    @workload(name)
    def set_up():
        inputs = make()
        return lambda: function(*inputs), lambda: function(*inputs)


def training(name, make_model, make_optimizer, make_batch, loss_function):
    @workload(name)
    def set_up():
        model = make_model()
        optimizer = make_optimizer(model.parameters())
        x, y = make_batch()

        def step():
            optimizer.zero_grad()
            loss = loss_function(model(x), y)
            loss.backward()
            optimizer.step()
            return loss

        return step, None


for size in (16, 64, 256, 512, 1024):
    forward(f"matmul {size}", lambda n=size: (values((n, n), 1), values((n, n), 2)), torch.matmul)
forward("matmul 512 A^T B", lambda: (values((512, 512), 1).t(), values((512, 512), 2)), torch.matmul)
forward("matmul 512 A B^T", lambda: (values((512, 512), 1), values((512, 512), 2).t()), torch.matmul)
forward("matmul 512 A^T B^T", lambda: (values((512, 512), 1).t(), values((512, 512), 2).t()), torch.matmul)
for size in (512, 1024):
    forward(
        f"matmul {size} float64",
        lambda n=size: (values((n, n), 1, dtype=np.float64), values((n, n), 2, dtype=np.float64)),
        torch.matmul,
    )

ELEMENTWISE = {
    "add": lambda x: x + x,
    "mul": lambda x: x * x,
    "relu": torch.relu,
    "exp": torch.exp,
    "log": torch.log,
    "sin": torch.sin,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "gelu": F.gelu,
}
for size in (1000000, 16):
    for name, function in ELEMENTWISE.items():
        shift = 2.5 if name == "log" else 0.0  # keeps log's argument positive
        forward(f"{name} {size}", lambda n=size, c=shift: (values((n,), 3, 4) + c,), function)

forward("sum 1000000", lambda: (values((1000000,), 3, 4),), lambda x: x.sum())
forward("softmax 512x1000", lambda: (values((512, 1000), 4, 4),), lambda x: torch.softmax(x, -1))
forward("layerNorm 512x768", lambda: (values((512, 768), 5, 4),), lambda x: F.layer_norm(x, (768,)))


@workload("grad sum(x*x) 6")
def grad_sum_of_squares():
    x = values((6,), 6).requires_grad_()

    def run():
        x.grad = None
        (x * x).sum().backward()
        return x.grad

    return run, None


@workload("chain 33 tanh(xw+b) 64x64")
def chain():
    x0 = values((64, 64), 1)
    w = values((64, 64), 2, 2 / 8).requires_grad_()
    b = values((64,), 3).requires_grad_()

    def run():
        w.grad = b.grad = None
        x = x0
        for _ in range(33):
            x = torch.tanh(x @ w + b)
        x.sum().backward()
        return w.grad

    return run, None


training(
    "TinyModel SGD step",
    lambda: nn.Sequential(linear(1000, 100, 1), nn.ReLU(), linear(100, 10, 2)),
    lambda parameters: torch.optim.SGD(parameters, lr=0.001),
    lambda: (values((16, 1000), 3), values((16, 10), 4)),
    lambda prediction, y: (y - prediction).pow(2).sum(),
)
training(
    "MLP Adam step",
    lambda: nn.Sequential(linear(784, 256, 1), nn.ReLU(), linear(256, 128, 2), nn.ReLU(), linear(128, 10, 3)),
    lambda parameters: torch.optim.Adam(parameters, lr=1e-6),
    lambda: (values((128, 784), 4), labels(128)),
    F.cross_entropy,
)
training(
    "LeNet SGD step",
    lambda: nn.Sequential(
        conv(1, 6, 5, 1, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        conv(6, 16, 5, 2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        linear(400, 120, 3),
        nn.ReLU(),
        linear(120, 84, 4),
        nn.ReLU(),
        linear(84, 10, 5),
    ),
    lambda parameters: torch.optim.SGD(parameters, lr=0.01),
    lambda: (values((64, 1, 28, 28), 6), labels(64)),
    F.cross_entropy,
)


def convolution(batch, inputs, side, outputs):
    def make():
        x = values((batch, inputs, side, side), 1).requires_grad_()
        w = values((outputs, inputs, 3, 3), 2, 2 / math.sqrt(inputs * 9)).requires_grad_()
        return x, w

    name = f"x[{batch},{inputs},{side},{side}] w[{outputs},{inputs},3,3]"

    @workload(f"conv2d {name}")
    def forward_only():
        x, w = make()

        def run():
            with torch.no_grad():
                return F.conv2d(x, w, padding=1)

        return run, None

    @workload(f"conv2d and gradients {name}")
    def with_gradients():
        x, w = make()

        def run():
            x.grad = w.grad = None
            y = F.conv2d(x, w, padding=1)
            (y * y).sum().backward()
            return w.grad

        return run, None


convolution(8, 3, 64, 16)
convolution(8, 32, 32, 64)


@workload("transformer block")
def transformer_block():
    batch, length, width, heads, hidden = 8, 64, 128, 4, 512
    parameters = [
        weight((width, 3 * width), 1, width),
        nn.Parameter(torch.zeros(3 * width)),
        weight((width, width), 2, width),
        nn.Parameter(torch.zeros(width)),
        weight((width, hidden), 3, width),
        nn.Parameter(torch.zeros(hidden)),
        weight((hidden, width), 4, hidden),
        nn.Parameter(torch.zeros(width)),
        *(nn.Parameter(f(width)) for f in (torch.ones, torch.zeros, torch.ones, torch.zeros)),
    ]
    wqkv, bqkv, wo, bo, w1, b1, w2, b2, g1, c1, g2, c2 = parameters
    x0 = values((batch, length, width), 5, 2)
    mask = torch.full((length, length), -1e9).triu(1)

    def block(x):
        h = F.layer_norm(x, (width,), g1, c1)
        qkv = (h @ wqkv + bqkv).split(width, -1)
        q, k, v = (t.view(batch, length, heads, width // heads).transpose(1, 2) for t in qkv)
        attention = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(width // heads) + mask, -1)
        x = x + (attention @ v).transpose(1, 2).reshape(batch, length, width) @ wo + bo
        h = F.layer_norm(x, (width,), g2, c2)
        return x + torch.relu(h @ w1 + b1) @ w2 + b2

    def run():
        for p in parameters:
            p.grad = None
        block(x0).square().mean().backward()
        return wqkv.grad

    return run, None


# Jacobians and Hessians of tanh(w x + b), by x --------------------------------------------------------------------------


def predict(w, b, x):
    return F.linear(x, w, b).tanh()


def affine(inputs, outputs):
    return values((outputs, inputs), 1, 2 / math.sqrt(inputs)), values((outputs,), 2), values((inputs,), 3)


@workload("jacobian by rows 16")
def jacobian_by_rows():
    w, b, x = affine(16, 16)
    rows = torch.eye(16).unbind()

    def run():
        leaf = x.clone().requires_grad_()
        y = predict(w, b, leaf)
        return torch.stack([torch.autograd.grad(y, leaf, v, retain_graph=True)[0] for v in rows])

    return run, None


for transform, inputs, outputs in (
    (jacrev, 16, 16),
    (jacfwd, 32, 2048),
    (jacrev, 32, 2048),
    (jacfwd, 2048, 32),
    (jacrev, 2048, 32),
    (hessian, 512, 32),
):
    forward(
        f"{transform.__name__} {inputs} to {outputs}",
        lambda i=inputs, o=outputs: affine(i, o),
        transform(predict, argnums=2),
    )
for transform in (jacrev, hessian):
    forward(
        f"vmap {transform.__name__} 64x31 to 33",
        lambda: (*affine(31, 33)[:2], values((64, 31), 3)),
        vmap(transform(predict, argnums=2), in_dims=(None, None, 0)),
    )


def sum_of_sines(x):
    return x.sin().sum()


def hvp_inputs():
    return values((2048,), 1, 4), values((2048,), 2)


forward("hvp reverse over reverse 2048", hvp_inputs, lambda x, v: vjp(grad(sum_of_sines), x)[1](v)[0])
forward("hvp forward over reverse 2048", hvp_inputs, lambda x, v: jvp(grad(sum_of_sines), (x,), (v,))[1])


def sample_loss(weights, x, y):
    w1, b1, w2, b2 = weights
    return F.cross_entropy(F.linear(F.linear(x, w1, b1).tanh(), w2, b2), y)


def samples():
    weights = values((32, 64), 1, 2 / 8), values((32,), 2), values((10, 32), 3, 2 / math.sqrt(32)), values((10,), 4)
    return weights, values((128, 64), 5), labels(128)


gradients_of_sample = grad(sample_loss)
gradients_of_samples = vmap(gradients_of_sample, in_dims=(None, 0, 0))
forward(
    "gradients of 128 samples in turn",
    samples,
    lambda weights, x, y: torch.stack([gradients_of_sample(weights, *sample)[0] for sample in zip(x, y)]),
)
forward("gradients of 128 samples by vmap", samples, lambda weights, x, y: gradients_of_samples(weights, x, y)[0])


def serve():
    version = f"PyTorch {torch.__version__}, {BLAS_THREADS} threads of BLAS"
    print(json.dumps({"version": version, "workloads": list(WORKLOADS)}), flush=True)
    current, prepared = None, None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["workload"] != current:
                prepared, current = None, request["workload"]
                prepared = prepare(WORKLOADS[current])
            run, repeat, check = prepared
            answer = {"microseconds": time_batch(run, repeat, request["milliseconds"]), "check": check}
        except Exception as error:
            current, answer = None, {"error": str(error).split("\n")[0]}
        print(json.dumps(answer), flush=True)


serve()
