/**
 * Goal: voyages can end badly. Method: the agent with one part of it broken, on seeds whose faults need that part.
 */
import { afterEach, describe, expect, test, vi } from "vitest";
import { readContext } from "../../agent/downlink/context.ts";
import type { Journal } from "../../agent/journal/journal.ts";

afterEach(() => {
  vi.doUnmock("../../agent/journal/store-journal.ts");
  vi.doUnmock("../../agent/north/freshness.ts");
  vi.doUnmock("../../agent/downlink/freshness.ts");
  vi.resetModules();
});

/** What is wrong on these voyages, with whatever is mocked by now. */
async function findingsOf(seeds: readonly number[]): Promise<string> {
  const { runVoyage } = await import("./voyage.ts");
  for (const seed of seeds) {
    const { findings } = await runVoyage({ seed, days: 1 });
    if (findings.length > 0) return findings.join();
  }
  return "";
}

/** Seeds with many power cuts, with roads cut for long, and with confirmed uplinks replayed an hour later. */
const KILLED = [7, 35, 72, 82];
const ROADS_CUT = [11, 17, 30];
const STALE = [11, 70, 85, 153, 262, 300];

describe("a voyage ends badly", { timeout: 120_000 }, () => {
  test("when frames are acknowledged before they are held", async () => {
    vi.doMock("../../agent/journal/store-journal.ts", async (original) => {
      const real = await original<typeof import("../../agent/journal/store-journal.ts")>();
      const hasty = (journal: Journal): Journal => ({
        ...journal,
        keep: (draft, lane, cores, onCustody) => {
          queueMicrotask(() => onCustody("held"));
          return journal.keep(draft, lane, cores, () => undefined);
        },
      });
      return {
        ...real,
        openJournal: async (options: Parameters<typeof real.openJournal>[0]) =>
          hasty(await real.openJournal(options)),
      };
    });
    const findings = await findingsOf(KILLED);
    expect(findings).toContain("acknowledged and not delivered");
  });

  test("when joins do not die", async () => {
    vi.doMock("../../agent/north/freshness.ts", async (original) => ({
      ...(await original<object>()),
      lifeLeftMs: () => undefined,
    }));
    const findings = await findingsOf(ROADS_CUT);
    expect(findings).toContain("join sent late");
  });

  test("when answers do not grow stale", async () => {
    vi.doMock("../../agent/downlink/freshness.ts", async (original) => {
      const real = await original<typeof import("../../agent/downlink/freshness.ts")>();
      const judge: typeof real.judge = (item, arrival, now, session) => {
        const judged = real.judge(item, arrival, now, session);
        if (judged.ok || judged.status !== "TOO_LATE" || judged.reason !== "age") return judged;
        // As if it had come in time: the counter says when.
        const context = readContext(item.context);
        const monotonicMs = context.ok ? context.value.heardMonotonicMs : now.monotonicMs;
        return real.judge(item, arrival, { ...now, monotonicMs }, session);
      };
      return { ...real, judge };
    });
    const findings = await findingsOf(STALE);
    expect(findings).toContain("in no window");
  });
});
