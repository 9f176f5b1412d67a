import { assert, assertEquals } from "@std/assert";

Deno.test("neural ODE: the adjoint agrees with backpropagation, and the spiral is learned, with no flag", async () => {
  const script = new URL("../examples/neural_ode.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", script],
    env: { NO_COLOR: "1" },
  }).output();
  const [text, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals(code, 0, errors);
  const difference = Number(/relative difference (\S+)/.exec(text)?.[1]);
  assert(difference < 1e-5, text);
  const losses = [...text.matchAll(/loss (\S+)/g)].map((match) => Number(match[1]));
  assertEquals(losses.length, 5);
  assert(losses[4] < losses[0] / 10, text);
});
