/**
 * The faults of a voyage as they come: each kind at its drawn rate, each gateway its own, until the calm.
 *
 * Faults of one kind overlap; what they spoil is whole again when the last of them has ended.
 */
import type { MqttClosed, RngStream } from "../../agent/ports.ts";
import type { World } from "../../simulator/world/doors.ts";
import type { WorldBroker } from "../../simulator/world/mqtt.ts";
import {
  COMMON_FAULTS,
  type CommonFault,
  type Fault,
  LOCAL_FAULTS,
  type LocalFault,
  type VoyageDraw,
} from "./draw.ts";
import type { Second } from "./second.ts";
import type { Site } from "./site.ts";

const DAY_MS = 86_400_000;
const FLAP = { darkMs: 10_000, openMs: 50_000 } as const;
const SLOW_BITS_PER_S = 2_000;
const NEAR_MS = 20;
const AMBUSH_SHARE = 0.7;
/** From the air to the core and its acknowledgement. */
const AMBUSH_MS = 1_500;

export interface SwarmParts {
  readonly world: World;
  readonly draw: VoyageDraw;
  readonly sites: readonly Site[];
  readonly broker: WorldBroker;
  readonly second: Second | undefined;
  readonly coreClientId: string;
  readonly onFault: (what: string) => void;
  /** The disk of this gateway refuses, or obeys again. */
  readonly onDisk: (site: Site, obeys: boolean) => void;
}

export interface Swarm {
  start(): void;
  /** A concentrator has just heard a frame: what waited for such a moment strikes. */
  heard(eui: string): void;
  /** From now on everything works. */
  calm(): void;
  /** Faults so far, by kind. */
  readonly counts: Readonly<Record<string, number>>;
}

export function createSwarm(parts: SwarmParts): Swarm {
  const { world, draw, sites, broker, onFault } = parts;
  const { clock, rng } = world;
  const counts: Record<string, number> = {};
  /** What is spoiled now, and how often: "roadDark/0". */
  const active = new Map<string, number>();
  let isCalm = false;

  const isActive = (fault: Fault, place = ""): boolean => (active.get(fault + place) ?? 0) > 0;

  /** Spoils it for so long. */
  const spoil = (fault: Fault, place: string, forMs: number, apply: () => void): void => {
    active.set(fault + place, (active.get(fault + place) ?? 0) + 1);
    apply();
    clock.after(forMs, () => {
      if (isCalm) return;
      active.set(fault + place, active.get(fault + place)! - 1);
      apply();
    });
  };

  const applyRoad = (site: Site) => (): void => {
    const { road } = site.machine;
    const { eui } = site;
    road.bitsPerS = isActive("roadSlow", eui) ? SLOW_BITS_PER_S : Number.POSITIVE_INFINITY;
    const cut = isActive("roadCut", eui) || isActive("roadsCut");
    road.state = cut
      ? "cut"
      : isActive("roadDark", eui) || isActive("roadFlaps", `${eui}!`)
        ? "dark"
        : "open";
  };

  const applyDisk = (site: Site) => (): void => {
    const { machine, eui } = site;
    const writes = isActive("storeRefuses", eui);
    const reads = isActive("storeReadsFail", eui);
    machine.files.refuses = isActive("filesRefuse", eui);
    machine.stores.refuse((operation) =>
      operation === "get" || operation === "scan" ? reads : writes || (reads && operation === "open"),
    );
    parts.onDisk(site, !(writes || reads));
  };

  const applyBroker = (): void => {
    if (broker.alive && isActive("brokerDies")) broker.die();
    else if (!isActive("brokerDies")) broker.revive();
    broker.answers = !isActive("brokerSwallows");
    broker.hears = !isActive("brokerDeaf");
  };

  const applySecond = (): void => {
    const { second } = parts;
    second?.lives(!isActive("secondDies"));
    second?.listens(!isActive("secondAway"));
  };

  const flap = (site: Site, untilMs: number): void => {
    if (isCalm || clock.monotonicMs() >= untilMs) return;
    spoil("roadFlaps", `${site.eui}!`, FLAP.darkMs, applyRoad(site));
    clock.after(FLAP.darkMs + FLAP.openMs, () => flap(site, untilMs));
  };

  const local: Readonly<Record<LocalFault, (site: Site, forMs: number, chance: RngStream) => void>> = {
    roadDark: (site, forMs) => spoil("roadDark", site.eui, forMs, applyRoad(site)),
    roadCut: (site, forMs) => spoil("roadCut", site.eui, forMs, applyRoad(site)),
    roadSlow: (site, forMs) => spoil("roadSlow", site.eui, forMs, applyRoad(site)),
    roadFlaps: (site, forMs) => flap(site, clock.monotonicMs() + forMs),
    roadFar: (site, forMs, chance) => {
      site.machine.road.latencyMs = 50 + 3_000 * chance.unit();
      spoil("roadFar", site.eui, forMs, () => {
        if (!isActive("roadFar", site.eui)) site.machine.road.latencyMs = NEAR_MS;
      });
    },
    storeRefuses: (site, forMs, chance) => {
      site.machine.stores.refusedBatchesLand = chance.unit() < 0.5;
      spoil("storeRefuses", site.eui, forMs, applyDisk(site));
    },
    storeReadsFail: (site, forMs) => spoil("storeReadsFail", site.eui, forMs, applyDisk(site)),
    storeSlow: (site, forMs, chance) => {
      site.machine.fsyncMs = 50 + 3_000 * chance.unit() ** 3;
      spoil("storeSlow", site.eui, forMs, () => {
        if (!isActive("storeSlow", site.eui)) site.machine.fsyncMs = 7;
      });
    },
    filesRefuse: (site, forMs) => spoil("filesRefuse", site.eui, forMs, applyDisk(site)),
    clockSteps: (site, forMs, chance) => {
      const sign = chance.unit() < 0.5 ? -1 : 1;
      const offsetMs = Math.round(sign * 7_200_000 * chance.unit() ** 4);
      site.setClock(offsetMs, chance.unit() < 0.3);
      spoil("clockSteps", site.eui, forMs, () => {
        if (!isActive("clockSteps", site.eui)) site.setClock(0, true);
      });
    },
    killed: (site, forMs) => site.kill(forMs),
    restarted: (site, forMs) => site.restart(Math.min(forMs, 30_000)),
    powerCut: (site, forMs, chance) => {
      const offsetMs = chance.unit() < 0.5 ? undefined : -Math.round(600_000 * chance.unit());
      const downMs = Math.min(forMs, 1_800_000);
      site.cutPower(downMs, offsetMs);
      // NTP comes some time after the boot.
      const ntpMs = Math.round(600_000 * chance.unit() ** 2);
      spoil("clockSteps", site.eui, downMs + ntpMs, () => {
        if (!isActive("clockSteps", site.eui)) site.setClock(0, true);
      });
    },
    forwarderRestarts: (site, forMs) => site.restartForwarder(Math.min(forMs, 60_000)),
    concentratorRestarts: (site) => site.restartConcentrator(),
  };

  const common: Readonly<Record<CommonFault, (forMs: number, chance: RngStream) => void>> = {
    roadsCut: (forMs) =>
      spoil("roadsCut", "", forMs, () => {
        for (const site of sites) applyRoad(site)();
      }),
    brokerDies: (forMs) => spoil("brokerDies", "", forMs, applyBroker),
    brokerRefuses: (forMs) => spoil("brokerRefuses", "", forMs, () => undefined),
    brokerSwallows: (forMs) => spoil("brokerSwallows", "", forMs, applyBroker),
    brokerDeaf: (forMs) => spoil("brokerDeaf", "", forMs, applyBroker),
    brokerKicks: (_forMs, chance) => {
      const { eui } = sites[chance.below(sites.length)]!;
      broker.kick(`edge-agent-${eui}-main`);
    },
    coreAway: (forMs) => {
      spoil("coreAway", "", forMs, () => undefined);
      broker.kick(parts.coreClientId);
    },
    secondDies: (forMs) => spoil("secondDies", "", forMs, applySecond),
    secondAway: (forMs) => spoil("secondAway", "", forMs, applySecond),
  };

  broker.refuses = ({ clientId }): MqttClosed | undefined => {
    const isCore = clientId === parts.coreClientId;
    if (isCore ? !isActive("coreAway") : !isActive("brokerRefuses")) return undefined;
    return { code: "refused", detail: "server unavailable", reasonCode: 136 };
  };

  /**
   * Most of what may happen at any moment happens when it matters: while a frame is on its way from the air to the core.
   * By place; "" is any gateway.
   */
  const ambushes = new Map<string, (() => void)[]>();
  const whenItMatters = (place: string, chance: RngStream, strike: () => void): void => {
    const inAmbush = chance.unit() < AMBUSH_SHARE;
    const afterMs = AMBUSH_MS * chance.unit() ** 3;
    if (!inAmbush) {
      strike();
      return;
    }
    const waiting = ambushes.get(place) ?? [];
    waiting.push(() =>
      clock.after(afterMs, () => {
        if (!isCalm) strike();
      }),
    );
    ambushes.set(place, waiting);
  };

  /** The next one of this kind and place, and then the next. */
  const schedule = (
    fault: Fault,
    place: string,
    strike: (forMs: number, chance: RngStream) => void,
  ): void => {
    const rate = draw.faults[fault];
    if (rate === undefined) return;
    const chance = rng.stream(`fault/${fault}/${place}`);
    const next = (): void => {
      const waitMs = (-Math.log(1 - chance.unit()) * DAY_MS) / rate.perDay;
      clock.after(waitMs, () => {
        if (isCalm) return;
        const forMs = Math.round(500 + 1_000 * rate.longestS * chance.unit() ** 3);
        whenItMatters(place, chance, () => {
          counts[fault] = (counts[fault] ?? 0) + 1;
          onFault(`${fault} ${place} ${forMs}`);
          strike(forMs, chance);
          next();
        });
      });
    };
    next();
  };

  return {
    counts,
    start: () => {
      for (const fault of COMMON_FAULTS) schedule(fault, "", common[fault]);
      for (const site of sites)
        for (const fault of LOCAL_FAULTS)
          schedule(fault, site.eui, (forMs, chance) => local[fault](site, forMs, chance));
      if (draw.leapSecond)
        clock.after(DAY_MS / 2, () => {
          onFault("leapSecond");
          // The kernels repeat a second; the table of leap seconds that the agent was built with does not know it.
          for (const site of sites) site.gpsAheadMs += 1_000;
        });
    },
    heard: (eui) => {
      for (const place of [eui, ""]) for (const strike of ambushes.get(place)?.splice(0) ?? []) strike();
    },
    calm: () => {
      isCalm = true;
      active.clear();
      for (const site of sites) {
        applyRoad(site)();
        applyDisk(site)();
        site.machine.road.latencyMs = NEAR_MS;
        site.machine.fsyncMs = 7;
        site.setClock(0, true);
      }
      applyBroker();
      applySecond();
    },
  };
}
