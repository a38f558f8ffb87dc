import { expect, test } from "vitest";
import type { Frame } from "../../../agent/frame/frame.ts";
import { deriveHeard } from "../../../agent/frame/heard.ts";

function stored(rxpkText: string): Frame {
  return {
    sequence: 7,
    gatewayEui: "0102030405060708",
    rxpkText,
    arrivedWallMs: 0,
    arrivedMonotonicMs: 0,
    kernelBootId: "0".repeat(32),
    ageAtArrivalMs: 0,
    concentratorSession: 1,
    clockState: "gps",
    delayed: false,
    repetition: false,
  };
}

const text = (data: string): string =>
  `{"tmst":5,"freq":868.1,"stat":1,"modu":"LORA","datr":"SF7BW125","codr":"4/5","size":16,"data":"${data}"}`;

test("a stored frame is read again as it was when it was heard", () => {
  const frame = stored(text("QAAAAEgAEtcDvK7ndmBFBg=="));
  const heard = deriveHeard(frame);
  expect(heard).toMatchObject({
    ok: true,
    value: { rxpk: { tmstUs: 5, frequencyHz: 868_100_000 }, phy: { kind: "data", devAddr: "48000000" } },
  });
  expect(heard.ok && heard.value.frame).toBe(frame);
});

test("a payload that is no LoRaWAN frame has no PHY", () => {
  expect(deriveHeard(stored(text("AQID")))).toMatchObject({ ok: true, value: { phy: undefined } });
});

test("a text that cannot be read any more is a fault, not a crash", () => {
  expect(deriveHeard(stored("{"))).toEqual({ ok: false, fault: "badJson" });
});
