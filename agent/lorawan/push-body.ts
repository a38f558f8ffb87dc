/**
 * The JSON body of a PUSH_DATA, split into the texts of its rxpk and of its stat, each exactly as it stood there.
 *
 * Pure, and one pass over the octets: nothing is parsed, so one rxpk that is no JSON (the reference forwarder writes
 * `"stat":?`, a cut datagram ends anywhere) costs neither its neighbours nor the whole. rxpk.ts and stat.ts read the
 * texts. Only structure is looked at: strings, brackets that match, and where an object may stand. When that is
 * broken (a quote lost, a bracket too many), nothing of what follows can be trusted to be closed where it should
 * be: from there on every object that is not the value of a member is taken for an rxpk, and a stat is not looked
 * for. An rxpk that lost its end behind an open array may have swallowed its neighbours and the body's own end: so
 * where the structure breaks, the objects within the arrays of the last element count too, whether it broke within that
 * element or behind it. (Those of a sound rxpk, such as rsig's, are no rxpk, which rxpk.ts finds out.) Each octet is
 * visited a bounded number of times, whatever the body holds.
 *
 * The rule that follows from it: whatever happens to the octets between two commas of the array costs no other rxpk, as
 * long as the others are whole and no string of theirs holds a quote, a brace or a bracket (none of a forwarder's does),
 * and as long as the damage shows: octets that end the array and begin another member make a sound body of another
 * meaning.
 *
 *   { "rxpk": [ {...}, {...} ], "stat": {...}, any other member }
 *
 * Source: Semtech packet_forwarder, PROTOCOL.TXT, section 4.
 */

/**
 * notAnObject: the body is no JSON object, nothing is read. broken: the structure breaks somewhere, what could be
 * found is there; said once. rxpkNotAnObject: one element of rxpk (or rxpk itself) is something else. statNotAnObject: likewise.
 */
type PushBodyFault = "notAnObject" | "broken" | "rxpkNotAnObject" | "statNotAnObject";

export interface PushBody {
  /** JSON texts that start with { and end with the } that matches; not parsed yet. */
  readonly rxpks: readonly string[];
  /** Of several, the last. */
  readonly stat: string | undefined;
  readonly faults: readonly PushBodyFault[];
}

/** Objects and arrays within each other, an rxpk itself being the first; deeper ones count as broken. */
export const NESTING_MAX = 16;

interface Found {
  readonly rxpks: string[];
  stat: string | undefined;
  readonly faults: PushBodyFault[];
  /** Objects within the arrays of the last container that was looked at, whole or not: where each begins and ends. */
  readonly inner: number[];
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const SOUND = -1;

/**
 * Splits the body of a PUSH_DATA. Linear in its length, which GWMP bounds at 65,507 octets.
 *
 * A single object in the place of the array is taken, `rxpk` more than once too; null is none.
 *
 * @param body JSON text; empty: nothing, and no fault.
 */
export function splitPushBody(body: Buffer): PushBody {
  const found: Found = { rxpks: [], stat: undefined, faults: [], inner: [] };
  const { rxpks, faults } = found;
  const start = pastBlanks(body, 0);
  if (start === body.length) return { rxpks, stat: undefined, faults };
  if (body[start] !== OPEN_BRACE) {
    faults.push("notAnObject");
    return { rxpks, stat: undefined, faults };
  }
  const brokenAt = readMembers(body, start + 1, found);
  if (brokenAt !== SOUND) {
    faults.push("broken");
    takeInner(body, found);
    salvage(body, brokenAt, found);
  }
  return { rxpks, stat: found.stat, faults };
}

/** @returns SOUND, or where the structure broke. */
function readMembers(body: Buffer, start: number, found: Found): number {
  let at = pastBlanks(body, start);
  for (;;) {
    if (body[at] === CLOSE_BRACE) {
      const behind = pastBlanks(body, at + 1);
      return behind === body.length ? SOUND : behind;
    }
    if (body[at] !== QUOTE) return at;
    const keyEnd = endOfString(body, at);
    if (keyEnd < 0 || body[pastBlanks(body, keyEnd)] !== COLON) return at;
    const valueAt = pastBlanks(body, pastBlanks(body, keyEnd) + 1);

    const end = readMember(body, at, keyEnd, valueAt, found);
    if (end < 0) return ~end;
    at = pastBlanks(body, end);
    if (body[at] === COMMA) at = pastBlanks(body, at + 1);
    else if (body[at] !== CLOSE_BRACE) return at;
  }
}

/** @returns where the member's value ends, or ~ where the structure broke. */
function readMember(body: Buffer, keyAt: number, keyEnd: number, valueAt: number, found: Found): number {
  const isRxpk = isKey(body, keyAt, keyEnd, "rxpk");
  if (isRxpk && body[valueAt] === OPEN_BRACKET) return readElements(body, valueAt + 1, found);
  const end = endOfValue(body, valueAt, found.inner);
  if (end < 0) return end;
  const isObject = body[valueAt] === OPEN_BRACE;
  const isNull = body[valueAt] === 0x6e;
  if (isRxpk) {
    if (isObject) found.rxpks.push(body.toString("utf8", valueAt, end));
    else if (!isNull) found.faults.push("rxpkNotAnObject");
  } else if (isKey(body, keyAt, keyEnd, "stat")) {
    if (isObject) found.stat = body.toString("utf8", valueAt, end);
    else if (!isNull) found.faults.push("statNotAnObject");
  }
  return end;
}

/**
 * The elements of an rxpk array. An array within it is a fault, but its elements count: more likely than an array
 * of arrays is a bracket too many.
 *
 * @returns where it ends, or ~ where the structure broke.
 */
function readElements(body: Buffer, start: number, found: Found): number {
  let depth = 1;
  let at = pastBlanks(body, start);
  for (;;) {
    if (body[at] === OPEN_BRACKET) {
      found.faults.push("rxpkNotAnObject");
      depth++;
      at = pastBlanks(body, at + 1);
      continue;
    }
    if (body[at] !== CLOSE_BRACKET) {
      const end = endOfValue(body, at, found.inner);
      if (end < 0) return end;
      if (body[at] === OPEN_BRACE) found.rxpks.push(body.toString("utf8", at, end));
      else found.faults.push("rxpkNotAnObject");
      at = pastBlanks(body, end);
    }
    while (body[at] === CLOSE_BRACKET) {
      at = pastBlanks(body, at + 1);
      depth--;
      if (depth === 0) return at;
    }
    if (body[at] !== COMMA) return ~at;
    at = pastBlanks(body, at + 1);
  }
}

/** Takes every object from here on that is whole and not the value of a member. */
function salvage(body: Buffer, from: number, found: Found): void {
  for (let at = body.indexOf(OPEN_BRACE, from); at >= 0; at = body.indexOf(OPEN_BRACE, at)) {
    if (octetBefore(body, at) === COLON) {
      at++;
      continue;
    }
    const end = endOfContainer(body, at, found.inner);
    if (end < 0) {
      takeInner(body, found);
      at = ~end;
    } else {
      found.rxpks.push(body.toString("utf8", at, end));
      at = end;
    }
  }
  takeInner(body, found);
}

/** Once. */
function takeInner(body: Buffer, { inner, rxpks }: Found): void {
  for (let at = 0; at < inner.length; at += 2) rxpks.push(body.toString("utf8", inner[at], inner[at + 1]));
  inner.length = 0;
}

/** @returns where the value at this octet ends, or ~ where the structure broke. */
function endOfValue(body: Buffer, at: number, inner: number[]): number {
  const first = body[at];
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return endOfContainer(body, at, inner);
  if (first === QUOTE) return endOfString(body, at);
  let end = at;
  while (end < body.length && isBare(body[end]!)) end++;
  return end === at ? ~at : end;
}

/**
 * Matches brackets from the one at this octet. Within an object a container stands behind a colon, within an array
 * behind a comma or the bracket; whatever else stands between strings and brackets is the JSON reader's trouble.
 *
 * @param inner filled with the beginnings and ends of the objects that are whole and elements of an array within, also
 *        of those within each other: any of them may be a bad one that swallowed its neighbours.
 * @returns where it ends, or ~ where the structure broke, which is always behind `start`.
 */
function endOfContainer(body: Buffer, start: number, inner: number[]): number {
  inner.length = 0;
  const length = body.length;
  const begins: number[] = [];
  let depth = 1;
  // One bit per level, set for an object.
  let objects = body[start] === OPEN_BRACE ? 1 : 0;
  let at = start + 1;
  while (at < length) {
    const octet = body[at]!;
    if (octet === QUOTE) {
      const end = endOfString(body, at);
      if (end < 0) return end;
      at = end;
      continue;
    }
    if (octet === OPEN_BRACE || octet === OPEN_BRACKET) {
      if (depth === NESTING_MAX || !mayOpen(octetBefore(body, at), (objects & 1) === 1)) return ~at;
      begins[depth] = at;
      depth++;
      objects = (objects << 1) | (octet === OPEN_BRACE ? 1 : 0);
    } else if (octet === CLOSE_BRACE || octet === CLOSE_BRACKET) {
      if ((objects & 1) !== (octet === CLOSE_BRACE ? 1 : 0)) return ~at;
      depth--;
      objects >>>= 1;
      if (depth === 0) return at + 1;
      if (octet === CLOSE_BRACE && (objects & 1) === 0) inner.push(begins[depth]!, at + 1);
    } else if (octet === BACKSLASH) {
      return ~at;
    }
    at++;
  }
  return ~length;
}

function mayOpen(before: number, inObject: boolean): boolean {
  return inObject ? before === COLON : before === COMMA || before === OPEN_BRACKET;
}

/**
 * @param at the opening quote.
 * @returns where the string ends; ~at when it does not, or when what follows cannot follow a string: then this
 *          quote, or one before it, is not what it seems.
 */
function endOfString(body: Buffer, at: number): number {
  const length = body.length;
  for (let end = at + 1; end < length; end++) {
    const octet = body[end]!;
    if (octet === BACKSLASH) {
      end++;
    } else if (octet === QUOTE) {
      const next = body[pastBlanks(body, end + 1)];
      const sound = next === COMMA || next === COLON || next === CLOSE_BRACE || next === CLOSE_BRACKET;
      return sound ? end + 1 : ~at;
    }
  }
  return ~at;
}

function isKey(body: Buffer, keyAt: number, keyEnd: number, key: string): boolean {
  if (keyEnd - keyAt !== key.length + 2) return false;
  for (let i = 0; i < key.length; i++) if (body[keyAt + 1 + i] !== key.charCodeAt(i)) return false;
  return true;
}

function pastBlanks(body: Buffer, from: number): number {
  let at = from;
  while (at < body.length && isBlank(body[at]!)) at++;
  return at;
}

/** The last octet before this one that is no blank; 0 when there is none. */
function octetBefore(body: Buffer, at: number): number {
  let before = at - 1;
  while (before >= 0 && isBlank(body[before]!)) before--;
  return before >= 0 ? body[before]! : 0;
}

function isBlank(octet: number): boolean {
  return octet === 0x20 || octet === 0x0a || octet === 0x0d || octet === 0x09;
}

/** May stand in a number, true, false, null, or in what a forwarder wrote instead of one. */
function isBare(octet: number): boolean {
  switch (octet) {
    case QUOTE:
    case COMMA:
    case COLON:
    case OPEN_BRACKET:
    case CLOSE_BRACKET:
    case OPEN_BRACE:
    case CLOSE_BRACE:
    case BACKSLASH:
      return false;
    default:
      return !isBlank(octet);
  }
}
