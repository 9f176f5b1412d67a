/**
 * Generates `tensor/methods.ts` and `tensor/method_names.ts`, the interface and the names of the methods that ops give to `Tensor`: one method for each function
 * exported by `ops/mod.ts` whose first parameter is called `input`, and an in-place form for those tagged `@inplace`.
 *
 * @module
 */
import { ROOT } from "./compile_kernels.ts";
import { type Declaration, parameterName, readDeclarations, type Signature, TypeWriter } from "./doc_types.ts";

/** Path of the generated interface, relative to the repository root. It has types only, so programs do not load it. */
const METHODS_PATH = "tensor/methods.ts";

/** Path of the generated lists of names, by which the methods are attached at run time. */
const METHOD_NAMES_PATH = "tensor/method_names.ts";

function header(subject: string): string {
  return `/**
 * ${subject}. Generated from \`ops/mod.ts\` by \`deno task build\`: do not edit.
 *
 * @module
 */
`;
}

/** The URLs of a folder's TypeScript files, without tests and without the generated file. */
async function sources(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isFile } of Deno.readDir(new URL(`${folder}/`, ROOT))) {
    if (isFile && name.endsWith(".ts") && !name.endsWith("_test.ts")) {
      files.push(new URL(`${folder}/${name}`, ROOT).href);
    }
  }
  return files.filter((file) => !file.endsWith(METHODS_PATH) && !file.endsWith(METHOD_NAMES_PATH)).sort();
}

/** The call signatures of a declaration: its own, or those of the function type that it is declared with. */
function signatures(
  declaration: Declaration,
  writer: TypeWriter,
  sourceText: (file: string) => string,
): [Signature, string][] {
  const { kind, def, location } = declaration;
  const { filename } = location;
  if (kind === "function" && def.params?.every((p) => p.kind !== "identifier" || p.tsType) && def.returnType) {
    return [[{ params: def.params, returnType: def.returnType }, filename]];
  }
  let type = def.tsType;
  if (kind === "function") {
    // `export const f: Type = (x) => ...`: deno doc describes the arrow function and drops the declared type.
    const line = sourceText(filename).split("\n")[location.line];
    const typeName = /^export const \w+: (\w+) =/.exec(line)?.[1];
    if (typeName === undefined) throw new Error(`${filename}:${location.line + 1}: give the function explicit types`);
    const [, local] = writer.resolve(typeName, { kind: "local" }, filename);
    const specifier = new RegExp(`import [^;]*\\b${typeName}\\b[^;]* from "([^"]+)"`).exec(sourceText(filename))?.[1];
    const resolution = local.length > 0
      ? { kind: "local" as const }
      : { kind: "import" as const, specifier, name: typeName };
    type = { kind: "typeRef", value: { typeName, resolution } };
  }
  if (type?.kind === "fnOrConstructor") {
    return [[{ params: type.value.params, returnType: type.value.tsType }, filename]];
  }
  if (type?.kind !== "typeRef") return [];
  const [, declared] = writer.resolve(type.value.typeName, type.value.resolution, filename);
  return declared.flatMap(({ def, location }): [Signature, string][] => {
    if (def.tsType?.kind === "fnOrConstructor") {
      return [[{ params: def.tsType.value.params, returnType: def.tsType.value.tsType }, location.filename]];
    }
    return (def.callSignatures ?? []).flatMap(({ params, tsType }): [Signature, string][] =>
      params && tsType ? [[{ params, returnType: tsType }, location.filename]] : []
    );
  });
}

/** First paragraph of a JSDoc comment on one line. */
function summary(declaration: Declaration): string {
  return (declaration.jsDoc?.doc ?? "").split(/\n\s*\n/)[0].replace(/\s+/g, " ").trim();
}

function isInPlace(declarations: readonly Declaration[]): boolean {
  return declarations.some(({ jsDoc }) => jsDoc?.tags?.some(({ value }) => value?.startsWith("@inplace")));
}

/** Method signatures, with their documentation, of one exported symbol; [] when it is not an op of a tensor. */
function methods(
  name: string,
  declarations: readonly Declaration[],
  writer: TypeWriter,
  sourceText: (file: string) => string,
): string[] {
  // Of an overloaded function only the overloads are visible, not the implementation.
  const overloaded = declarations.filter(({ kind }) => kind === "function").length > 1;
  const lines: string[] = [];
  for (const declaration of declarations) {
    if (declaration.kind !== "function" && declaration.kind !== "variable") continue;
    if (overloaded && declaration.def.hasBody) continue;
    for (const [{ params, returnType }, file] of signatures(declaration, writer, sourceText)) {
      if (params.length === 0 || parameterName(params[0], 0) !== "input") continue;
      const rest = writer.parameters(params.slice(1), file);
      lines.push(`/** ${summary(declaration)} */`, `${name}(${rest}): ${writer.type(returnType, file)};`);
      if (isInPlace(declarations)) {
        lines.push(
          `/** In-place form of \`${name}\`: writes the result into this tensor. */`,
          `${name}_(${rest}): ${writer.type(returnType, file)};`,
        );
      }
    }
  }
  return lines;
}

async function format(source: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--config", new URL("deno.json", ROOT).pathname, "--ext", "ts", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(source));
  await writer.close();
  const { code, stdout } = await child.output();
  if (code !== 0) throw new Error("generateMethods: deno fmt rejected the generated source");
  return new TextDecoder().decode(stdout);
}

/** The generated files, formatted: path -> text. */
export async function generateMethods(): Promise<ReadonlyMap<string, string>> {
  const files = [...await sources("ops"), ...await sources("tensor")];
  const declarations = await readDeclarations(files);
  const texts = new Map(
    await Promise.all(files.map(async (file) => [file, await Deno.readTextFile(new URL(file))] as const)),
  );
  const tensorFolder = new URL("tensor/", ROOT).href;
  const writer = new TypeWriter(declarations, (file) => !file.startsWith(new URL("ops/", ROOT).href));
  // Documented alone, because beside other files `deno doc` gives references for what is re-exported by name.
  const entry = new URL("ops/mod.ts", ROOT).href;
  const exported = (await readDeclarations([entry])).get(entry) ?? new Map<string, Declaration[]>();
  const names: string[] = [];
  const inPlaceNames: string[] = [];
  const body = [...exported].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([name, symbol]) => {
    const lines = methods(name, symbol, writer, (file) => texts.get(file) ?? "");
    if (lines.length > 0) {
      (isInPlace(symbol) ? inPlaceNames : names).push(name);
    }
    return lines;
  });
  const imports = [...writer.imports].sort(([a], [b]) => (a < b ? -1 : 1)).map(([file, names]) => {
    const path = file.startsWith(tensorFolder)
      ? `./${file.slice(tensorFolder.length)}`
      : `../${file.slice(ROOT.href.length)}`;
    return `import type { ${[...names].sort().join(", ")} } from "${path}";`;
  });
  const methodsText = [
    header("The methods that ops give to `Tensor`") + imports.join("\n"),
    "",
    "/** One method per op. */",
    "export interface TensorMethods {",
    ...body,
    "}",
    "",
  ].join("\n");
  const namesText = [
    header("Names of the methods that ops give to `Tensor`"),
    "/** Names of the functions that are methods without an in-place form. */",
    `export const METHOD_NAMES: readonly string[] = ${JSON.stringify(names)};`,
    "",
    "/** Names of the functions that are methods and have an in-place form. */",
    `export const IN_PLACE_NAMES: readonly string[] = ${JSON.stringify(inPlaceNames)};`,
    "",
  ].join("\n");
  return new Map([[METHODS_PATH, await format(methodsText)], [METHOD_NAMES_PATH, await format(namesText)]]);
}
