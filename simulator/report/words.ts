/**
 * A run in words and figures, for a person. Pure; English only: whoever runs the simulator builds the software.
 */
import type { LedgerDocument, UplinkStory } from "../ledger.ts";
import { OVERTAKEN_SHARE_MAX, type Trouble, troublesOf } from "./verdict.ts";

/** Stories that are told one by one; the rest are counted. */
export const STORIES_TOLD_MAX = 20;

const TROUBLE_WORDS: Readonly<Record<Trouble, string>> = {
  notAllJoined: "not every meter joined",
  lost: "uplinks were lost",
  nothingBuffered: "no frame ever had to wait, so the outages proved nothing",
  overtaken: `more than ${100 * OVERTAKEN_SHARE_MAX} % were overtaken outside the common outage`,
};

/** The verdict, one sentence a line. @param overtakenOutside as in troublesOf(). */
export function verdictLines(document: LedgerDocument, overtakenOutside: number): string[] {
  const troubles = troublesOf(document, overtakenOutside);
  return [
    `${figure(document.joined)} of ${counted(document.meters, "meter")} joined.`,
    `${counted(document.uplinksSent, "uplink")} sent, ${figure(document.uplinksHeard)} heard by a gateway, ` +
      `${figure(document.uplinksDelivered)} delivered, ${figure(document.heardByTwo)} of them through two gateways.`,
    `${figure(document.lost)} lost; ${figure(document.overtaken)} overtaken, ` +
      `${figure(overtakenOutside)} of them outside the common outage; ` +
      `${figure(document.duplicatesDelivered)} delivered twice.`,
    `${counted(document.unacknowledged, "datagram")} never acknowledged.`,
    `${counted(document.bufferedPeak, "frame")} waited in the agents at the peak; ` +
      `empty ${seconds(document.drainMs)} after the core was back.`,
    `${counted(document.downlinksSent, "downlink")} sent, ${figure(document.downlinksInWindow)} received in their window.`,
    troubles.length === 0
      ? "Verdict: good. Whatever a gateway with a running agent heard has reached the core."
      : `Verdict: trouble. ${sentence(troubles.map((trouble) => TROUBLE_WORDS[trouble]))}.`,
  ];
}

/**
 * Uplinks one by one, the earliest first.
 * @param fromUs true time that is called 0.
 */
export function storyLines(stories: readonly UplinkStory[], fromUs: number): string[] {
  const told = [...stories].sort((a, b) => a.sentUs - b.sentUs).slice(0, STORIES_TOLD_MAX);
  const lines = told.map((story) => storyLine(story, fromUs));
  const untold = stories.length - told.length;
  return untold === 0 ? lines : [...lines, `and ${figure(untold)} more`];
}

function storyLine({ devEui, fCnt, sentUs, heardBy, refusal, delayMs }: UplinkStory, fromUs: number): string {
  const gateways = heardBy.map(
    ({ gatewayEui, agentRunning }) => `${gatewayEui}${agentRunning ? "" : " (agent not running)"}`,
  );
  const parts = [
    `meter ${devEui}, FCnt ${fCnt}, sent at ${seconds((sentUs - fromUs) / 1_000)}`,
    gateways.length === 0 ? "heard by nobody" : `heard by ${gateways.join(" and ")}`,
  ];
  if (refusal !== undefined) parts.push(`refused: ${refusal}`);
  if (delayMs !== undefined) parts.push(`delivered after ${seconds(delayMs)}`);
  return parts.join("; ");
}

function counted(count: number, noun: string): string {
  return `${figure(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function figure(count: number): string {
  return count.toLocaleString("en-GB");
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function sentence(clauses: readonly string[]): string {
  const text = clauses.join("; ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
