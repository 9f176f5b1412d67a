/**
 * The packed conformance files against `conformance/expected_failures.json`. After a change of what passes, run
 * `deno task conformance --record` and give each new entry its reason.
 */
import { assert, assertEquals } from "@std/assert";
import { differences, readExpectations } from "./conformance/expectations.ts";
import { runFiles } from "./conformance/report.ts";
import { readFiles } from "./conformance/source.ts";

const files = await readFiles(null);
const expectations = await readExpectations();
const cpu = { name: "cpu", doubles: true };
const groups = Map.groupBy(files, ([, { group }]) => group);

for (const [group, members] of groups) {
  Deno.test(`conformance: ${group}`, async () => {
    const report = await runFiles(new Map(members), cpu);
    const { passed, cases } = report.total;
    console.log(`conformance ${group}: ${passed} of ${cases} cases pass`);
    assertEquals(differences(report.files, expectations), []);
  });
}

Deno.test("conformance: every known failure has a reason and belongs to a file", () => {
  const unexplained = [
    ...expectations.failed.filter(({ reason }) => reason === "").flatMap(({ cases }) => cases),
    ...expectations.notImplemented.filter(({ reason }) => reason === "").flatMap(({ files }) => Object.keys(files)),
  ];
  assertEquals(unexplained, [], "entries of expected_failures.json without a reason");
  const ids = new Set([...files.values()].flatMap(({ cases }) => cases.map(({ id }) => id)));
  for (const { cases } of expectations.failed) for (const id of cases) assert(ids.has(id), `unknown case ${id}`);
  for (const { files: listed } of expectations.notImplemented) {
    for (const file of Object.keys(listed)) assert(files.has(file), `unknown file ${file}`);
  }
});
