/**
 * Goal: what became of every uplink is said rightly, at each definition's edge.
 * Method: hand-made stories. One meter sends, gateways A and B hear, the core takes; each story says what the
 * document then is, beside "one uplink, heard by A while its agent ran, and nothing else".
 */
import { describe, expect, test } from "vitest";
import type { CoreEvent } from "../../simulator/core/core-event.ts";
import type { GatewayEvent } from "../../simulator/gateway/gateway-event.ts";
import { createLedger, type LedgerDocument } from "../../simulator/ledger.ts";
import type { MeterEvent } from "../../simulator/meter/meter-event.ts";

const A = "00000000000000aa";
const B = "00000000000000bb";
const METER = "02f1ee0000000001";
const FIRST = "00000001";
const SECOND = "00000002";
const AIRTIME_US = 100_000;

/** The teller of a story: one call is one thing that happened. Time goes on by itself, 1 s each. */
function storyteller(meters = 1) {
  const ledger = createLedger({ meters });
  let nowUs = 0;
  let datagram = 0;
  const tick = (): number => {
    nowUs += 1_000_000;
    return nowUs;
  };
  const meter = (event: object) => ledger.meter(event as MeterEvent);
  const gateway = (event: object) => ledger.gateway(event as GatewayEvent);
  const core = (event: object) => ledger.core({ atUs: nowUs, ...event } as CoreEvent);
  return {
    ledger,
    get nowUs() {
      return nowUs;
    },
    wait(ms: number) {
      nowUs += 1_000 * ms;
    },
    up: (...gateways: string[]) => gateways.forEach((eui) => void ledger.agentUp(eui)),
    down: (...gateways: string[]) => gateways.forEach((eui) => void ledger.agentDown(eui)),
    joins: (devAddr = FIRST, devEui = METER) =>
      meter({ kind: "joined", devEui, devAddr, window: 1, atUs: tick(), attempts: 1 }),
    sends: (fCnt = 0, devAddr = FIRST, devEui = METER) =>
      meter({
        kind: "uplinkSent",
        devEui,
        devAddr,
        fCnt,
        startUs: tick(),
        airtimeUs: AIRTIME_US,
        attempt: 1,
      }),
    hears: (eui: string, fCnt = 0, devAddr = FIRST, mhdr = 0x40) => {
      const phyPayload = Buffer.alloc(16);
      phyPayload[0] = mhdr;
      phyPayload.writeUInt32LE(Number.parseInt(devAddr, 16), 1);
      phyPayload.writeUInt16LE(fCnt & 0xffff, 6);
      gateway({ kind: "heard", eui, phyPayload, tmst: 0, trueUs: nowUs + AIRTIME_US });
    },
    delivers: (gatewayEuis: string[], fCnt = 0, devAddr = FIRST) =>
      core({ kind: "delivered", devEui: METER, devAddr, fCnt, gatewayEuis, delayed: false }),
    refuses: (reason: string, fCnt = 0, devAddr = FIRST) =>
      core({ kind: "refusedByCounter", devEui: METER, devAddr, fCnt, gatewayEuis: [A], reason }),
    pushes: (eui: string): number => {
      datagram += 1;
      gateway({ kind: "pushSent", eui, datagram, token: 1, rxpkCount: 1, repeatedCount: 0 });
      return datagram;
    },
    acknowledged: (eui: string, number: number, inTime = true) =>
      gateway({
        kind: "pushAcknowledged",
        eui,
        datagram: number,
        token: 1,
        rxpkCount: 1,
        afterMs: 1,
        inTime,
      }),
    sendsDownlink: () =>
      core({ kind: "downlinkSent", downlinkId: 1, devEui: METER, gatewayEui: A, purpose: "acknowledgement" }),
    receives: () => meter({ kind: "downlinkReceived", devEui: METER, devAddr: FIRST, window: 1 }),
    misses: () => meter({ kind: "downlinkMissed", devEui: METER, devAddr: FIRST, why: "tooLate" }),
    document: () => ledger.document({ bufferedPeak: 0, drainMs: 0 }),
  };
}

type Story = ReturnType<typeof storyteller>;

const stories: readonly (readonly [string, (story: Story) => void, Partial<LedgerDocument>])[] = [
  [
    "an uplink nobody heard is sent, and neither heard nor lost",
    (s) => s.sends(),
    { uplinksSent: 1, uplinksHeard: 0, lost: 0 },
  ],
  [
    "heard while the agent ran, and never seen by the core: lost",
    (s) => {
      s.up(A);
      s.sends();
      s.hears(A);
    },
    { uplinksHeard: 1, uplinksDelivered: 0, lost: 1, overtaken: 0 },
  ],
  [
    "heard while no agent ran: not lost, for nobody could keep it",
    (s) => {
      s.sends();
      s.hears(A);
    },
    { uplinksHeard: 1, lost: 0 },
  ],
  [
    "an agent that went down before is not running",
    (s) => {
      s.up(A);
      s.down(A);
      s.sends();
      s.hears(A);
    },
    { uplinksHeard: 1, lost: 0 },
  ],
  [
    "an agent that was killed after it heard: lost all the same",
    (s) => {
      s.up(A);
      s.sends();
      s.hears(A);
      s.down(A);
    },
    { lost: 1 },
  ],
  [
    "heard by two, of whose agents one ran: lost",
    (s) => {
      s.up(B);
      s.sends();
      s.hears(A);
      s.hears(B);
    },
    { uplinksHeard: 1, lost: 1 },
  ],
  [
    "lost whether its datagram was acknowledged or not",
    (s) => {
      s.up(A);
      s.sends();
      s.hears(A);
      s.acknowledged(A, s.pushes(A));
    },
    { lost: 1, unacknowledged: 0 },
  ],
  [
    "delivered by one",
    (s) => {
      s.up(A);
      s.sends();
      s.hears(A);
      s.delivers([A]);
    },
    { uplinksDelivered: 1, heardByTwo: 0, lost: 0 },
  ],
  [
    "delivered with both copies in one window",
    (s) => {
      s.up(A, B);
      s.sends();
      s.hears(A);
      s.hears(B);
      s.delivers([A, B]);
    },
    { uplinksHeard: 1, uplinksDelivered: 1, heardByTwo: 1 },
  ],
  [
    "delivered by one, and the other's copy refused: delivered, not overtaken, not by two",
    (s) => {
      s.up(A, B);
      s.sends();
      s.hears(A);
      s.hears(B);
      s.delivers([B]);
      s.refuses("retransmission");
    },
    { uplinksDelivered: 1, overtaken: 0, lost: 0, heardByTwo: 0 },
  ],
  [
    "refused by counter, and no other copy delivered: overtaken, not lost",
    (s) => {
      s.up(A);
      s.sends();
      s.hears(A);
      s.refuses("reset");
    },
    { uplinksDelivered: 0, overtaken: 1, lost: 0 },
  ],
  [
    "refused twice is overtaken once",
    (s) => {
      s.up(A, B);
      s.sends();
      s.hears(A);
      s.refuses("reset");
      s.refuses("readAsRollover");
    },
    { overtaken: 1 },
  ],
  [
    "refused because its session is over: overtaken by the join",
    (s) => {
      s.up(A);
      s.sends();
      s.hears(A);
      s.joins(SECOND);
      s.refuses("sessionOver");
    },
    { overtaken: 1, lost: 0 },
  ],
  [
    "refused first and delivered later is delivered",
    (s) => {
      s.up(A);
      s.sends();
      s.hears(A);
      s.refuses("reset");
      s.delivers([A]);
    },
    { uplinksDelivered: 1, overtaken: 0 },
  ],
  [
    "delivered three times is delivered once and twice too often",
    (s) => {
      s.up(A);
      s.sends();
      s.hears(A);
      for (let time = 0; time < 3; time++) s.delivers([A]);
    },
    { uplinksDelivered: 1, duplicatesDelivered: 2 },
  ],
  [
    "repetitions on air are one uplink, and one of them heard is enough",
    (s) => {
      s.up(A);
      s.sends();
      s.sends();
      s.hears(A);
      s.delivers([A]);
      s.sends();
    },
    { uplinksSent: 1, uplinksHeard: 1, uplinksDelivered: 1, duplicatesDelivered: 0, lost: 0 },
  ],
  [
    "a meter that joins again counts anew",
    (s) => {
      s.up(A);
      s.joins(FIRST);
      s.sends(0, FIRST);
      s.hears(A, 0, FIRST);
      s.joins(SECOND);
      s.sends(0, SECOND);
      s.hears(A, 0, SECOND);
      s.delivers([A], 0, SECOND);
    },
    { joined: 1, uplinksSent: 2, uplinksHeard: 2, uplinksDelivered: 1, lost: 1, duplicatesDelivered: 0 },
  ],
  [
    "a late delivery of the former session is that session's",
    (s) => {
      s.up(A);
      s.joins(FIRST);
      s.sends(0, FIRST);
      s.hears(A, 0, FIRST);
      s.joins(SECOND);
      s.sends(0, SECOND);
      s.hears(A, 0, SECOND);
      s.delivers([A], 0, FIRST);
      s.delivers([A], 0, SECOND);
    },
    { uplinksDelivered: 2, lost: 0, duplicatesDelivered: 0 },
  ],
  [
    "the same DevAddr again is a session of its own",
    (s) => {
      s.up(A);
      s.joins(FIRST);
      s.sends(0, FIRST);
      s.hears(A, 0, FIRST);
      s.delivers([A], 0, FIRST);
      s.joins(FIRST);
      s.sends(0, FIRST);
      s.hears(A, 0, FIRST);
      s.delivers([A], 0, FIRST);
    },
    { uplinksSent: 2, uplinksDelivered: 2, duplicatesDelivered: 0 },
  ],
  [
    "16 bits on air are told by the counters around them",
    (s) => {
      s.up(A);
      for (const fCnt of [65_535, 65_536, 65_537]) s.sends(fCnt);
      s.hears(A, 65_536);
      s.hears(A, 65_535);
      s.delivers([A], 65_535);
    },
    { uplinksSent: 3, uplinksHeard: 2, uplinksDelivered: 1, lost: 1 },
  ],
  [
    "confirmed uplinks are uplinks",
    (s) => {
      s.up(A);
      s.sends();
      s.hears(A, 0, FIRST, 0x80);
    },
    { uplinksHeard: 1 },
  ],
  [
    "joins, downlinks, strangers and broken frames are none of ours",
    (s) => {
      s.up(A);
      s.sends();
      s.hears(A, 0, FIRST, 0x00);
      s.hears(A, 0, FIRST, 0x60);
      s.hears(A, 0, "0badcafe");
      s.hears(A, 7);
      s.ledger.gateway({ kind: "heard", eui: A, phyPayload: Buffer.alloc(0), tmst: 0, trueUs: 0 });
      s.ledger.gateway({
        kind: "heard",
        eui: A,
        phyPayload: Buffer.from([0x40, 1, 0, 0]),
        tmst: 0,
        trueUs: 0,
      });
      s.delivers([A], 3);
      s.delivers([A], 0, "0badcafe");
      s.refuses("reset", 9);
    },
    { uplinksSent: 1, uplinksHeard: 0, uplinksDelivered: 0, lost: 0, overtaken: 0 },
  ],
  [
    "a datagram that a running agent never acknowledged",
    (s) => {
      s.up(A);
      s.pushes(A);
      s.acknowledged(A, s.pushes(A));
    },
    { unacknowledged: 1 },
  ],
  [
    "a late acknowledgement is one",
    (s) => {
      s.up(A);
      s.acknowledged(A, s.pushes(A), false);
    },
    { unacknowledged: 0 },
  ],
  [
    "a datagram sent while no agent ran is nobody's debt",
    (s) => {
      s.pushes(A);
      s.up(A);
    },
    { unacknowledged: 0 },
  ],
  [
    "an agent that ends takes its debts with it, and only its own",
    (s) => {
      s.up(A, B);
      s.pushes(A);
      s.pushes(B);
      s.down(A);
      s.up(A);
    },
    { unacknowledged: 1 },
  ],
  [
    "downlinks in window are those their meter received: join-accepts and others",
    (s) => {
      for (let time = 0; time < 4; time++) s.sendsDownlink();
      s.joins();
      s.receives();
      s.misses();
    },
    { joined: 1, downlinksSent: 4, downlinksInWindow: 2 },
  ],
];

describe("the story", () => {
  test.each(stories)("%s", (_what, tell, expected) => {
    const story = storyteller();
    tell(story);
    expect(story.document()).toMatchObject(expected);
  });
});

describe("the document", () => {
  test("has exactly the keys that were agreed, and the agents' own figures", () => {
    const { ledger } = storyteller(200);
    expect(ledger.document({ bufferedPeak: 31, drainMs: 4_200 })).toEqual({
      meters: 200,
      joined: 0,
      uplinksSent: 0,
      uplinksHeard: 0,
      uplinksDelivered: 0,
      lost: 0,
      overtaken: 0,
      unacknowledged: 0,
      duplicatesDelivered: 0,
      heardByTwo: 0,
      bufferedPeak: 31,
      drainMs: 4_200,
      downlinksSent: 0,
      downlinksInWindow: 0,
    });
  });

  test("a meter that joined three times has joined", () => {
    const story = storyteller(2);
    story.joins(FIRST);
    story.joins(SECOND);
    story.joins("00000003", "02f1ee0000000002");
    expect(story.document()).toMatchObject({ joined: 2 });
  });
});

describe("outside the common outage", () => {
  const overtakenAt = (story: Story, fCnt: number): number => {
    story.sends(fCnt);
    story.hears(A, fCnt);
    story.refuses("reset", fCnt);
    return story.nowUs;
  };

  test("only what was sent outside all intervals counts; an interval has its first moment and not its last", () => {
    const story = storyteller();
    story.up(A);
    const sentUs = [0, 1, 2, 3].map((fCnt) => overtakenAt(story, fCnt));
    const { ledger } = story;
    expect(ledger.overtakenOutside([])).toBe(4);
    expect(ledger.overtakenOutside([{ fromUs: sentUs[1]!, toUs: sentUs[2]! }])).toBe(3);
    expect(ledger.overtakenOutside([{ fromUs: sentUs[1]!, toUs: sentUs[2]! + 1 }])).toBe(2);
    expect(
      ledger.overtakenOutside([
        { fromUs: 0, toUs: sentUs[0]! + 1 },
        { fromUs: sentUs[3]!, toUs: sentUs[3]! + 1 },
      ]),
    ).toBe(2);
  });
});

describe("for a person", () => {
  test("what was lost says which meter, which counter, when, and who heard it", () => {
    const story = storyteller();
    story.up(B);
    story.sends(4);
    const sentUs = story.nowUs;
    story.hears(A, 4);
    story.hears(B, 4);
    story.sends(5);
    expect(story.ledger.lost()).toEqual([
      {
        devEui: METER,
        devAddr: FIRST,
        fCnt: 4,
        sentUs,
        heardBy: [
          { gatewayEui: A, atUs: sentUs + AIRTIME_US, agentRunning: false },
          { gatewayEui: B, atUs: sentUs + AIRTIME_US, agentRunning: true },
        ],
        refusal: undefined,
        delayMs: undefined,
      },
    ]);
  });

  test("what was overtaken says why the core refused it", () => {
    const story = storyteller();
    story.up(A);
    story.sends();
    story.hears(A);
    story.refuses("readAsRollover");
    expect(story.ledger.overtaken()).toMatchObject([{ fCnt: 0, refusal: "readAsRollover" }]);
    expect(story.ledger.lost()).toEqual([]);
  });

  test("what came late is reckoned from the end of the first transmission to the first delivery", () => {
    const story = storyteller();
    story.up(A);
    story.sends();
    story.hears(A);
    story.wait(2_100);
    story.delivers([A]);
    story.wait(60_000);
    story.delivers([A]);
    expect(story.ledger.late(1_999)).toMatchObject([{ fCnt: 0, delayMs: 2_000 }]);
    expect(story.ledger.late(2_000)).toEqual([]);
  });
});
