import { assertEquals } from "@std/assert";
import { type Declarations, type Type, TypeWriter } from "./doc_types.ts";

const NUMBER: Type = { kind: "keyword", repr: "number", value: "number" };
const FILE = "file:///ops/a.ts";

const DECLARATIONS: Declarations = new Map([[
  FILE,
  new Map([["Options", [{
    kind: "interface" as const,
    location: { filename: FILE, line: 0 },
    def: { properties: [{ name: "dim", optional: true, tsType: NUMBER }] },
  }]]]),
]]);

Deno.test("TypeWriter writes out what may not be imported and collects imports of the rest", () => {
  const writer = new TypeWriter(DECLARATIONS, (file) => file.startsWith("file:///tensor/"));
  const options: Type = { kind: "typeRef", value: { typeName: "Options", resolution: { kind: "local" } } };
  assertEquals(writer.type(options, FILE), "{ dim?: number }");
  const tensor: Type = {
    kind: "typeRef",
    value: { typeName: "Tensor", resolution: { kind: "import", specifier: "../tensor/tensor.ts", name: "Tensor" } },
  };
  assertEquals(writer.type({ kind: "array", value: tensor }, FILE), "Tensor[]");
  assertEquals([...writer.imports], [["file:///tensor/tensor.ts", new Set(["Tensor"])]]);
});

Deno.test("TypeWriter makes parameters with defaults optional", () => {
  const writer = new TypeWriter(new Map(), () => true);
  const left = { kind: "identifier" as const, name: "dim", optional: false, tsType: NUMBER };
  assertEquals(writer.parameters([{ kind: "assign", left }], FILE), "dim?: number");
});
