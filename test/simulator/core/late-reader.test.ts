import { describe, expect, test } from "vitest";
import type { CoreEvent } from "../../../simulator/core/core-event.ts";
import type { CoreSession } from "../../../simulator/core/devices.ts";
import {
  createLateReader,
  DECIDES_AFTER_MS,
  type Recovered,
  WAITS_MS_MAX,
} from "../../../simulator/core/late-reader.ts";
import { dataKeys, writeDataFrame } from "../../../simulator/meter/data-frames.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";

const DEV_ADDR = "01020304";
const FORMER_DEV_ADDR = "0a0b0c0d";
const keys = dataKeys({ nwkSKey: Buffer.alloc(16, 1), appSKey: Buffer.alloc(16, 2) });

/** A core that has delivered up to counter 99 of one device, whose former session ended at 7. */
function openReader({ nextFCntUp = 100 } = {}) {
  const clock = new WorldClock();
  const session = { devEui: "02f1ee0000000001", devAddr: DEV_ADDR, keys, nextFCntUp } as CoreSession;
  const former = { ...session, devAddr: FORMER_DEV_ADDR, nextFCntUp: 8 };
  const events: string[] = [];
  const recovered: Recovered[] = [];
  const reader = createLateReader({
    clock,
    devices: {
      byDevAddr: (devAddr) => (devAddr === DEV_ADDR ? ({ session } as never) : undefined),
      former: (devAddr) => (devAddr === FORMER_DEV_ADDR ? former : undefined),
    },
    tell: (event) => events.push(nameOf(event)),
    onRecovered: (one) => recovered.push(one),
  });
  const read = (fCnt: number, devAddr = DEV_ADDR): void => reader.read(lateMessage(fCnt, devAddr));
  return { clock, session, events, recovered, reader, read };
}

function nameOf(event: { readonly kind: CoreEvent["kind"] }): string {
  return "fault" in event ? `${event.kind}.${event.fault}` : event.kind;
}

function lateMessage(fCnt: number, devAddr: string, more: object = {}): Buffer {
  const payload = Buffer.from(`reading ${fCnt}`);
  const frame = writeDataFrame({ up: true, confirmed: false, devAddr, fCnt, fPort: 100, payload }, keys);
  const phyPayload = frame.toString("base64");
  const heardAt = "2026-01-01T00:00:00.000Z";
  return Buffer.from(
    JSON.stringify({ version: 1, gatewayId: "02f1eefffe000001", phyPayload, heardAt, ...more }),
  );
}

describe("the reader of the late channel", () => {
  test("gives back a reading that the core has refused, opened and once", async () => {
    const { clock, events, recovered, read } = openReader();
    read(42);
    read(42);
    await clock.advance(DECIDES_AFTER_MS);
    expect(recovered).toEqual([
      {
        devEui: "02f1ee0000000001",
        devAddr: DEV_ADDR,
        fCnt: 42,
        fPort: 100,
        payload: Buffer.from("reading 42"),
        gatewayEui: "02f1eefffe000001",
        heardAt: "2026-01-01T00:00:00.000Z",
      },
    ]);
    expect(events).toEqual(["recovered", "lateDropped"]);
  });

  test("drops what the core has delivered, before the message or just after it", async () => {
    const { clock, events, recovered, reader, read } = openReader();
    reader.delivered(DEV_ADDR, 98);
    read(98);
    read(99);
    await clock.advance(DECIDES_AFTER_MS - 1);
    reader.delivered(DEV_ADDR, 99);
    await clock.advance(1);
    expect(recovered).toEqual([]);
    expect(events).toEqual(["lateDropped", "lateDropped"]);
  });

  test("waits while the core may still deliver it, but not for ever", async () => {
    const { clock, session, recovered, read } = openReader();
    read(100);
    read(101);
    await clock.advance(300_000);
    expect(recovered).toEqual([]);
    // A newer one was delivered: the first of the two never can be.
    session.nextFCntUp = 101;
    await clock.advance(60_000);
    expect(recovered.map(({ fCnt }) => fCnt)).toEqual([100]);
    await clock.advance(WAITS_MS_MAX);
    expect(recovered.map(({ fCnt }) => fCnt)).toEqual([100, 101]);
  });

  test("opens frames of a session that is over, and of the counter's round before", async () => {
    const { clock, recovered, read } = openReader({ nextFCntUp: 0x1_0003 });
    read(3, FORMER_DEV_ADDR);
    read(0xfff0);
    await clock.advance(DECIDES_AFTER_MS);
    expect(recovered.map(({ fCnt }) => fCnt)).toEqual([3, 0xfff0]);
  });

  test("counts what it cannot read, and gives none of it on", async () => {
    const { clock, events, recovered, reader, read } = openReader();
    reader.read(Buffer.alloc(16_385, 0x20));
    reader.read(Buffer.from("{"));
    reader.read(Buffer.from("null"));
    reader.read(lateMessage(1, DEV_ADDR, { version: 2 }));
    reader.read(lateMessage(1, DEV_ADDR, { phyPayload: 7 }));
    reader.read(lateMessage(1, DEV_ADDR, { phyPayload: "AAAA" }));
    read(1, "ffffffff");
    const forged = JSON.parse(lateMessage(1, DEV_ADDR).toString()) as { phyPayload: string };
    const octets = Buffer.from(forged.phyPayload, "base64");
    octets.writeUInt8(octets.readUInt8(octets.length - 1) ^ 1, octets.length - 1);
    reader.read(lateMessage(1, DEV_ADDR, { phyPayload: octets.toString("base64") }));
    await clock.advance(WAITS_MS_MAX);
    expect(recovered).toEqual([]);
    expect(events).toEqual(
      ["tooLong", "notJson", "badVersion", "badVersion", "incomplete"]
        .concat(["noUplink", "unknownDevAddr", "micBad"])
        .map((fault) => `lateRefused.${fault}`),
    );
  });

  test("reads nothing more once the core has stopped", async () => {
    const { clock, events, reader, read } = openReader();
    read(42);
    reader.stop();
    await clock.advance(WAITS_MS_MAX);
    expect(events).toEqual([]);
  });
});
