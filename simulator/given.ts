/** What a person may give on the command line of meter-fleet, checked. Pure; files: fleet-status/given-file.ts. */
import { AgentError } from "../agent/errors.ts";

export interface FigureWanted {
  readonly from: number;
  readonly to: number;
  /** "a whole number", "seconds". */
  readonly what: string;
  readonly whole: boolean;
  readonly example: number;
}

/** @param given a number, or what was typed where that is none. @throws AgentError USAGE */
export function readFigure(option: string, given: unknown, wanted: FigureWanted): number {
  const { from, to, what, whole, example } = wanted;
  const figure = String(given).trim() === "" ? Number.NaN : Number(given);
  if (figure >= from && figure <= to && (!whole || Number.isInteger(figure))) return figure;
  const found = given === "" ? "nothing" : String(given);
  throw new AgentError(
    "USAGE",
    `--${option}: expected ${what} from ${from} to ${to}, such as ${example}; found ${found}`,
  );
}

/** Of an option given twice yargs makes a list: which of the two was meant is not guessed. @throws AgentError USAGE */
export function refuseTwice(given: Readonly<Record<string, unknown>>): true {
  // "_": the words that are no option. The dashed name comes before its other one, in camel case.
  const twice = Object.keys(given).find((name) => name !== "_" && Array.isArray(given[name]));
  if (twice === undefined) return true;
  const option = twice.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new AgentError("USAGE", `--${option} was given more than once: give it once.`);
}
