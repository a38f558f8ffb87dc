/**
 * The contract of the Udp port: what every opening of it keeps to. Run against the simulated world and against the
 * kernel's own sockets on loopback.
 */
import { afterEach, describe, expect, test } from "vitest";
import { openUdp } from "../../agent/host/udp.ts";
import type { Udp, UdpPeer, UdpSocket } from "../../agent/ports.ts";
import { WorldClock } from "../../simulator/world/clock.ts";
import { WorldUdp } from "../../simulator/world/udp.ts";

interface Opening {
  readonly udp: Udp;
  /** Lets time pass until the condition holds. */
  until(holds: () => boolean): Promise<void>;
}

const LOOPBACK: UdpPeer = { host: "127.0.0.1", port: 0 };
const TURNS_MAX = 2_000;

const openings: readonly (readonly [string, () => Opening])[] = [
  [
    "the simulated world",
    () => {
      const clock = new WorldClock();
      return { udp: new WorldUdp(clock), until: (holds) => turnUntil(holds, () => clock.advance(1)) };
    },
  ],
  [
    "the kernel",
    () => ({
      udp: openUdp(() => undefined),
      until: (holds) => turnUntil(holds, () => new Promise((resolve) => setTimeout(resolve, 1))),
    }),
  ],
];

async function turnUntil(holds: () => boolean, turn: () => Promise<unknown>): Promise<void> {
  for (let turns = 0; !holds(); turns++) {
    if (turns > TURNS_MAX) throw new Error("it never came");
    await turn();
  }
}

describe.each(openings)("the Udp port in %s", (_name, open) => {
  const closing: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const socket of closing.splice(0)) await socket.close();
  });

  const listen = async (udp: Udp): Promise<{ socket: UdpSocket; heard: [string, UdpPeer][] }> => {
    const heard: [string, UdpPeer][] = [];
    const socket = await udp.bind(LOOPBACK, (bytes, from) => heard.push([bytes.toString(), from]));
    closing.push(socket);
    return { socket, heard };
  };

  test("a bound socket hears everybody, and knows who spoke", async () => {
    const { udp, until } = open();
    const one = await listen(udp);
    const other = await listen(udp);
    other.socket.send(Buffer.from("hello"), one.socket.address);
    await until(() => one.heard.length === 1);
    expect(one.heard).toEqual([["hello", other.socket.address]]);
  });

  test("a connected socket speaks to its peer and hears its peer's answer", async () => {
    const { udp, until } = open();
    const peer = await listen(udp);
    const heard: string[] = [];
    const onDatagram = (bytes: Buffer): void => void heard.push(bytes.toString());
    const ours = await udp.connect(peer.socket.address, onDatagram, () => undefined);
    closing.push(ours);
    ours.send(Buffer.from("question"));
    await until(() => peer.heard.length === 1);
    peer.socket.send(Buffer.from("answer"), peer.heard[0]![1]);
    await until(() => heard.length === 1);
    expect(heard).toEqual(["answer"]);
  });

  test("a connected socket does not hear anybody else, not even on the same host", async () => {
    const { udp, until } = open();
    const peer = await listen(udp);
    const stranger = await listen(udp);
    const heard: string[] = [];
    const onDatagram = (bytes: Buffer): void => void heard.push(bytes.toString());
    const ours = await udp.connect(peer.socket.address, onDatagram, () => undefined);
    closing.push(ours);
    ours.send(Buffer.from("question"));
    await until(() => peer.heard.length === 1);
    const [, ourAddress] = peer.heard[0]!;
    stranger.socket.send(Buffer.from("forged"), ourAddress);
    peer.socket.send(Buffer.from("true"), ourAddress);
    await until(() => heard.length === 1);
    expect(heard).toEqual(["true"]);
  });

  test("two connected sockets to one peer are two to it", async () => {
    const { udp, until } = open();
    const peer = await listen(udp);
    for (const word of ["one", "two"]) {
      const socket = await udp.connect(
        peer.socket.address,
        () => undefined,
        () => undefined,
      );
      closing.push(socket);
      socket.send(Buffer.from(word));
    }
    await until(() => peer.heard.length === 2);
    const [first, second] = peer.heard.map(([, { port }]) => port);
    expect(first).not.toBe(second);
  });

  test("an address stands for itself; a name that nobody knows has none, and that is no failure", async () => {
    const { udp } = open();
    expect(await udp.resolve("127.0.0.1")).toEqual(["127.0.0.1"]);
    expect(await udp.resolve("nobody.invalid")).toEqual([]);
  });
});
