/**
 * Goal: the agent as a process stands between a packet forwarder and a server behind Semtech UDP.
 * Method: the built agent, real sockets on loopback, the strict server of test/gwmp-lns.ts, killed and started again on
 * its port by the test. That no server is overrun: agent-gwmp.test.ts, where time does not depend on this machine.
 */
import { expect, onTestFinished, test } from "vitest";
import { openClock } from "../../agent/host/clock.ts";
import { openUdp } from "../../agent/host/udp.ts";
import type { UdpPeer } from "../../agent/ports.ts";
import { freePort } from "../free-port.ts";
import { answerTo, type GwmpLns, openLns } from "../gwmp-lns.ts";
import { until } from "../until.ts";
import { createGateway, EUI, openForwarder, runCommand } from "./run-rig.ts";

const CORE = 'kind = "gwmp"\npull_interval = "1s"\npush_ack_timeout = "1s"\nreplay_pairing = false';
const STAT = '{"time":"2026-01-01 00:00:00 GMT","rxnb":1,"rxok":1,"rxfw":1,"ackr":null,"dwnb":0,"txnb":0}';

async function serve(port: number): Promise<GwmpLns> {
  const at: UdpPeer = { host: "127.0.0.1", port };
  const lns = await openLns({
    ...{ udp: openUdp(() => undefined), clock: openClock(), at, euis: [EUI] },
    takesBursts: true,
  });
  onTestFinished(lns.close);
  return lns;
}

const physOf = ({ uplinks }: GwmpLns): string[] =>
  uplinks.map(({ rxpk }) => Buffer.from(String(rxpk.data), "base64").toString("hex"));

test("frames, stat, downlink and TX_ACK pass through; an outage delays frames and loses none", async () => {
  const port = await freePort();
  const lns = await serve(port);
  const gateway = createGateway({ servers: [`udp://localhost:${port}`], core: CORE });
  const agent = await gateway.start();
  const forwarder = await openForwarder(agent.port);
  forwarder.pull();
  await until(() => lns.pulls.length > 0, "a PULL_DATA");
  await until(() => agent.said("core connected").length === 1, "the link");

  const phy = forwarder.push("26010001", 7);
  await until(() => physOf(lns).includes(phy), "the uplink");
  await until(() => forwarder.acked.has(phy), "its PUSH_ACK");
  const uplink = lns.uplinks[0]!;
  forwarder.pushBody(`{"stat":${STAT}}`, "stat");
  await until(() => lns.stats.length === 1, "the stat");
  expect(lns.stats[0]!.text).toBe(STAT);

  // The answer in RX1 of a slow network, so that a busy test machine is in time.
  const txpk = answerTo(Number(uplink.rxpk.tmst), 15_000_000);
  const token = lns.down(txpk);
  await until(() => forwarder.pullResps.length === 1, "a PULL_RESP");
  expect(forwarder.pullResps[0]!.json).toBe(JSON.stringify({ txpk }));
  forwarder.txAck();
  await until(() => lns.txAcks.length === 1, "the TX_ACK");
  expect(lns.txAcks).toEqual([{ token, body: "" }]);
  lns.down(answerTo(Number(uplink.rxpk.tmst), 15_500_000));
  await until(() => lns.txAcks.length === 2, "the refusal");
  expect(lns.txAcks[1]!.body).toBe('{"txpk_ack":{"error":"TOO_LATE"}}');
  expect(forwarder.pullResps).toHaveLength(1);

  await lns.close();
  for (let frame = 0; frame < 50; frame++) forwarder.push((0x26010100 + frame).toString(16), frame);
  await until(() => forwarder.acked.size === 52, "every PUSH_ACK, from the disk");
  const status = runCommand(["status", "--socket", gateway.socket]);
  expect(status.code).toBe(0);
  const again = await serve(port);
  await until(() => new Set(physOf(again)).size === 50, "what was kept", 30_000);
  // What a busy machine acknowledges late comes again.
  expect(new Set([...physOf(lns), ...physOf(again)])).toEqual(
    new Set(forwarder.sent.filter((one) => one !== "stat")),
  );
  for (const { rxpk } of again.uplinks)
    expect(rxpk).toMatchObject({ delayed: true, tmst: expect.any(Number) });
  expect([...lns.faults, ...again.faults]).toEqual([]);
  const { code, tookMs } = await agent.stop();
  expect(code).toBe(0);
  // It ends by itself within 1.9 s, or says that it could not: the rest is this machine's.
  expect(agent.said("stopped before everything was closed")).toEqual([]);
  expect(tookMs).toBeLessThan(5_000);
}, 60_000);

test("nobody at the server's port: said so within seconds, and the forwarder is served all the same", async () => {
  const gateway = createGateway({ servers: [`udp://127.0.0.1:${await freePort()}`], core: CORE });
  const agent = await gateway.start();
  const forwarder = await openForwarder(agent.port);
  forwarder.pull();
  const phy = forwarder.push("26010001", 1);
  await until(() => forwarder.acked.has(phy), "its PUSH_ACK");
  await until(() => agent.said("core out of reach").length > 0, "the reason");
  expect(agent.said("core out of reach")[0]).toMatchObject({ fault: "portRefused" });
  const { stdout } = runCommand(["status", "--socket", gateway.socket, "--lang", "fr"]);
  expect(stdout).toContain("rien n'écoute sur ce port UDP");
});
