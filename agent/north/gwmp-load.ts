/**
 * How much goes together in one PUSH_DATA. Pure.
 *
 * Live frames go as the forwarder sent them, in one datagram up to what Kerlink's forwarder sends. Replays are put
 * together here, so they keep to what every road carries in one piece: of a datagram in fragments all is lost with any
 * of them, and some roads (carriers' NAT) let no fragment pass.
 */
/** Kerlink's limit.datagram. */
export const LIVE_OCTETS_MAX = 20_000;
/** With UDP's and IPv6's headers within IPv6's least MTU, 1,280. */
export const REPLAY_OCTETS_MAX = 1_200;
/** Twelve of GWMP's header, and the array's own. */
const FRAME_OCTETS = 12 + '{"rxpk":[]}'.length;

export interface Load {
  /** How many go, from the front of the queue: one at least. */
  readonly count: number;
  /** The PUSH_DATA's JSON. */
  readonly body: string;
}

/**
 * @param queue not empty. @param isAlone goes with no other.
 * @param octetsMax of the datagram; a single frame may be longer.
 */
export function loadOf<T>(
  queue: readonly T[],
  textOf: (one: T) => string,
  isAlone: (one: T) => boolean,
  octetsMax: number,
): Load {
  const texts: string[] = [];
  let octets = FRAME_OCTETS - 1;
  for (const one of queue) {
    const alone = isAlone(one);
    if (texts.length > 0 && alone) break;
    const text = textOf(one);
    octets += Buffer.byteLength(text) + 1;
    if (texts.length > 0 && octets > octetsMax) break;
    texts.push(text);
    if (alone) break;
  }
  return { count: texts.length, body: `{"rxpk":[${texts.join(",")}]}` };
}
