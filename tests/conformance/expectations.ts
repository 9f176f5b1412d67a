/**
 * What is known not to pass, with the reason for each: `expected_failures.json`.
 *
 * @module
 */
import type { FileReport, Report } from "./report.ts";

/** Known debts. Cases that fail are listed by id, cases of missing functions by file and number. */
export interface Expectations {
  readonly failed: readonly { readonly reason: string; readonly cases: readonly string[] }[];
  readonly notImplemented: readonly { readonly reason: string; readonly files: Readonly<Record<string, number>> }[];
}

const PATH: URL = new URL("./expected_failures.json", import.meta.url);

/** Reads the list. */
export async function readExpectations(): Promise<Expectations> {
  return JSON.parse(await Deno.readTextFile(PATH));
}

function failedIds(files: readonly FileReport[]): string[] {
  return [...new Set(files.flatMap(({ failures }) => failures.map(({ id }) => id)))];
}

/** Differences between a report of some files and the list; [] when they agree. */
export function differences(files: readonly FileReport[], expected: Expectations): string[] {
  const known = new Set(expected.failed.flatMap(({ cases }) => cases));
  const absent = new Map(expected.notImplemented.flatMap(({ files }) => Object.entries(files)));
  return files.flatMap((file) => {
    const listed = [...known].filter((id) => id.slice(0, id.lastIndexOf("/")) === idPrefix(file));
    const failed = failedIds([file]);
    const lines = [
      ...file.failures.filter(({ id }) => !known.has(id)).map(({ id, part, reason }) =>
        `${id} fails: ${part}: ${reason}`
      ),
      ...listed.filter((id) => !failed.includes(id)).map((id) => `${id} is listed as failing but does not`),
    ];
    const count = absent.get(file.file) ?? 0;
    if (count !== file.notImplemented) {
      lines.push(`${file.file}: ${file.notImplemented} cases are not implemented, ${count} are listed`);
    }
    return lines;
  });
}

/** Case ids are `<name of the file>/<number>`. */
function idPrefix({ file }: FileReport): string {
  return file.replace(/^.*\/|\.json$/g, "");
}

/** Groups entries by their reason, in the order in which reasons first appear. */
function byReason<T>(entries: readonly (readonly [string, T])[]): [string, T[]][] {
  const groups = Map.groupBy(entries, ([reason]) => reason);
  return [...groups].map(([reason, group]) => [reason, group.map(([, entry]) => entry)]);
}

/** Rewrites the list from a full run. Known entries keep their reason; new ones get none, which the test refuses. */
export async function record(report: Report): Promise<void> {
  const old = await readExpectations();
  const caseReasons = new Map(old.failed.flatMap(({ reason, cases }) => cases.map((id) => [id, reason])));
  const fileReasons = new Map(
    old.notImplemented.flatMap(({ reason, files }) => Object.keys(files).map((file) => [file, reason])),
  );
  const failed = byReason(failedIds(report.files).map((id) => [caseReasons.get(id) ?? "", id]));
  const missing = report.files.filter(({ notImplemented }) => notImplemented > 0);
  const notImplemented = byReason(missing.map((file) => [fileReasons.get(file.file) ?? "", file]));
  const expectations: Expectations = {
    failed: failed.map(([reason, cases]) => ({ reason, cases })),
    notImplemented: notImplemented.map(([reason, files]) => ({
      reason,
      files: Object.fromEntries(files.map(({ file, notImplemented }) => [file, notImplemented])),
    })),
  };
  await Deno.writeTextFile(PATH, `${JSON.stringify(expectations, null, 2)}\n`);
}
