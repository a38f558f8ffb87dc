/**
 * Which profile is in force, and what it gives to the settings: the one that gateway.profile names, or with "auto" the
 * one that this box is recognised by. Asked while the settings are being read (config/open.ts), before anything else
 * of the agent is there.
 */
import type { AskProfile, ForwarderHelp, ProfileInUse } from "../config/profile-defaults.ts";
import type { Files } from "../ports.ts";
import { said } from "../text/said.ts";
import { findEui } from "./eui.ts";
import { nearestProfile, readIndex } from "./index.ts";
import { recognise } from "./recognise.ts";

const AUTO = "auto";

/** @param folder where the profiles are; undefined when they were not found. */
export function chooseProfile(files: Pick<Files, "read" | "stamp">, folder: string | undefined): AskProfile {
  return async (asked) => {
    const entries = folder === undefined ? undefined : await readIndex(files, folder);
    if (entries === undefined) {
      // Without profiles nothing is known of the name either; the settings are good without them.
      const name = asked === AUTO ? undefined : asked;
      return { ok: true, profile: { name, how: "missing", candidates: [] }, defaults: new Map() };
    }
    const names = entries.map(({ name }) => name);
    if (asked !== AUTO && !names.includes(asked)) {
      const meant = nearestProfile(asked, [AUTO, ...names]);
      return { ok: false, nearest: meant, expected: said("expected.profile", { nearest: meant }) };
    }
    const found = asked === AUTO ? await recognise(files, entries) : undefined;
    const entry = found === undefined ? entries.find(({ name }) => name === asked) : found.profile;
    const defaults = new Map(Object.entries(entry?.settings ?? {}));
    const eui = await findEui(files, entry?.euiSources ?? []);
    if (eui !== undefined) defaults.set("gateway.eui", eui.eui);
    const how = found?.how ?? ("set" as const);
    const profile = {
      name: entry?.name,
      title: entry?.title,
      how,
      candidates: found?.candidates ?? [],
      ...(entry?.heldPorts?.length ? { heldPorts: entry.heldPorts } : {}),
      ...(entry?.forwarder === undefined ? {} : { forwarder: helpOn(entry.forwarder, how) }),
    };
    return { ok: true, profile, defaults };
  };
}

/** Of a box that was not recognised no command is sure. */
function helpOn(forwarder: ForwarderHelp, how: ProfileInUse["how"]): ForwarderHelp {
  const isKnown = how === "set" || how === "recognised";
  return { ...forwarder, isSure: forwarder.isSure && isKnown };
}
