/**
 * The files of the `torch-conformance/1` format: PyTorch calls with their inputs, outputs and derivatives.
 *
 * @module
 */

/** Element types that occur in the files. */
export type FileDType = "float64" | "float32" | "int64" | "int32" | "bool";

/** A number; the strings are `NaN`, `Infinity` and `-Infinity`. */
export type FileNumber = number | string | boolean;

/** A tensor: flat data in logical row-major order. */
export interface FileTensor {
  readonly dtype: FileDType;
  readonly shape: readonly number[];
  readonly data: readonly FileNumber[];
  readonly requiresGrad?: boolean;
}

/** An output: a tensor, or a Python scalar. */
export type FileOutput = FileTensor | { readonly scalar: FileNumber };

/** An argument of a call; see {@linkcode "./arguments.ts"}. */
export type FileArgument =
  | null
  | boolean
  | number
  | string
  | readonly FileArgument[]
  | { readonly [key: string]: FileArgument };

/** Null where PyTorch sees no dependency. */
export type FileGradients = readonly (FileTensor | null)[];

/** What every kind of call has in common. */
export interface FileCall {
  readonly id: string;
  readonly call: string;
  readonly args: readonly FileArgument[];
  readonly kwargs: Readonly<Record<string, FileArgument>>;
  readonly tensors: readonly FileTensor[];
}

/** Cotangents of the outputs and the gradients that they give. */
export interface FileVjp {
  readonly cotangents: FileGradients;
  readonly grads: FileGradients;
}

/** One batched run of a case. */
export interface FileVmap {
  readonly batchSize: number;
  readonly inDims: readonly (number | null)[];
  readonly tensors: readonly (FileTensor | null)[];
  readonly outputs: readonly FileOutput[];
  readonly vjp?: FileVjp | null;
}

/** A case of kind "op". */
export interface OpCase extends FileCall {
  readonly outputs: readonly FileOutput[];
  readonly mutated?: Readonly<Record<string, FileTensor>>;
  readonly diff?: readonly number[];
  readonly vjp?: FileVjp | null;
  readonly jvp?: { readonly tangents: FileGradients; readonly outTangents: FileGradients } | null;
  readonly gradgrad?: {
    readonly u: FileGradients;
    readonly inputGrads: FileGradients;
    readonly cotangentGrads: FileGradients;
  } | null;
  readonly vmap?: readonly FileVmap[];
  readonly vjpJvpConsistent?: boolean;
  readonly nonFiniteDerivatives?: unknown;
  readonly symmetricInputs?: readonly number[];
  readonly gauge?: "svd" | "eigh" | "qr";
}

/** Shape of a nested result, with indices into `outputs` at its leaves. */
export type FileStructure =
  | number
  | null
  | { readonly tuple: readonly FileStructure[] }
  | { readonly list: readonly FileStructure[] }
  | { readonly dict: Readonly<Record<string, FileStructure>> };

/** A case of kind "transform". */
export interface TransformCase {
  readonly id: string;
  readonly inputs: Readonly<Record<string, FileTensor>>;
  readonly expr: FileArgument;
  readonly outputs: readonly FileOutput[];
  readonly structure: FileStructure;
}

/** Options of an optimizer, a scheduler or a module, as PyTorch's keyword arguments. */
export type FileOptions = Readonly<Record<string, FileArgument>>;

/** A case of kind "optimizer", and what "scheduler" shares with it. */
export interface OptimizerCase {
  readonly id: string;
  readonly optimizer: string;
  readonly options: FileOptions;
  readonly params: Readonly<Record<string, FileTensor>>;
  readonly loss: FileArgument;
  readonly groups: readonly { readonly params: readonly string[]; readonly options: FileOptions }[] | null;
  readonly clip?: { readonly max_norm?: number; readonly norm_type?: FileNumber; readonly clip_value?: number } | null;
  readonly steps: readonly {
    readonly loss: FileNumber;
    readonly params: Readonly<Record<string, readonly FileNumber[]>>;
    readonly gradNorm?: FileNumber | null;
  }[];
}

/** A case of kind "scheduler". */
export interface SchedulerCase extends OptimizerCase {
  readonly scheduler: string;
  readonly schedulerOptions: FileOptions;
  readonly metrics: readonly number[] | null;
  readonly lrs: readonly (readonly number[])[];
  readonly momenta: readonly (readonly number[])[] | null;
}

/** A case of kind "module". */
export interface ModuleCase {
  readonly id: string;
  readonly module: string;
  readonly ctor: FileOptions;
  readonly ctorTensors: readonly FileTensor[];
  readonly training: boolean;
  readonly state: Readonly<Record<string, FileTensor>>;
  readonly parameters: readonly string[];
  readonly args: readonly FileArgument[];
  readonly kwargs: FileOptions;
  readonly tensors: readonly FileTensor[];
  readonly outputs: readonly FileOutput[];
  readonly cotangents: FileGradients;
  readonly inputGrads: Readonly<Record<string, FileTensor | null>>;
  readonly paramGrads: Readonly<Record<string, FileTensor | null>>;
  readonly stateAfter: Readonly<Record<string, FileTensor>>;
}

/** A file: cases of one kind. */
export type ConformanceFile =
  & { readonly format: "torch-conformance/1"; readonly group: string; readonly op?: string; readonly name?: string }
  & (
    | { readonly kind: "op"; readonly cases: readonly OpCase[] }
    | { readonly kind: "error"; readonly cases: readonly FileCall[] }
    | { readonly kind: "transform"; readonly cases: readonly TransformCase[] }
    | { readonly kind: "optimizer"; readonly cases: readonly OptimizerCase[] }
    | { readonly kind: "scheduler"; readonly cases: readonly SchedulerCase[] }
    | { readonly kind: "module"; readonly cases: readonly ModuleCase[] }
  );
