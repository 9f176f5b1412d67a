/**
 * What ops keep for the backward pass: an operand only where a gradient that reads it is wanted.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { autograd, func, memory, nn, ones, type Tensor } from "../../mod.ts";

const { functional: F } = nn;

/** Shapes of the tensors that the ops of `fn` save on the base tape. */
function savedBy(fn: () => Tensor): string[] {
  const shapes: string[] = [];
  const pack = (x: Tensor): Tensor => (shapes.push(`[${x.shape}]`), x);
  autograd.graph.savedTensorsHooks(pack, (x) => x, fn);
  return shapes;
}

Deno.test("products and quotients save what the wanted gradients read", () => {
  const constant = ones([2, 3]);
  const row = ones([3], { requiresGrad: true });
  assertEquals(savedBy(() => row.mul(constant)), ["[2,3]"]);
  assertEquals(savedBy(() => constant.mul(row)), ["[2,3]"]);
  assertEquals(savedBy(() => row.mul(2)), ["[]"]);
  assertEquals(savedBy(() => row.mul(row.detach().requiresGrad_())), ["[3]", "[3]"]);
  assertEquals(savedBy(() => row.div(constant)), ["[2,3]"]);
  assertEquals(savedBy(() => constant.div(row)), ["[2,3]", "[3]"]);
  assertEquals(savedBy(() => row.addcmul(constant, constant)), []);
  assertEquals(savedBy(() => constant.addcmul(row, constant)), ["[2,3]"]);
  assertEquals(savedBy(() => constant.lerp(constant, row)), ["[2,3]", "[2,3]"]);
});

Deno.test("matrix products and convolutions save what the wanted gradients read", () => {
  const [x, w, b] = [ones([5, 3]), ones([2, 3], { requiresGrad: true }), ones([2], { requiresGrad: true })];
  assertEquals(savedBy(() => x.matmul(ones([3, 4], { requiresGrad: true }))), ["[5,3]"]);
  assertEquals(savedBy(() => ones([3]).dot(ones([3], { requiresGrad: true }))), ["[3]"]);
  assertEquals(savedBy(() => F.linear(x, w, b)), ["[5,3]"]);
  assertEquals(savedBy(() => F.linear(x, w.detach(), b)), []);
  const [image, kernel] = [ones([1, 1, 4, 4]), ones([2, 1, 3, 3], { requiresGrad: true })];
  assertEquals(savedBy(() => F.conv2d(image, kernel)), ["[1,1,4,4]"]);
  assertEquals(savedBy(() => F.conv2d(image.detach().requiresGrad_(), kernel.detach(), b)), ["[2,1,3,3]"]);
});

Deno.test("an operand that no gradient reads may be overwritten, and is freed", () => {
  const [w, x] = [ones([1024], { requiresGrad: true }), ones([1024])];
  const product = w.mul(x);
  const before = memory().liveBytes;
  const hidden = w.neg();
  const scaled = hidden.mul(3);
  hidden.dispose();
  assertEquals(memory().liveBytes - before, scaled.numel * 4 + 4);
  scaled.sum().backward();
  assertEquals(w.grad!.narrow(0, 0, 1).item(), -3);
  w.grad = null;
  const y = w.mul(2);
  const z = y.mul(x);
  y.mul_(5);
  z.sum().backward();
  assertEquals(w.grad!.narrow(0, 0, 1).item(), 2);
  product.sum().backward();
  assertEquals(func.grad((v: Tensor) => v.mul(x).sum())(x).narrow(0, 0, 1).item(), 1);
});
