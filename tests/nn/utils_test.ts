/**
 * Gradients and parameters of whole models.
 *
 * @module
 */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, nn, ShapeError, type Tensor, tensor } from "../../mod.ts";

function parameterWithGradient(values: number[], gradient: number[]): Tensor {
  const parameter = new nn.Parameter(tensor(values));
  parameter.mul(tensor(gradient)).sum().backward();
  return parameter;
}

Deno.test("clipGradNorm_ scales all gradients together and returns the norm before", () => {
  const parameters = [parameterWithGradient([1, 1], [3, 0]), parameterWithGradient([1], [4])];
  assertEquals(nn.utils.clipGradNorm_(parameters, 10).item(), 5);
  assertEquals(parameters[1].grad!.toArray(), [4]);
  assertEquals(nn.utils.clipGradNorm_(parameters, 1).item(), 5);
  assertAlmostEquals(parameters[0].grad!.select(0, 0).item(), 3 / 5, 1e-6);
});

Deno.test("clipGradNorm_ takes other norms, and refuses infinite ones when asked to", () => {
  const parameter = parameterWithGradient([1, 1], [3, -7]);
  assertEquals(nn.utils.clipGradNorm_(parameter, 100, { normType: Infinity }).item(), 7);
  const broken = parameterWithGradient([1], [Infinity]);
  assertThrows(
    () => nn.utils.clipGradNorm_([broken], 1, { errorIfNonfinite: true }),
    ArgumentError,
    "expected finite gradients",
  );
});

Deno.test("clipGradValue_ limits every element", () => {
  const parameter = parameterWithGradient([1, 1, 1], [3, -7, 0.5]);
  nn.utils.clipGradValue_([parameter], 1);
  assertEquals(parameter.grad!.toArray(), [1, -1, 0.5]);
});

Deno.test("parameters go to a vector and back", () => {
  const model = new nn.Linear(2, 3);
  const vector = nn.utils.parametersToVector(model.parameters());
  assertEquals(vector.shape, [9]);
  nn.utils.vectorToParameters(vector.detach().mul(2), model.parameters());
  const doubled = nn.utils.parametersToVector(model.parameters());
  assertEquals(doubled.toArray(), vector.mul(2).toArray());
  assertThrows(() => nn.utils.vectorToParameters(vector.narrow(0, 0, 4), model.parameters()), ShapeError, "9 elements");
});
