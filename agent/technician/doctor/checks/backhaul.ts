/** The road out of the box: interface, route, cellular signal. */
import { said } from "../../../text/said.ts";
import type { Facts } from "../facts.ts";
import { fail, type GatewayRule, ok, unknown, warn } from "../rule.ts";

const GRADES = {
  excellent: "grade.excellent",
  good: "grade.good",
  fair: "grade.fair",
  poor: "grade.poor",
} as const;

export const BACKHAUL_RULES: readonly GatewayRule[] = [
  {
    id: "interface",
    group: "backhaul",
    needs: [],
    judge: (facts) => {
      const { network } = facts;
      if (isAllHere(facts)) return ok(said("doctor.coreIsHere"));
      const up = network.interfaces.filter(
        ({ state, addresses }) => state !== "down" && addresses.length > 0,
      );
      const all = network.interfaces.map(({ name, state }) => `${name} ${state}`).join(", ");
      const evidence = { interfaces: all };
      if (up[0] !== undefined) {
        const { name, addresses } = up.find(({ name: one }) => network.routes.includes(one)) ?? up[0];
        return ok(said("doctor.interfaceUp", { name, address: addresses.join(", ") }), { ...evidence, name });
      }
      if (isReached(facts)) return ok(said("doctor.roadIsGood"), evidence);
      if (!network.isKnown) return unknown(said("doctor.networkUnseen"), said("doctor.asRoot"));
      return fail(
        said("doctor.interfaceDown", { interfaces: all || "-" }),
        said("doctor.interfaceNext"),
        evidence,
      );
    },
  },
  {
    id: "route",
    group: "backhaul",
    needs: ["interface"],
    judge: (facts) => {
      const { network } = facts;
      if (isAllHere(facts)) return ok(said("doctor.coreIsHere"));
      const evidence = { routes: network.routes.join(", ") };
      if (network.routes.length > 0)
        return ok(said("doctor.routeGood", { name: network.routes.join(", ") }), evidence);
      // A core in the gateway's own network needs none.
      if (isReached(facts)) return ok(said("doctor.roadIsGood"), evidence);
      if (!network.isKnown) return unknown(said("doctor.networkUnseen"), said("doctor.asRoot"));
      return fail(said("doctor.routeNone"), said("doctor.routeNext"), evidence);
    },
  },
  {
    id: "signal",
    group: "backhaul",
    needs: ["settings"],
    judge: (facts) => {
      const { settings, agent } = facts;
      if (settings.state !== "good") return undefined;
      const { port, manager } = settings.settings.modem;
      if (port === "" && manager === "none") return undefined;
      const modem = agent.state === "answers" ? agent.status.field.modem : undefined;
      if (modem === undefined) return unknown(said("doctor.modemNotAsked"), said("doctor.agentGoneNext"));
      const { by, state, reading, grade } = modem;
      const { rsrpDbm, rssiDbm } = reading?.signal ?? {};
      const registration = reading?.registration ?? "unknown";
      const evidence = {
        by,
        state,
        registration,
        ...(grade === undefined ? {} : { grade }),
        ...(rsrpDbm === undefined ? {} : { rsrpDbm }),
        ...(rssiDbm === undefined ? {} : { rssiDbm }),
      };
      // Another road may serve while this one is dead.
      const worse = isReached(facts) ? warn : fail;
      if (state === "starting")
        return unknown(said("doctor.modemNotYet", { by }), said("doctor.framesNotYetNext"), evidence);
      if (state !== "answers")
        return worse(said("doctor.modemSilent", { by }), said("doctor.modemNext"), evidence);
      if (registration === "denied" || registration === "none" || registration === "searching")
        return worse(said("doctor.modemNotRegistered", { registration }), said("doctor.simNext"), evidence);
      if (grade === undefined)
        return unknown(said("doctor.modemNoSignal", { by }), said("doctor.modemNext"), evidence);
      const level = rsrpDbm ?? rssiDbm ?? 0;
      if (grade === "poor")
        return warn(
          said("doctor.signalGrade", { grade: said(GRADES[grade]), level }),
          said("doctor.signalNext"),
          evidence,
        );
      return ok(said("doctor.signalGrade", { grade: said(GRADES[grade]), level }), evidence);
    },
  },
];

/** Every server of every core is on this machine: no road is needed. */
function isAllHere({ cores }: Facts): boolean {
  return cores.length > 0 && cores.every(({ servers }) => servers.every(({ isLoopback }) => isLoopback));
}

/** Some core that is not on this machine answers. */
function isReached({ cores }: Facts): boolean {
  return cores.some(
    ({ servers, route }) =>
      route?.state === "connected" || servers.some(({ tcp, isLoopback }) => tcp?.ok === true && !isLoopback),
  );
}
