/**
 * The firmware of the box, against what the profile takes it for: a gateway that was upgraded since has its files, its
 * supervisor and its forwarder elsewhere, and everything after it would be looked for in the wrong places.
 *
 * Which versions of it are good is each site's own policy, and not judged.
 */
import { said } from "../../../text/said.ts";
import type { Facts } from "../facts.ts";
import { fail, type GatewayRule, type Judgement, ok, warn } from "../rule.ts";
import { isHeard } from "./forwarder.ts";

/** Major versions of KerOS by the end of a profile's name. Source: firmware-profiles/gateways/systems/. */
const KEROS_OF: Readonly<Record<string, readonly number[]>> = { keros5: [4, 5], keros6: [6] };
/** The packet forwarder came with 4.3. Source: Kerlink wiki, lora:cpf. */
const FORWARDER_SINCE = { major: 4, minor: 3 };

export const FIRMWARE_RULES: readonly GatewayRule[] = [
  {
    id: "firmware",
    group: "settings",
    needs: ["settings"],
    judge: (facts) => judgeFirmware(facts),
  },
];

function judgeFirmware(facts: Facts): Judgement | undefined {
  const { settings, box } = facts;
  const { firmware } = box;
  if (settings.state !== "good" || firmware === undefined) return undefined;
  const profile = settings.profile?.name ?? "";
  const evidence = { firmware, profile };
  const finding = said("doctor.firmwareIs", { firmware });
  const system = profile.slice(profile.lastIndexOf("-") + 1);
  const wanted = KEROS_OF[system];
  const version = kerosVersion(firmware);
  // Another system, or one that does not say its version in a way that is known.
  if (wanted === undefined || version === undefined) return ok(finding, evidence);
  const { major, minor } = version;
  if (!wanted.includes(major)) {
    const right = Object.keys(KEROS_OF).find((name) => KEROS_OF[name]!.includes(major));
    const other = said("doctor.firmwareOther", { firmware, profile });
    const next =
      right === undefined
        ? said("doctor.firmwareUnknownNext")
        : said("doctor.firmwareOtherNext", { profile: profile.replace(system, right) });
    return isHeard(facts) ? warn(other, next, evidence) : fail(other, next, evidence);
  }
  if (major === FORWARDER_SINCE.major && minor < FORWARDER_SINCE.minor)
    return warn(said("doctor.firmwareOld", { firmware }), said("doctor.firmwareOldNext"), evidence);
  return ok(finding, evidence);
}

/** "5.11.0_20231117" of sys_startup_status.json, or a name with KerOS in it; no other system's number. */
function kerosVersion(firmware: string): { readonly major: number; readonly minor: number } | undefined {
  const found = /^(?:\D*\bKerOS\D*)?(\d{1,2})\.(\d{1,3})(?![\d:])/i.exec(firmware);
  return found === null ? undefined : { major: Number(found[1]), minor: Number(found[2]) };
}
