import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createFeed, FEED_LISTENERS_MAX } from "../../../agent/control/feed.ts";
import type { FeedEvent } from "../../../agent/control/feed-events.ts";
import { answerFeed } from "../../../agent/control/feed-lines.ts";
import { openClock } from "../../../agent/host/clock.ts";
import { openControlDoor } from "../../../agent/host/control.ts";
import { testFolder } from "../../test-folder.ts";
import { until } from "../../until.ts";

const FRAMES = 3_000;
const FRAMES_A_TURN = 20;
const TURN_MS = 10;
const READERS = 4;
const DEAF = 6;

function event(sequence: number): FeedEvent {
  return { kind: "custody", wallMs: 0, gatewayEui: "7276ff0044010010", sequence, outcome: "held" };
}

test("readers, deaf ones and some that vanish", { timeout: 60_000 }, async () => {
  const folder = testFolder("feed");
  const socketPath = join(folder, "control.sock");
  const [clock, door] = [openClock(), openControlDoor()];
  const feed = createFeed(clock);
  const served = await door.serve(socketPath, async (request) => answerFeed(request, feed, clock)!);
  onTestFinished(() => served.close());

  const ask = (isDeaf: boolean): Socket => {
    const socket = connect(socketPath);
    socket.on("error", () => undefined);
    socket.write("GET /feed HTTP/1.1\r\nhost: x\r\n\r\n");
    if (isDeaf) socket.pause();
    else socket.resume();
    onTestFinished(() => void socket.destroy());
    return socket;
  };
  const heard = Array.from({ length: READERS }, () => ({ sequences: [] as number[], missed: 0 }));
  const leave = new AbortController();
  const listen = () =>
    door.ask(socketPath, { method: "GET", path: "/feed", body: undefined, signal: leave.signal });
  // Who has an answer is told of all that happens from now on.
  const answers = await Promise.all(heard.map(listen));
  const reading = heard.map(async (own, at) => {
    const { lines } = answers[at]!;
    try {
      for await (const piece of lines!)
        for (const line of piece as (FeedEvent | { kind: "dropped"; events: number })[]) {
          if (line.kind === "dropped") own.missed += line.events;
          else if (line.kind === "custody") own.sequences.push(line.sequence);
        }
    } catch {
      // It has left.
    }
  });
  const deaf = Array.from({ length: DEAF }, () => ask(true));
  expect((await listen()).status).toBe(200);

  let sequence = 0;
  let passers: Socket[] = [];
  while (sequence < FRAMES) {
    for (const passer of passers) passer.destroy();
    passers = [ask(false), ask(true)];
    for (let at = 0; at < FRAMES_A_TURN; at++) feed.emit(event(++sequence));
    await clock.sleep(TURN_MS);
  }
  for (const passer of passers) passer.destroy();
  await until(
    () => heard.every(({ sequences, missed }) => sequences.length + missed === FRAMES),
    "all to be told",
  );
  for (const { sequences } of heard)
    expect(sequences).toEqual([...sequences].sort((one, other) => one - other));

  leave.abort();
  for (const one of deaf) one.destroy();
  await Promise.all(reading);
  await until(() => !feed.hasListeners, "nobody to listen any more");
  // And whoever comes next has a place.
  const stops = Array.from({ length: FEED_LISTENERS_MAX }, () => feed.subscribe(() => undefined));
  expect(stops).not.toContain(undefined);
});
