/**
 * A process that draws a fleet from the seed it is given, lets it live for a while, and prints all of it: a line of
 * JSON per meter, key and reading. fleet-seed.test.ts compares what several of them print.
 */
import { liveOnAir } from "./fleet-on-air.ts";

const [seed] = process.argv.slice(2);
const { members, events, said } = await liveOnAir({
  seed: Number(seed),
  meters: 10,
  lives: 2,
  lifeMs: 900_000,
  hearing: 0.9,
  settings: { schedule: { intervalMs: 60_000, jitterMs: 5_000 }, confirmedShare: 0.2 },
});
const lines = [...members, ...events, ...said].map((one) =>
  JSON.stringify(one, (_key, value) =>
    value?.type === "Buffer" ? Buffer.from(value.data).toString("hex") : value,
  ),
);
process.stdout.write(`${lines.join("\n")}\n`);
