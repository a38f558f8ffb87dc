/**
 * Goal: systemd hears from the agent that it is ready and that it lives, and hears nothing when it does not.
 * Method: the real systemd-notify, and in systemd's place a few lines of Perl on the datagram socket: Node has no such
 * sockets, and socat keeps the descriptor on whose end systemd-notify waits.
 */
import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../free-port.ts";
import { until } from "../until.ts";
import { createGateway } from "./run-rig.ts";

const WATCHDOG_US = 900_000;
const LISTEN = `use Socket; $| = 1; socket(S, PF_UNIX, SOCK_DGRAM, 0) or die; bind(S, sockaddr_un($ARGV[0])) or die;
while (defined recv(S, my $word, 4096, 0)) { print "$word\\n" }`;

async function supervised() {
  const gateway = createGateway({ servers: [`mqtt://127.0.0.1:${await freePort()}`] });
  const socket = join(gateway.directory, "notify");
  const systemd = spawn("perl", ["-e", LISTEN, socket], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void systemd.kill("SIGKILL"));
  let told = "";
  systemd.stdout.on("data", (bytes) => {
    told += String(bytes);
  });
  await until(() => existsSync(socket), "the socket");
  const beats = (): number => told.match(/WATCHDOG=1/g)?.length ?? 0;
  return { gateway, socket, told: () => told, beats };
}

test("it says READY once it listens, and then beats three times per watchdog period", async () => {
  const { gateway, socket, told, beats } = await supervised();
  const agent = await gateway.start({ env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: String(WATCHDOG_US) } });
  await until(() => beats() >= 3, "three beats");
  expect(told().startsWith("READY=1")).toBe(true);
  expect(agent.said("no pulse")).toEqual([]);
  expect(agent.said("supervisor not told")).toEqual([]);
});

test("an agent whose control socket is gone beats no more", async () => {
  const { gateway, socket, beats } = await supervised();
  const agent = await gateway.start({ env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: String(WATCHDOG_US) } });
  await until(() => beats() >= 1, "a beat");
  rmSync(gateway.socket);
  // What was on its way when the socket went may still come.
  let last = { beats: -1, rounds: 0 };
  await until(() => {
    const rounds = agent.said("no pulse").length;
    if (beats() !== last.beats) last = { beats: beats(), rounds };
    return rounds >= last.rounds + 3;
  }, "three rounds in silence");
  expect(agent.said("no pulse")[0]).toMatchObject({ level: "error", silent: ["control"] });
});

test("without a watchdog it only says READY; where nobody listens it runs all the same", async () => {
  const { gateway, socket, told } = await supervised();
  const agent = await gateway.start({ env: { NOTIFY_SOCKET: socket } });
  await until(() => told().includes("READY=1"), "READY");
  await agent.stop();
  const untold = await gateway.start({ env: { NOTIFY_SOCKET: join(gateway.directory, "nobody") } });
  await until(() => untold.said("supervisor not told").length === 1, "a warning");
  expect((await untold.stop()).code).toBe(0);
});
