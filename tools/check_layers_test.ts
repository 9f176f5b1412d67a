import { assertEquals } from "@std/assert";
import { checkLayers } from "./check_layers.ts";

Deno.test("checkLayers allows imports downward and within a layer", () => {
  assertEquals(checkLayers("ops/unary.ts", `import { a } from "../tensor/a.ts";\nexport * from "./binary.ts";`), []);
  assertEquals(checkLayers("mod.ts", `export * from "./nn/mod.ts";`), []);
});

Deno.test("checkLayers names file and line of an import upward, type imports and re-exports included", () => {
  const source = [
    `/** import { quoted } from "../nn/quoted.ts"; */`,
    `import type { A } from "../ops/a.ts";`,
    `export { b } from "../func/b.ts";`,
    `const c = await import("../mod.ts");`,
  ].join("\n");
  assertEquals(checkLayers("tensor/x.ts", source), [
    "tensor/x.ts:2: imports upward: ops/a.ts",
    "tensor/x.ts:3: imports upward: func/b.ts",
    "tensor/x.ts:4: imports upward: mod.ts",
  ]);
});

Deno.test("checkLayers lets tests import anything and refuses unknown folders", () => {
  assertEquals(checkLayers("tensor/x_test.ts", `import { a } from "../mod.ts";`), []);
  assertEquals(checkLayers("tests/x.ts", `import { a } from "../mod.ts";`), []);
  assertEquals(checkLayers("misc/x.ts", "").length, 1);
});
