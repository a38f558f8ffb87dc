/** Antenna, cable and channels, as the radio was told. What is really heard: agent.ts. */
import { EU868_SUB_BANDS } from "../../../lorawan/region.ts";
import { type Said, said } from "../../../text/said.ts";
import type { Facts, RadioSeen } from "../facts.ts";
import type { RadioPlan } from "../radio-plan.ts";
import { fail, type GatewayRule, type Judgement, ok, unknown, warn } from "../rule.ts";

/** Makers round: less is no difference. */
const DIFFERENCE_DB = 0.5;
/**
 * Every EU868 device joins on these. Source: LoRaWAN Regional Parameters RP002-1.0.3, 2.4.2.
 */
export const EU868_JOIN_CHANNELS_HZ: readonly number[] = [868_100_000, 868_300_000, 868_500_000];
const EU868_HZ = { low: EU868_SUB_BANDS[0]!.lowHz, high: EU868_SUB_BANDS.at(-1)!.highHz };
/** A prefix that names another region: its channels are not judged by this one's. */
const OTHER_REGION = /^(us915|au915|as923|in865|kr920|cn470|cn779|ru864|eu433|ism2400)/;

export const RADIO_RULES: readonly GatewayRule[] = [
  {
    id: "channel-plan",
    group: "radio",
    needs: ["settings", "firmware"],
    judge: (facts) => {
      const { radio } = facts;
      if (radio.state !== "read") return withoutPlan(radio);
      const { file, plan } = radio;
      const frequencies = plan.frequenciesHz;
      const evidence = { file, channels: frequencies.length, frequenciesMhz: mhz(frequencies) };
      if (frequencies.length === 0)
        return fail(said("doctor.noChannels", { file }), said("doctor.channelPlanNext", { file }), evidence);
      if (isElsewhere(facts))
        return ok(said("doctor.channelsRead", { count: frequencies.length, file }), evidence);
      const outside = frequencies.filter((one) => one < EU868_HZ.low || one >= EU868_HZ.high);
      if (outside.length > 0) {
        const finding = said("doctor.channelsOutside", { region: "EU868", frequencies: sayMhz(outside) });
        return fail(finding, said("doctor.channelPlanNext", { file }), evidence);
      }
      const missing = EU868_JOIN_CHANNELS_HZ.filter((one) => !frequencies.includes(one));
      if (missing.length > 0) {
        const finding = said("doctor.channelsMissing", { region: "EU868", frequencies: sayMhz(missing) });
        return fail(finding, said("doctor.channelPlanNext", { file }), evidence);
      }
      return ok(said("doctor.channelsGood", { count: frequencies.length, region: "EU868" }), evidence);
    },
  },
  {
    id: "antenna-gain",
    group: "radio",
    needs: ["settings", "firmware"],
    judge: (facts) =>
      compareLevel(facts, {
        mounted: antennaOf(facts)?.gainDbi,
        told: (plan) => plan.antennaGainDbi,
        setting: "antenna.gain",
        key: "antenna_gain",
        unit: "dBi",
        // The radio takes the gain off its power: told too little, it radiates too much.
        tooMuch: (mounted, told) => mounted > told,
      }),
  },
  {
    id: "cable-loss",
    group: "radio",
    needs: ["settings", "firmware"],
    judge: (facts) =>
      compareLevel(facts, {
        mounted: antennaOf(facts)?.cableLossDb,
        told: (plan) => plan.insertionLossDb,
        setting: "antenna.cable_loss",
        key: "insertion_loss",
        unit: "dB",
        tooMuch: (mounted, told) => mounted < told,
      }),
  },
];

interface Level {
  readonly mounted: number | undefined;
  readonly told: (plan: RadioPlan) => number | undefined;
  readonly setting: string;
  readonly key: string;
  readonly unit: string;
  readonly tooMuch: (mounted: number, told: number) => boolean;
}

function compareLevel({ radio }: Facts, level: Level): Judgement | undefined {
  const { mounted, setting, key, unit } = level;
  if (radio.state !== "read") return withoutPlan(radio);
  const { file, plan } = radio;
  const told = level.told(plan);
  if (told === undefined)
    return unknown(
      said("doctor.levelNotTold", { key, file }),
      said("doctor.levelNotToldNext", { key, file }),
    );
  const evidence = { file, [`told${unit}`]: told };
  if (mounted === undefined)
    return unknown(
      said("doctor.levelNotSet", { key, told, unit }),
      said("doctor.levelNotSetNext", { setting }),
      evidence,
    );
  const both = { ...evidence, [`mounted${unit}`]: mounted };
  const places = { key, told, mounted, unit };
  if (Math.abs(mounted - told) <= DIFFERENCE_DB)
    return ok(said("doctor.levelGood", { key, told, unit }), both);
  // To be typed into the file, where a decimal comma would break it.
  const next = said("doctor.levelNext", { key, file, mounted: String(mounted), setting });
  return level.tooMuch(mounted, told)
    ? fail(said("doctor.levelTooMuch", places), next, both)
    : warn(said("doctor.levelTooLittle", places), next, both);
}

function withoutPlan(radio: Exclude<RadioSeen, { readonly state: "read" }>): Judgement | undefined {
  if (radio.state === "elsewhere") return undefined;
  if (radio.state === "unreadable") {
    const { file } = radio;
    return unknown(said("doctor.radioUnreadable", { file }), said("doctor.radioUnreadableNext", { file }), {
      file,
    });
  }
  const files = radio.looked.join(", ");
  return unknown(said("doctor.radioNoFile", { files }), said("doctor.radioNoFileNext"));
}

function antennaOf({ settings }: Facts) {
  return settings.state === "good" ? settings.settings.antenna : undefined;
}

function isElsewhere({ settings }: Facts): boolean {
  if (settings.state !== "good") return false;
  return settings.settings.cores.some(({ topicPrefix }) => OTHER_REGION.test(topicPrefix.toLowerCase()));
}

/** For evidence, as programs read it. */
export function mhz(frequenciesHz: readonly number[]): string {
  return frequenciesHz.map((one) => (one / 1e6).toFixed(1)).join(", ");
}

/** For a sentence of either language: 867.1, 867.3, or 867,1 ; 867,3. @param frequenciesHz not empty */
export function sayMhz(frequenciesHz: readonly number[]): Said {
  const [last, ...before] = frequenciesHz.map((one) => said("doctor.mhz", { mhz: one / 1e6 })).reverse();
  return before.reduce((rest, first) => said("doctor.list", { first, rest }), last!);
}
