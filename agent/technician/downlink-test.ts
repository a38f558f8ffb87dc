/**
 * `edge-agent downlink-test`: one test frame is sent by the running agent (control/downlink-test.ts), after a question
 * that says what will be on air, and what the forwarder said of it is shown.
 *
 * Ends with 1 when it was not sent, or nobody knows.
 */
import type { TestAnswer, TestFault, TestPlan, TestSaid, TestWish } from "../control/downlink-test.ts";
import { AgentError, EXIT } from "../errors.ts";
import type { TextKey, Translate } from "../text/text.ts";
import { type BenchArguments, type BenchDoors, findAgent, paintOf } from "./bench-doors.ts";
import { type Doubt, doubtOf, isForwarderWord, refusalOf, withReason } from "./downlink-fate.ts";
import { makeWords, pairs, wrap } from "./words.ts";

export interface DownlinkTestArguments extends BenchArguments {
  readonly gateway?: string | undefined;
  /** MHz. */
  readonly frequency?: string | undefined;
  readonly sf?: string | undefined;
  /** dBm EIRP. */
  readonly power?: string | undefined;
  readonly yes: boolean;
  readonly json: boolean;
}

/** With room for the answer. */
const QUESTION_COLUMNS = 76;
/** ETSI's limits have two: ERP is EIRP less 2.15 dB. */
const POWER_DECIMALS = 2;

const FAULT_TEXTS = {
  badWish: "downlinkTest.badWish",
  noForwarder: "downlinkTest.noForwarder",
  unknownGateway: "downlinkTest.unknownGateway",
  severalGateways: "downlinkTest.severalGateways",
  forwarderSilent: "downlinkTest.forwarderSilent",
  mayNotTransmit: "downlinkTest.mayNotTransmit",
  otherRegion: "downlinkTest.otherRegion",
  outsideBands: "downlinkTest.outsideBands",
  tooStrong: "downlinkTest.tooStrong",
  tooWeak: "downlinkTest.tooWeak",
  dutyCycle: "downlinkTest.dutyCycle",
} as const satisfies Record<TestFault, TextKey>;

const DOUBT_TEXTS = {
  unanswered: "downlinkTest.unanswered",
  unreadable: "downlinkTest.unreadable",
} as const satisfies Record<Doubt, TextKey>;

/** @throws AgentError USAGE where nobody can be asked; as findAgent() */
export async function testDownlink(doors: BenchDoors, args: DownlinkTestArguments): Promise<void> {
  const { t, print, writeError, confirm, setExitCode } = doors;
  const wish = readWish(args, t);
  if (!args.yes && confirm === undefined) throw new AgentError("USAGE", t("downlinkTest.nobody"));
  const ask = await findAgent(doors, args);
  const asked = async (dryRun: boolean): Promise<TestAnswer> =>
    (await ask({ method: "POST", path: "/downlink-test", body: { ...wish, dryRun } })).body as TestAnswer;
  let answer = await asked(true);
  if (answer.ok) {
    if (
      !args.yes &&
      !(await confirm!(`${wrap(sayQuestion(answer.plan, t), QUESTION_COLUMNS).join("\n")} `))
    ) {
      writeError(`${t("downlinkTest.notSent")}\n`);
      setExitCode(EXIT.trouble);
      return;
    }
    answer = await asked(false);
  }
  const isSent = answer.ok && answer.said?.status === "OK";
  if (!isSent) setExitCode(EXIT.trouble);
  if (args.json) await print(`${JSON.stringify(answer)}\n`);
  else if (!answer.ok) writeError(`${sayFault(answer, t)}\n`);
  else await print(saySaid(answer.plan, answer.said!, wish.powerDbm, doors));
}

function readWish({ gateway, frequency, sf, power }: DownlinkTestArguments, t: Translate): TestWish {
  const number = (option: string, given: string | undefined, example: number): number | undefined => {
    if (given === undefined) return undefined;
    const value = given.trim() === "" ? Number.NaN : Number(given.replace(",", "."));
    if (Number.isFinite(value)) return value;
    throw new AgentError("USAGE", t("frames.badNumber", { option, given, example }));
  };
  const [mhz, factor, powerDbm] = [
    number("--frequency", frequency, 869.525),
    number("--sf", sf?.replace(/^sf/i, ""), 9),
    number("--power", power, 14),
  ];
  return {
    ...(gateway === undefined ? {} : { gatewayEui: gateway.toLowerCase() }),
    ...(mhz === undefined ? {} : { frequencyHz: Math.round(mhz * 1e6) }),
    ...(factor === undefined ? {} : { spreadingFactor: factor }),
    ...(powerDbm === undefined ? {} : { powerDbm }),
  };
}

function sayQuestion(plan: TestPlan, t: Translate): string {
  const { figure, fixed } = makeWords(t);
  return t("downlinkTest.question", {
    eui: plan.gatewayEui,
    mhz: fixed(plan.frequencyHz / 1e6, 3),
    sf: plan.spreadingFactor,
    power: figure(plan.powerDbm, POWER_DECIMALS),
    airtime: figure(plan.airtimeUs / 1_000, 0),
  });
}

function sayFault({ fault, gateways, limit }: TestAnswer & { readonly ok: false }, t: Translate): string {
  const { figure } = makeWords(t);
  const params = {
    gateways: gateways?.join(", ") ?? "",
    limit: limit === undefined ? "" : figure(limit, POWER_DECIMALS),
  };
  return t.say({ key: FAULT_TEXTS[fault], params });
}

/** @param wishedDbm undefined: whatever the agent chose. */
function saySaid(plan: TestPlan, said: TestSaid, wishedDbm: number | undefined, doors: BenchDoors): string {
  const { t } = doors;
  const paint = paintOf(doors);
  const { figure, fixed, count } = makeWords(t);
  const isSent = said.status === "OK";
  const doubt = isSent ? undefined : doubtOf(said.reason);
  const verdict = (): string => {
    if (isSent) return paint.green(t("downlinkTest.sent", { ms: count(said.tookMs) }));
    if (doubt !== undefined) return paint.yellow(t(DOUBT_TEXTS[doubt]));
    return paint.red(t("downlinkTest.refused", { why: sayRefusal(said, t) }));
  };
  const usedUs = plan.usedUs + (isSent || doubt !== undefined ? plan.airtimeUs : 0);
  const answer = isSent ? "OK" : withReason(said.status ?? "?", said.reason);
  const isAnswered = isSent || (doubt === undefined && isForwarderWord(said.reason ?? ""));
  const rows: [string, string][] = [
    ...(isAnswered ? [["tx_ack", answer] satisfies [string, string]] : []),
    [t("downlinkTest.power"), sayPower(plan, said, wishedDbm, t)],
    [
      t("downlinkTest.onAir"),
      `${fixed(plan.frequencyHz / 1e6, 3)} MHz, SF${plan.spreadingFactor}, ${figure(plan.airtimeUs / 1_000, 0)} ms`,
    ],
    [
      t("downlinkTest.share"),
      t("downlinkTest.shareSaid", {
        band: plan.subBand,
        used: figure(usedUs / 1e6, 2),
        limit: figure(plan.limitUs / 1e6, 0),
      }),
    ],
  ];
  const next = isSent ? [] : [t("downlinkTest.nextRefused")];
  return `${[verdict(), ...pairs(rows).map((line) => `  ${line}`), ...next].join("\n")}\n`;
}

function sayRefusal({ status, reason }: TestSaid, t: Translate): string {
  const key = refusalOf(reason ?? status);
  return key === undefined
    ? t("refusal.other", { word: reason ?? status ?? "?" })
    : t.say({ key, params: {} });
}

function sayPower(
  { powerDbm }: TestPlan,
  said: TestSaid,
  wishedDbm: number | undefined,
  t: Translate,
): string {
  const { figure } = makeWords(t);
  const power = figure(powerDbm, POWER_DECIMALS);
  if (said.powerDbm !== undefined) {
    return t("downlinkTest.powerTold", { power: figure(said.powerDbm, POWER_DECIMALS) });
  }
  if (wishedDbm !== undefined && wishedDbm !== powerDbm) {
    return t("downlinkTest.powerWhole", { power, wished: figure(wishedDbm, POWER_DECIMALS) });
  }
  return t(said.status === "OK" ? "downlinkTest.powerAsked" : "downlinkTest.powerWished", { power });
}
