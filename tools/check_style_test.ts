import { assertEquals } from "@std/assert";
import { checkStyle } from "./check_style.ts";

Deno.test("checkStyle finds nothing in plain code", () => {
  assertEquals(checkStyle("ops/a.ts", "throw new ShapeError(`add: expected [2], got [3]`);\n"), []);
});

Deno.test("checkStyle names the line of each offence", () => {
  const lines = [
    "// TODO",
    "const path = '/tmp/x';",
    "Deno.test.only('x', f);",
    "throw 'text';",
    "throw new Error('It failed.');",
    "throw new Error('cannot do: it isn\\u0027t there');",
    'throw new Error("it isn\'t there");',
    "throw new Error();",
  ];
  const found = checkStyle("ops/a.ts", lines.join("\n")).map((complaint) => Number(complaint.split(":")[1]));
  assertEquals(found, [1, 2, 3, 4, 5, 7, 8]);
});

Deno.test("checkStyle reads error texts to their end, over several lines and around substitutions", () => {
  const source = String.raw`
throw new ShapeError(
  ${"`"}f: expected \${shapes.map((s) => ${"`"}[\${s}]${"`"}).join(". ")}, got ${"`"} +
    "something else.",
);
throw refused("f", "a number", value, "; it isn't one");
throw new GradError("f: expected one, got " + list.join("."), { cause });
throw new GradError(f("."));
throw new GradError(${"`"}f: got \${x}.${"`"});
`;
  const found = checkStyle("ops/a.ts", source).map((complaint) => Number(complaint.split(":")[1]));
  assertEquals(found, [2, 6, 9]);
});

Deno.test("checkStyle limits the length of code files only", () => {
  const long = "\n".repeat(700);
  assertEquals(checkStyle("ops/a.ts", long).length, 1);
  assertEquals(checkStyle("docs/a.md", long), []);
});
