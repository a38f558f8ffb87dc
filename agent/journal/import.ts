/**
 * Bringing frames in from another journal, or back into their own.
 *
 * The promise: a frame counts as imported once it has custody here, as if it had been heard (journal.ts). One that
 * lies here already, or that was ever brought in before (imported.ts), is passed over.
 *
 * - They keep the EUI of the gateway that heard them, and with it go in that gateway's name: to each core on a
 *   connection of that EUI, which must not have another at the same time.
 * - They are replays whatever the clocks say (`delayed`), so no answer to them can reach the radio, and joins among
 *   them die.
 * - They come after all that is stored here: in their own gateway's journal a frame that is brought back travels after
 *   younger ones that waited there, and the core may refuse it by its counter.
 * - They are for those cores that the other journal still kept them for, as far as cores of that name are configured
 *   here, and for all where none is; as each core's filters and max_age have it.
 */

import { AgentError } from "../errors.ts";
import { type ClockState, type FrameDraft, type Lane, laneOf } from "../frame/frame.ts";
import { type Phy, readPhy } from "../lorawan/phy.ts";
import { type RxpkFault, readRxpk } from "../lorawan/rxpk.ts";
import type { Files, Lines } from "../ports.ts";
import { ageOf, type Moment, VOUCHED } from "./age.ts";
import { type Fingerprint, type Fingerprints, fingerprintOf, makeFingerprints } from "./fingerprint.ts";
import { type BroughtFrame, type DocumentFault, readDocument } from "./frame-document.ts";
import { type Imported, readImported } from "./imported.ts";
import type { Inspection } from "./inspection.ts";
import type { CustodyOutcome } from "./journal.ts";
import { isBroken, readKept } from "./kept-frames.ts";
import { INDEX, indexStart } from "./keys.ts";

/** Kept at once, and waited for: a quarter of a megabyte of the memory that frames without custody may take. */
const FRAMES_AT_ONCE = 256;
/** Gateways whose frames one import may bring: each is a connection to each core. */
export const IMPORT_GATEWAYS_MAX = 64;
const REMEMBER_EVERY = 65_536;

/** tooOld: older than every core's max_age here. unwanted: the filters here keep it from every core. */
export type ImportFault = DocumentFault | RxpkFault | "tooManyGateways" | "tooOld" | "unwanted";

export type ImportEvent =
  | { readonly kind: "refused"; readonly line: unknown; readonly fault: ImportFault }
  | { readonly kind: "progress"; readonly counts: ImportCounts }
  | { readonly kind: "end"; readonly counts: ImportCounts; readonly gateways: readonly string[] };

export interface ImportCounts {
  readonly imported: number;
  /** Already here, or brought in before. */
  readonly passedOver: number;
  readonly refused: number;
}

export interface ImportParts {
  readonly inspection: Inspection;
  readonly files: Files;
  /** The cores configured here that should have such a frame. */
  readonly coresOf: (phy: Phy | undefined) => readonly string[];
  /** What is older would be dropped at once. */
  readonly maxAgeMsOf: (core: string) => number;
  readonly now: () => Omit<Moment, "comparable"> & { readonly clockState: ClockState };
  /** Says what would be done. */
  readonly dryRun: boolean;
  /** Takes in also what was ever brought in before and is not here any more. */
  readonly again: boolean;
  /** Takes a frame into keeping, not yet offered to anybody. */
  readonly keep: (
    draft: FrameDraft,
    lane: Lane,
    cores: readonly string[],
    onCustody: (outcome: CustodyOutcome) => void,
  ) => void;
  /** These were kept: commit them now, and let them be carried. */
  readonly kept: (lanes: ReadonlySet<Lane>) => void;
}

interface Candidate extends Pick<BroughtFrame, "draft"> {
  readonly phy: Phy | undefined;
  /** Those that get it. */
  readonly cores: readonly string[];
  readonly fingerprint: Fingerprint;
}

/**
 * @param lines `{ line, frame }` each: where it stood, for whoever asked, and a FrameDocument.
 * @throws AgentError STORE_IO when the disk does not take them; what was counted before is in
 */
export async function* importFrames(parts: ImportParts, lines: Lines): AsyncGenerator<ImportEvent[]> {
  const { inspection, files, dryRun } = parts;
  const imported = await readImported(files, inspection.directory);
  const stored = makeFingerprints();
  /** Whose frames in this journal are in `stored`. */
  const gateways = new Set<string>();
  let counts = { imported: 0, passedOver: 0, refused: 0 };
  let rememberAt = REMEMBER_EVERY;
  try {
    for await (const piece of inPieces(lines, FRAMES_AT_ONCE)) {
      const events: ImportEvent[] = [];
      const candidates = readPiece(parts, piece, gateways, events);
      await learn(inspection, newGateways(candidates, gateways), stored);
      const fresh = candidates.filter(({ fingerprint }) => isFresh(parts, fingerprint, stored, imported));
      if (!dryRun) {
        await keepAll(parts, fresh);
        for (const { fingerprint } of fresh) imported.add(fingerprint);
      }
      counts = {
        imported: counts.imported + fresh.length,
        passedOver: counts.passedOver + candidates.length - fresh.length,
        refused: counts.refused + events.length,
      };
      if (counts.imported >= rememberAt) {
        rememberAt += REMEMBER_EVERY;
        await imported.save();
      }
      yield [...events, { kind: "progress", counts }];
      await inspection.rest();
    }
  } finally {
    await imported.save();
  }
  yield [{ kind: "end", counts, gateways: [...gateways] }];
}

function readPiece(
  parts: ImportParts,
  piece: readonly unknown[],
  gateways: Set<string>,
  events: ImportEvent[],
): Candidate[] {
  const candidates: Candidate[] = [];
  const seen = new Set(gateways);
  for (const given of piece) {
    const { line, frame } = (given ?? {}) as { line?: unknown; frame?: unknown };
    const candidate = readCandidate(parts, frame);
    if (typeof candidate === "string") events.push({ kind: "refused", line, fault: candidate });
    else if (seen.size >= IMPORT_GATEWAYS_MAX && !seen.has(candidate.draft.gatewayEui)) {
      events.push({ kind: "refused", line, fault: "tooManyGateways" });
    } else {
      seen.add(candidate.draft.gatewayEui);
      candidates.push(candidate);
    }
  }
  return candidates;
}

function readCandidate(parts: ImportParts, frame: unknown): Candidate | ImportFault {
  const brought = readDocument(frame);
  if (!brought.ok) return brought.fault;
  const { draft, cores: waiting } = brought.value;
  const rxpk = readRxpk(draft.rxpkText);
  if (!rxpk.ok) return rxpk.fault;
  const read = readPhy(rxpk.value.payload);
  const phy = read.ok ? read.value : undefined;
  const wanting = parts.coresOf(phy);
  if (wanting.length === 0) return "unwanted";
  const known = wanting.filter((core) => waiting.includes(core));
  const now = parts.now();
  const comparable = now.clockState === "unsynchronised" ? [] : VOUCHED;
  const { ageMs } = ageOf(draft, { ...now, comparable }, undefined);
  const cores = (known.length > 0 ? known : wanting).filter((core) => ageMs <= parts.maxAgeMsOf(core));
  if (cores.length === 0) return "tooOld";
  return { draft, phy, cores, fingerprint: fingerprintOf(draft.gatewayEui, rxpk.value) };
}

function newGateways(candidates: readonly Candidate[], known: Set<string>): Set<string> {
  const fresh = new Set<string>();
  for (const { draft } of candidates) if (!known.has(draft.gatewayEui)) fresh.add(draft.gatewayEui);
  for (const gatewayEui of fresh) known.add(gatewayEui);
  return fresh;
}

/** Reads what this journal has of these gateways: usually nothing, for they are others'. */
async function learn(
  inspection: Inspection,
  gateways: ReadonlySet<string>,
  stored: Fingerprints,
): Promise<void> {
  const here = new Set<string>();
  for (const gatewayEui of gateways) {
    const gte = indexStart(gatewayEui);
    const [key] = await inspection.look((store) => store.keys({ gte, lt: INDEX.lt, limit: 1 }));
    if (key?.subarray(0, gte.length).equals(gte)) here.add(gatewayEui);
  }
  if (here.size === 0) return;
  for await (const piece of readKept(inspection)) {
    for (const kept of piece) {
      if (isBroken(kept) || !here.has(kept.frame.gatewayEui)) continue;
      const rxpk = readRxpk(kept.frame.rxpkText);
      if (rxpk.ok) stored.add(fingerprintOf(kept.frame.gatewayEui, rxpk.value));
    }
  }
}

/** Also true once only for what stands twice in the files. */
function isFresh(
  { again }: ImportParts,
  fingerprint: Fingerprint,
  stored: Fingerprints,
  imported: Imported,
): boolean {
  return (again || !imported.known.has(fingerprint)) && stored.add(fingerprint);
}

/** Resolves when all have custody. @throws AgentError STORE_IO when one was given up */
async function keepAll(parts: ImportParts, fresh: readonly Candidate[]): Promise<void> {
  if (fresh.length === 0) return;
  const lanes = new Set<Lane>();
  const outcomes = fresh.map(
    ({ draft, phy, cores }) =>
      new Promise<CustodyOutcome>((told) => {
        const lane = laneOf(draft.gatewayEui, phy);
        lanes.add(lane);
        parts.keep(draft, lane, cores, told);
      }),
  );
  parts.kept(lanes);
  if ((await Promise.all(outcomes)).includes("givenUp")) {
    throw new AgentError("STORE_IO", "the disk does not take what is imported");
  }
}

async function* inPieces(lines: Lines, limit: number): AsyncGenerator<unknown[]> {
  let piece: unknown[] = [];
  for await (const part of lines) {
    for (const value of part) {
      piece.push(value);
      if (piece.length < limit) continue;
      yield piece;
      piece = [];
    }
  }
  if (piece.length > 0) yield piece;
}
