/**
 * Command line options of the demo.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";

/** Devices that the engine can train on. */
const DEVICES = ["cpu", "webgpu"] as const;

/** What the demo can be told. */
export interface Options {
  /** Where the network lives and is trained. */
  readonly device: (typeof DEVICES)[number];
  /** Passes over the training digits. */
  readonly epochs: number;
  /** Decides the split, the initial weights, the order of the digits and dropout. */
  readonly seed: number;
  /** Folder for the report and the weights. */
  readonly out: string;
}

/** The text of `--help`. */
export const HELP = `Trains a LeNet-style network on 10,000 handwritten digits and writes a report.

  --epochs <n>     passes over the training digits (default 12)
  --seed <n>       decides the split, the initial weights and the order of the digits (default 0)
  --device <name>  ${DEVICES.join(" or ")} (default cpu)
  --out <folder>   where report.svg and weights.safetensors go (default digits_report)
  --help           prints this text`;

/** An option that cannot be used; the message says which values can. */
export class OptionError extends Error {
  override readonly name = "OptionError";
}

/** A whole number of at least `least` and at most 2^32 - 1. */
function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < least || value > 0xffffffff) {
    throw new OptionError(`--${option}: expected a whole number of at least ${least}, got "${text}"`);
  }
  return value;
}

function device(name: string): Options["device"] {
  const known = DEVICES.find((device) => device === name);
  if (known === undefined) {
    throw new OptionError(`--device: expected ${DEVICES.join(" or ")}, got "${name}"`);
  }
  return known;
}

/** The folder `path`, which may not exist yet. */
function folder(path: string): string {
  if (path === "") {
    throw new OptionError("--out: expected a folder, got an empty name");
  }
  try {
    if (!Deno.statSync(path).isDirectory) {
      throw new OptionError(`--out: expected a folder, but "${path}" is a file`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return path;
}

/**
 * Reads the command line. Returns null when it asks for help.
 *
 * @throws {OptionError} when an option is unknown or its value cannot be used.
 */
export function parseOptions(args: readonly string[]): Options | null {
  const parsed = parseArgs([...args], {
    string: ["device", "epochs", "seed", "out"],
    boolean: ["help"],
    default: { device: "cpu", epochs: "12", seed: "0", out: "digits_report" },
    unknown: (name: string): never => {
      throw new OptionError(
        `Unknown option "${name}"; --help lists the options`,
      );
    },
  });
  if (parsed.help) return null;
  return {
    device: device(parsed.device),
    epochs: wholeNumber("epochs", parsed.epochs, 1),
    seed: wholeNumber("seed", parsed.seed, 0),
    out: folder(parsed.out),
  };
}
