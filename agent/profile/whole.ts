/**
 * A model laid over a system: the whole profile. What the model says wins; what stands there several times (ports,
 * quirks, signs) is the model's first and then the system's.
 *
 * Pure. Reading one file: reading.ts.
 */
import type { Trouble } from "../config/trouble.ts";
import { said } from "../text/said.ts";
import { factsOf, SECTIONS } from "./facts.ts";
import type { Fact, GatewayFacts, GatewayProfile } from "./profile.ts";
import type { ProfileFile } from "./reading.ts";

export type Whole =
  | { readonly ok: true; readonly profile: GatewayProfile }
  | { readonly ok: false; readonly troubles: readonly Trouble[] };

/** @param names of the two files, without folder and ending. */
export function wholeProfile(
  model: ProfileFile,
  system: ProfileFile,
  names: { readonly model: string; readonly system: string },
): Whole {
  const troubles: Trouble[] = [];
  const facts = SECTIONS.map((section) => {
    const fields: Record<string, unknown> = {};
    for (const { field, key, kind, many, required } of factsOf(section) ?? []) {
      const found = [model, system].map((file) => file.facts.get(section)?.get(field));
      const fact = many
        ? found.flatMap((some) => (some as readonly Fact<unknown>[]) ?? [])
        : (found[0] ?? found[1]);
      if (fact !== undefined) fields[field] = fact;
      else if (required) {
        const expected = said("expected.requiredFact", { system: names.system, value: kind.expected });
        const origin = { kind: "file", file: model.path } as const;
        troubles.push({ code: "missing", origin, key: `${section}.${key}`, expected });
      }
    }
    return [section, fields] as const;
  });
  if (troubles.length > 0) return { ok: false, troubles };
  const settings = new Map([...system.settings, ...model.settings].map((setting) => [setting.key, setting]));
  const several = model.systems.length > 1;
  const profile: GatewayProfile = {
    // The table's type says that its rows give exactly the fields of GatewayFacts.
    ...(Object.fromEntries(facts) as unknown as GatewayFacts),
    name: several ? `${names.model}-${names.system}` : names.model,
    title: several ? `${model.title}, ${system.title}` : model.title,
    model: names.model,
    system: names.system,
    recognise: { model: model.signs, system: system.signs, fallback: model.fallback },
    settings: [...settings.values()],
    unknown: [...model.unknown, ...system.unknown],
  };
  return { ok: true, profile };
}
