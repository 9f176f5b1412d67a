/**
 * The part of `deno doc --json` (version 2) that `generate_methods.ts` reads, and its types written back as TypeScript.
 *
 * @module
 */

/** Where a named type comes from. */
interface Resolution {
  readonly kind: "import" | "local" | "typeParam";
  readonly specifier?: string;
  readonly name?: string;
}

/** A member of an object type or of an interface. */
interface Member {
  readonly name: string;
  readonly optional?: boolean;
  readonly readonly?: boolean;
  readonly params?: readonly Parameter[];
  readonly tsType?: Type;
  readonly returnType?: Type;
}

/** Body of an object type or of an interface. */
interface ObjectType {
  readonly properties?: readonly Member[];
  readonly methods?: readonly Member[];
  readonly callSignatures?: readonly Member[];
  readonly indexSignatures?: readonly Member[];
  readonly extends?: readonly Type[];
}

/** A type as `deno doc` describes it. */
export type Type =
  | { readonly kind: "keyword" | "literal"; readonly repr: string; readonly value: unknown }
  | {
    readonly kind: "typeRef";
    readonly value: {
      readonly typeName: string;
      readonly typeParams?: readonly Type[];
      readonly resolution?: Resolution;
    };
  }
  | { readonly kind: "union" | "intersection" | "tuple"; readonly value: readonly Type[] }
  | { readonly kind: "array" | "parenthesized" | "rest" | "optional"; readonly value: Type }
  | { readonly kind: "typeOperator"; readonly value: { readonly operator: string; readonly tsType: Type } }
  | { readonly kind: "typeLiteral"; readonly value: ObjectType }
  | { readonly kind: "indexedAccess"; readonly value: { readonly objType: Type; readonly indexType: Type } }
  | {
    readonly kind: "fnOrConstructor";
    readonly value: { readonly params: readonly Parameter[]; readonly tsType: Type };
  };

/** A parameter of a function. */
export type Parameter =
  | { readonly kind: "identifier"; readonly name: string; readonly optional: boolean; readonly tsType?: Type }
  | { readonly kind: "assign"; readonly left: Parameter; readonly tsType?: Type }
  | { readonly kind: "rest"; readonly arg: Parameter; readonly tsType?: Type }
  | { readonly kind: "object" | "array"; readonly optional: boolean; readonly tsType?: Type };

/** A function's parameters and result. */
export interface Signature {
  readonly params: readonly Parameter[];
  readonly returnType: Type;
}

/** One declaration of a symbol: an overload, an interface, an alias, a constant. */
export interface Declaration {
  readonly kind: "function" | "variable" | "interface" | "typeAlias" | "class" | "enum" | "namespace" | "reference";
  readonly location: { readonly filename: string; readonly line: number };
  readonly jsDoc?: {
    readonly doc?: string;
    readonly tags?: readonly { readonly kind: string; readonly value?: string }[];
  };
  readonly def: ObjectType & {
    readonly params?: readonly Parameter[];
    readonly returnType?: Type;
    readonly tsType?: Type;
    readonly hasBody?: boolean;
  };
}

/** Everything `deno doc` said, by file URL and symbol name. */
export type Declarations = ReadonlyMap<string, ReadonlyMap<string, readonly Declaration[]>>;

interface DocJson {
  readonly version: number;
  readonly nodes: Readonly<
    Record<string, { readonly symbols: readonly { readonly name: string; readonly declarations: Declaration[] }[] }>
  >;
}

/** Documents `files` (URLs). Symbols that a file re-exports are listed under it too. */
export async function readDeclarations(files: readonly string[]): Promise<Declarations> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...files],
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (code !== 0) throw new Error(`deno doc failed:\n${new TextDecoder().decode(stderr)}`);
  const json: DocJson = JSON.parse(new TextDecoder().decode(stdout));
  if (json.version !== 2) throw new Error(`deno doc --json: expected version 2, got ${json.version}`);
  return new Map(
    Object.entries(json.nodes).map(([file, { symbols }]) => [
      file,
      new Map(symbols.map(({ name, declarations }) => [name, declarations])),
    ]),
  );
}

/**
 * Writes types as TypeScript for a file of another folder: types declared in a file that may be imported are collected
 * in `imports` (file URL -> names); all others are written out in place.
 */
export class TypeWriter {
  readonly imports: Map<string, Set<string>> = new Map<string, Set<string>>();

  constructor(readonly declarations: Declarations, readonly mayImport: (file: string) => boolean) {}

  /** Finds the declarations of a name as seen from `file`; [] for globals and type parameters. */
  resolve(name: string, resolution: Resolution | undefined, file: string): [string, readonly Declaration[]] {
    if (resolution?.kind === "local") return [file, this.declarations.get(file)?.get(name) ?? []];
    if (resolution?.kind !== "import") return [file, []];
    const target = new URL(resolution.specifier ?? "", file).href;
    return [target, this.declarations.get(target)?.get(resolution.name ?? name) ?? []];
  }

  /** TypeScript text of `type`, which stands in `file`. */
  type(type: Type | undefined, file: string): string {
    if (type === undefined) throw new Error(`${file}: a parameter or result has no type`);
    const write = (inner: Type): string => this.type(inner, file);
    switch (type.kind) {
      case "keyword":
        return type.repr;
      case "literal":
        return JSON.stringify((type.value as Record<string, unknown>)[(type.value as { kind: string }).kind]);
      case "typeRef":
        return this.#reference(type.value.typeName, type.value.resolution, file) +
          (type.value.typeParams ? `<${type.value.typeParams.map(write).join(", ")}>` : "");
      case "union":
        return type.value.map(write).join(" | ");
      case "intersection":
        return type.value.map(write).join(" & ");
      case "tuple":
        return `[${type.value.map(write).join(", ")}]`;
      case "array":
        return `${write(type.value)}[]`;
      case "parenthesized":
        return `(${write(type.value)})`;
      case "rest":
        return `...${write(type.value)}`;
      case "optional":
        return `${write(type.value)}?`;
      case "typeOperator":
        return `${type.value.operator} ${write(type.value.tsType)}`;
      case "indexedAccess":
        return `${write(type.value.objType)}[${write(type.value.indexType)}]`;
      case "typeLiteral":
        return this.#object(type.value, file);
      case "fnOrConstructor":
        return `(${this.parameters(type.value.params, file)}) => ${write(type.value.tsType)}`;
    }
  }

  /** TypeScript text of a parameter list. Defaults become optional parameters. */
  parameters(params: readonly Parameter[], file: string): string {
    return params.map((param, i) => {
      if (param.kind === "rest") {
        return `...${parameterName(param.arg, i)}: ${this.type(param.tsType ?? param.arg.tsType, file)}`;
      }
      const optional = param.kind === "assign" || param.optional ? "?" : "";
      const type = param.kind === "assign" ? param.left.tsType ?? param.tsType : param.tsType;
      return `${parameterName(param, i)}${optional}: ${this.type(type, file)}`;
    }).join(", ");
  }

  #reference(name: string, resolution: Resolution | undefined, file: string): string {
    const [target, declarations] = this.resolve(name, resolution, file);
    if (resolution === undefined || resolution.kind === "typeParam") return name;
    if (this.mayImport(target)) {
      const names = this.imports.get(target) ?? new Set();
      this.imports.set(target, names.add(resolution.name ?? name));
      return resolution.name ?? name;
    }
    for (const { kind, def, location } of declarations) {
      if (kind === "typeAlias") return `(${this.type(def.tsType, location.filename)})`;
      if (kind === "interface") return this.#object(def, location.filename);
    }
    throw new Error(`${file}: type ${name} is neither importable nor an interface or alias that can be written out`);
  }

  #object(body: ObjectType, file: string): string {
    const members = [
      ...(body.callSignatures ?? []).map((m) =>
        `(${this.parameters(m.params ?? [], file)}): ${this.type(m.tsType, file)}`
      ),
      ...(body.indexSignatures ?? []).map((m) =>
        `[${this.parameters(m.params ?? [], file)}]: ${this.type(m.tsType, file)}`
      ),
      ...(body.properties ?? []).map((m) =>
        `${m.readonly ? "readonly " : ""}${m.name}${m.optional ? "?" : ""}: ${this.type(m.tsType, file)}`
      ),
      ...(body.methods ?? []).map((m) =>
        `${m.name}${m.optional ? "?" : ""}(${this.parameters(m.params ?? [], file)}): ${this.type(m.returnType, file)}`
      ),
    ];
    return [...(body.extends ?? []).map((type) => this.type(type, file)), `{ ${members.join("; ")} }`].join(" & ");
  }
}

/** Name of a parameter; a destructured one is called by its position. */
export function parameterName(param: Parameter, position: number): string {
  switch (param.kind) {
    case "identifier":
      return param.name;
    case "assign":
      return parameterName(param.left, position);
    case "rest":
      return parameterName(param.arg, position);
    case "object":
    case "array":
      return position === 0 ? "options" : `options${position}`;
  }
}
