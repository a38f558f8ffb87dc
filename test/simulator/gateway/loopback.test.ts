/** The virtual gateway on real sockets and a real clock, as the demo runs it. */
import { expect, test } from "vitest";
import { openClock } from "../../../agent/host/clock.ts";
import { openUdp } from "../../../agent/host/udp.ts";
import { readUpward, writePullAck, writePullResp, writePushAck } from "../../../agent/lorawan/gwmp.ts";
import { writeTxpk } from "../../../agent/lorawan/txpk.ts";
import type { UdpSocket } from "../../../agent/ports.ts";
import { createAir, nowUs, type Reception } from "../../../simulator/air/air.ts";
import { createForwarder } from "../../../simulator/gateway/forwarder.ts";
import type { GatewayEvent } from "../../../simulator/gateway/gateway-event.ts";
import { WorldRng } from "../../../simulator/world/rng.ts";

const EUI = "aa555a0000000001";

test("over loopback a meter's uplink is answered one second after its end, to the microsecond", async () => {
  const udp = openUdp((error) => {
    throw error;
  });
  const clock = openClock();
  const rng = new WorldRng(1);
  const air = createAir({ clock, rng });
  const events: GatewayEvent[] = [];
  const heard = new Promise<Reception>((hear) => air.addMeter({ name: "meter", hear }));

  let pullFrom = { host: "", port: 0 };
  let socket: UdpSocket;
  socket = await udp.bind({ host: "127.0.0.1", port: 0 }, (bytes, from) => {
    const said = readUpward(bytes);
    if (!said.ok) return;
    const { kind, token } = said.value;
    if (kind === "pullData") {
      pullFrom = from;
      socket.send(writePullAck(2, token), from);
    }
    if (kind !== "pushData") return;
    socket.send(writePushAck(2, token), from);
    const { tmst } = JSON.parse(said.value.body.toString()).rxpk[0];
    const answer = writeTxpk({
      at: { kind: "tmst", tmstUs: (tmst + 1_000_000) % 2 ** 32 },
      frequencyHz: 868_100_000,
      powerDbm: 14,
      modulation: { kind: "lora", spreadingFactor: 7, bandwidthHz: 125_000, codeRate: "4/5" },
      polarizationInversion: true,
      preamble: 8,
      noCrc: true,
      board: undefined,
      antenna: undefined,
      payload: Buffer.from("answer"),
    });
    if (answer.ok) socket.send(writePullResp(2, [0, 1], answer.value), pullFrom);
  });

  const onEvent = (event: GatewayEvent) => events.push(event);
  const forwarder = createForwarder({ eui: EUI, server: socket.address, udp, clock, rng, air, onEvent });
  await forwarder.start();
  const startUs = nowUs(clock);
  const radio = {
    frequencyHz: 868_100_000,
    spreadingFactor: 7,
    bandwidthHz: 125_000,
    inverted: false,
    powerDbm: 14,
  };
  air.transmit("meter", { phyPayload: Buffer.from("uplink"), ...radio, startUs, airtimeUs: 50_000 });
  const { transmission } = await heard;
  await forwarder.stop();
  await socket.close();

  expect(transmission.phyPayload.toString()).toBe("answer");
  expect(transmission.startUs).toBe(startUs + 50_000 + 1_000_000);
  expect(events.map(({ kind }) => kind)).toEqual([
    "heard",
    "pushSent",
    "pushAcknowledged",
    "downlinkAccepted",
    "emitted",
  ]);
});
