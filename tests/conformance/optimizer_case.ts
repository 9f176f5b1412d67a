/**
 * Cases of kind "optimizer" and "scheduler": ten or more steps on a small problem.
 *
 * @module
 */
import type { Tensor } from "../../mod.ts";
import { callMethod, camelCase, type Device, isTensor, lookup, lookupClass, makeTensor } from "./api.ts";
import { decodeArgument } from "./arguments.ts";
import { compareNumber, compareTensor, readValues, toleranceOn, TOLERANCES } from "./compare.ts";
import { evaluate, Scope } from "./expression.ts";
import type { FileOptions, FileTensor, OptimizerCase, SchedulerCase } from "./format.ts";
import { type Outcome, Parts } from "./outcome.ts";

/** What of an optimizer a scheduler changes. */
interface ParamGroup {
  readonly lr: number;
  readonly momentum?: number;
  readonly betas?: readonly number[];
}

function decodeOptions(options: FileOptions): Record<string, unknown> {
  const decoded = Object.entries(options).map(([name, value]) => [
    camelCase(name),
    decodeArgument(value, () => {
      throw new TypeError("conformance: an optimizer takes no tensors among its options");
    }),
  ]);
  return Object.fromEntries(decoded.filter(([, value]) => value !== null));
}

/** A problem, its optimizer, and one training step. */
class Training {
  readonly optimizer: object;
  readonly #case: OptimizerCase;
  readonly #device: Device;
  readonly #params: Readonly<Record<string, Tensor>>;

  constructor(optimizerCase: OptimizerCase, device: Device) {
    const Optimizer = lookupClass(`optim.${optimizerCase.optimizer}`);
    this.#case = optimizerCase;
    this.#device = device;
    const params: Record<string, Tensor> = {};
    for (const [name, tensor] of Object.entries(optimizerCase.params)) params[name] = makeTensor(tensor, device, true);
    this.#params = params;
    const groups = optimizerCase.groups?.map((group) => ({
      params: group.params.map((name) => params[name]),
      ...decodeOptions(group.options),
    }));
    this.optimizer = new Optimizer(groups ?? Object.values(params), decodeOptions(optimizerCase.options));
  }

  get groups(): readonly ParamGroup[] {
    return (this.optimizer as { readonly paramGroups: readonly ParamGroup[] }).paramGroups;
  }

  #loss(): Tensor {
    callMethod(this.optimizer, "zeroGrad");
    const loss = evaluate(this.#case.loss, new Scope(this.#device, this.#params)) as Tensor;
    loss.backward();
    return loss;
  }

  /** Clips as the case says. Returns the total norm before clipping. */
  #clip(): unknown {
    const { clip } = this.#case;
    if (!clip) return null;
    const params = Object.values(this.#params);
    if (clip.clip_value !== undefined) {
      lookup("nn.utils.clipGradValue_")(params, clip.clip_value);
      return null;
    }
    const options = clip.norm_type === undefined ? [] : [{ normType: Number(clip.norm_type) }];
    return lookup("nn.utils.clipGradNorm_")(params, clip.max_norm, ...options);
  }

  /** One step: compares loss, gradient norm and updated parameters. */
  async step(i: number): Promise<void> {
    const expected = this.#case.steps[i];
    let loss: unknown;
    let norm: unknown = null;
    if (this.#case.optimizer === "LBFGS") {
      loss = callMethod(this.optimizer, "step", () => this.#loss());
    } else {
      loss = this.#loss();
      norm = this.#clip();
      callMethod(this.optimizer, "step");
    }
    const tolerance = toleranceOn(this.#device, TOLERANCES.products);
    compareNumber(await itemOf(loss), expected.loss, tolerance);
    if (typeof expected.gradNorm === "number" || typeof expected.gradNorm === "string") {
      compareNumber(await itemOf(norm), expected.gradNorm, tolerance);
    }
    for (const [name, data] of Object.entries(expected.params)) {
      const reference: FileTensor = { ...this.#case.params[name], data };
      await compareTensor(this.#params[name], reference, { tolerance: TOLERANCES.products, device: this.#device });
    }
  }
}

async function itemOf(value: unknown): Promise<unknown> {
  return isTensor(value) ? (await readValues(value))[0] : value;
}

/** Runs an optimizer's steps. */
export async function runOptimizerCase(optimizerCase: OptimizerCase, device: Device): Promise<Outcome> {
  const parts = new Parts(optimizerCase.id);
  await parts.run("steps", async () => {
    const training = new Training(optimizerCase, device);
    for (let i = 0; i < optimizerCase.steps.length; i++) await training.step(i);
  });
  return parts.outcome();
}

interface Nested {
  readonly scheduler: string;
  readonly options: FileOptions;
}

/** Builds a scheduler; SequentialLR and ChainedScheduler first build theirs, in order, on the same optimizer. */
function makeScheduler(name: string, options: FileOptions, optimizer: object): object {
  const Scheduler = lookupClass(`optim.lrScheduler.${name}`);
  const { schedulers, ...others } = options;
  if (schedulers === undefined) return new Scheduler(optimizer, decodeOptions(options));
  const nested = (schedulers as unknown as readonly Nested[]).map((inner) =>
    makeScheduler(inner.scheduler, inner.options, optimizer)
  );
  if (name === "ChainedScheduler") return new Scheduler(nested);
  return new Scheduler(optimizer, nested, decodeOptions(others));
}

/** Runs a scheduler's steps beside its optimizer's. */
export async function runSchedulerCase(schedulerCase: SchedulerCase, device: Device): Promise<Outcome> {
  const parts = new Parts(schedulerCase.id);
  await parts.run("lrs", async () => {
    const training = new Training(schedulerCase, device);
    const scheduler = makeScheduler(schedulerCase.scheduler, schedulerCase.schedulerOptions, training.optimizer);
    const check = (i: number): void => {
      training.groups.forEach((group, g) => {
        compareNumber(group.lr, schedulerCase.lrs[i][g], TOLERANCES.products);
        const momentum = schedulerCase.momenta?.[i]?.[g];
        if (momentum !== undefined) compareNumber(group.momentum ?? group.betas?.[0], momentum, TOLERANCES.products);
      });
    };
    check(0);
    for (let i = 0; i < schedulerCase.steps.length; i++) {
      await training.step(i);
      callMethod(scheduler, "step", ...(schedulerCase.metrics ? [schedulerCase.metrics[i]] : []));
      check(i + 1);
    }
  });
  return parts.outcome();
}
