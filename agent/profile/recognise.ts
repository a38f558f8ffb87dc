/**
 * Which profile this box has, by the files on it. Nothing is run and nothing is written.
 *
 * A system fits when one of its suggesting signs holds, all that it requires do, and none that excludes it does; a
 * system without signs fits any box. A model fits when one of its own signs holds on a fitting system. The system
 * with the most signs wins; within it the one model that fits, else its fallback model. What stays undecided is
 * ambiguous, and the generic profile is taken: a wrong guess is worse than a modest one.
 */
import { isAgentError } from "../errors.ts";
import type { Files } from "../ports.ts";
import { GENERIC, type ProfileEntry } from "./index.ts";
import type { Sign } from "./profile.ts";

/** Signs stand at the beginning of small files; what is longer is not looked through. */
const LOOKED_AT_OCTETS_MAX = 64 * 1024;

export interface Recognition {
  /** unknown: no sign of anything. ambiguous: signs of several. */
  readonly how: "recognised" | "ambiguous" | "unknown";
  /** The generic one where it is not recognised; undefined when not even that could be read. */
  readonly profile: ProfileEntry | undefined;
  /** Names of the profiles that fit equally well, when it is ambiguous. */
  readonly candidates: readonly string[];
  /** The signs of the profile that hold: files, for people. */
  readonly evidence: readonly string[];
  /** Files that are there and could not be read. */
  readonly unreadable: readonly string[];
}

/** @param profiles as readIndex() gives them. */
export async function recognise(
  files: Pick<Files, "read" | "stamp">,
  profiles: readonly ProfileEntry[],
): Promise<Recognition> {
  const look = lookAround(files);
  const fitting: Fitting[] = [];
  for (const profile of profiles) {
    const system = await weigh(profile.recognise.system, look.holds);
    if (system.excluded || (system.suggesting > 0 && system.held.length === 0)) continue;
    const model = await weigh(profile.recognise.model, look.holds);
    if (model.excluded) continue;
    fitting.push({ profile, system: system.held, model: model.held });
  }
  const chosen = choose(fitting);
  const unreadable = look.unreadable();
  if (chosen.length === 1) {
    const [{ profile, system, model }] = chosen as [Fitting];
    const evidence = [...model, ...system];
    return { how: "recognised", profile, candidates: [], evidence, unreadable };
  }
  const generic = profiles.find(({ name }) => name === GENERIC);
  const how = chosen.length === 0 ? "unknown" : "ambiguous";
  const candidates = chosen.map(({ profile }) => profile.name);
  // The boxes of one system are alike in what matters: better that than a stranger.
  const kin = fitting.find(
    ({ profile }) => profile.recognise.fallback && profile.system === commonSystem(chosen),
  );
  return { how, profile: kin?.profile ?? generic, candidates, evidence: [], unreadable };
}

interface Fitting {
  readonly profile: ProfileEntry;
  /** Signs that hold. */
  readonly system: readonly string[];
  readonly model: readonly string[];
}

/** @returns one: that is it. Several: undecided. None: nothing fits. */
function choose(fitting: readonly Fitting[]): Fitting[] {
  const named = fitting.filter(({ profile, model }) => model.length > 0 || profile.recognise.fallback);
  const most = Math.max(0, ...named.map(({ system }) => system.length));
  const best = named.filter(({ system }) => system.length === most);
  const byModel = best.filter(({ model }) => model.length > 0);
  return byModel.length > 0 ? byModel : best.filter(({ system }) => system.length > 0);
}

/** The system of all of them, when it is one. */
function commonSystem(chosen: readonly Fitting[]): string | undefined {
  const systems = new Set(chosen.map(({ profile }) => profile.system));
  return systems.size === 1 ? [...systems][0] : undefined;
}

interface Weight {
  readonly held: readonly string[];
  readonly suggesting: number;
  readonly excluded: boolean;
}

async function weigh(signs: readonly Sign[], holds: (sign: Sign) => Promise<boolean>): Promise<Weight> {
  const held: string[] = [];
  let suggesting = 0;
  let excluded = false;
  for (const sign of signs) {
    const here = await holds(sign);
    if (sign.role === "suggests") suggesting += 1;
    if (sign.role === "suggests" && here) held.push(sign.file);
    if ((sign.role === "requires" && !here) || (sign.role === "excludes" && here)) excluded = true;
  }
  return { held, suggesting, excluded };
}

/** Each file is read once, however many signs name it. */
function lookAround(files: Pick<Files, "read" | "stamp">) {
  const seen = new Map<string, Promise<string | undefined>>();
  const unreadable = new Set<string>();
  const orUnreadable = async <T>(path: string, look: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await look();
    } catch (error) {
      if (!isAgentError(error, "FILE_IO")) throw error;
      unreadable.add(path);
      return undefined;
    }
  };
  const textOf = (path: string): Promise<string | undefined> => {
    const known = seen.get(path);
    if (known !== undefined) return known;
    const reading = orUnreadable(path, async () =>
      (await files.read(path, LOOKED_AT_OCTETS_MAX))
        ?.toString("latin1", 0, LOOKED_AT_OCTETS_MAX)
        .toLowerCase(),
    );
    seen.set(path, reading);
    return reading;
  };
  return {
    holds: async ({ file, contains }: Sign): Promise<boolean> => {
      if (contains !== undefined) return (await textOf(file))?.includes(contains.toLowerCase()) ?? false;
      return (await orUnreadable(file, () => files.stamp(file))) !== undefined;
    },
    unreadable: () => [...unreadable],
  };
}
