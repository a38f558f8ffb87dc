/** A disk that hangs over a removal: whoever asked for it is told in time. */
import { expect, test } from "vitest";
import { openDesk, REMOVAL_MS_MAX } from "../../../agent/control/journal-desk.ts";
import { makeWorld } from "../journal/fixtures.ts";

test("a removal of which the disk has not heard in time is refused, and no earlier", async () => {
  const { open, clock, files } = makeWorld();
  const journal = await open();
  const desk = openDesk({
    ...{ clock, files, inspection: journal.inspection },
    now: () => ({
      wallMs: clock.wallMs(),
      monotonicMs: clock.monotonicMs(),
      kernelBootId: clock.kernelBootId(),
      clockState: "unsynchronised",
    }),
    pen: {
      coresOf: () => ["main"],
      maxAgeMsOf: () => Number.POSITIVE_INFINITY,
      keep: journal.keep,
      kept: journal.commitNow,
      takeOut: () => {},
      tryFlush: () => new Promise(() => {}),
      thin: journal.thin,
    },
  });
  const answer = await desk({ method: "POST", path: "/journal/remove", body: undefined });
  const told: unknown[] = [];
  const telling = (async () => {
    for await (const piece of answer!.lines!) told.push(...piece);
  })();
  await clock.advance(REMOVAL_MS_MAX - 1);
  expect(told).toEqual([]);
  await clock.advance(1);
  await telling;
  expect(told).toEqual([{ kind: "end", removed: 0, refused: "the disk does not answer" }]);
  await journal.close();
});
