/**
 * Checks between settings that are each right by themselves: what contradicts, and what to beware of.
 * Pure: no file is looked at.
 */
import { isDeepStrictEqual } from "node:util";
import type { UdpPeer } from "../ports.ts";
import { type Said, said } from "../text/said.ts";
import type { ProfileInUse } from "./profile-defaults.ts";
import type { CoreSettings, Settings } from "./settings.ts";
import { withoutUrlSecrets } from "./shown-url.ts";
import { defaultOf, rowsOf } from "./table.ts";
import type { Warning } from "./trouble.ts";
import { peerOf } from "./udp-server.ts";

/** As far as they could be read: a setting that is wrong by itself is missing here. */
export interface ReadSettings {
  readonly forwarder: Partial<Settings["forwarder"]>;
  readonly gnss?: Partial<Settings["gnss"]>;
  readonly modem?: Partial<Settings["modem"]>;
  readonly web?: Partial<Settings["web"]>;
  readonly metrics?: Partial<Settings["metrics"]>;
  readonly cores: readonly Partial<CoreSettings>[];
}

export interface Contradiction {
  readonly key: string;
  readonly expected: Said;
  readonly found?: unknown;
}

export function contradictionsOf({
  forwarder,
  gnss,
  modem,
  web,
  metrics,
  cores,
}: ReadSettings): Contradiction[] {
  return [
    ...halfAnIdentity(web),
    ...beyondLoopback(metrics?.listen),
    ...repeated("forwarder.accept_eui", forwarder.acceptEui ?? []),
    ...sharedPort(gnss?.port, modem?.port),
    ...cores.flatMap((core, index) => repeated(`core[${index}].servers`, core.servers ?? [])),
    ...sharedIds(cores),
    ...cores.flatMap((core, index) => withinCore(core, `core[${index}]`)),
    ...cores.flatMap((core, index) => ofAnotherKind(core, index)),
    ...cores.flatMap((core, index) => ourselves(core, index, forwarder.listen)),
  ];
}

function repeated(key: string, values: readonly string[]): Contradiction[] {
  return values.flatMap((found, index) =>
    values.indexOf(found) < index
      ? [{ key: `${key}[${index}]`, expected: said("expected.distinct"), found }]
      : [],
  );
}

/** A port has one reader. */
function sharedPort(gnss: string | undefined, modem: string | undefined): Contradiction[] {
  if (!modem || gnss !== modem) return [];
  return [{ key: "modem.port", expected: said("expected.portOnce"), found: modem }];
}

function halfAnIdentity(web: ReadSettings["web"]): Contradiction[] {
  const { certFile, keyFile } = web ?? {};
  if (certFile === undefined || keyFile === undefined || (certFile === "") === (keyFile === "")) return [];
  const key = certFile === "" ? "web.key_file" : "web.cert_file";
  return [{ key, expected: said("expected.pageKeyWithCert") }];
}

/** Nobody is asked who he is there. */
function beyondLoopback(listen: Settings["metrics"]["listen"] | undefined): Contradiction[] {
  if (listen === undefined || listen.host === "" || isLoopback(listen.host)) return [];
  return [{ key: "metrics.listen", expected: said("expected.loopback"), found: listen.host }];
}

function sharedIds(cores: ReadSettings["cores"]): Contradiction[] {
  return cores.flatMap(({ id }, index) => {
    const first = cores.findIndex((core) => core.id === id);
    if (id === undefined || first === index) return [];
    return [
      { key: `core[${index}].id`, expected: said("expected.coreIdOnce", { first: first + 1 }), found: id },
    ];
  });
}

function withinCore(core: Partial<CoreSettings>, key: string): Contradiction[] {
  const found: Contradiction[] = [];
  if (core.certFile && core.keyFile === "") {
    found.push({ key: `${key}.cert_file`, expected: said("expected.keyWithCert") });
  }
  if (core.keyFile && core.certFile === "") {
    found.push({ key: `${key}.key_file`, expected: said("expected.certWithKey") });
  }
  // MQTT 3.1.1, 3.1.2.9: without a user name flag the password flag must be 0.
  if (core.mqttVersion === 4 && core.username === "" && hasPassword(core)) {
    found.push({ key: `${key}.username`, expected: said("expected.usernameWithPassword") });
  }
  return found;
}

/** A setting that would be read and have no effect is a mistake; its default is not, for nobody wrote it. */
function ofAnotherKind(core: Partial<CoreSettings>, index: number): Contradiction[] {
  if (core.kind === undefined) return [];
  const isGwmp = core.kind === "gwmp";
  const expected = isGwmp ? said("expected.serverOfGwmp") : said("expected.serverOfMqtt");
  const servers = (core.servers ?? []).flatMap((found, at) =>
    found.startsWith("udp:") === isGwmp ? [] : [{ key: `core[${index}].servers[${at}]`, expected, found }],
  );
  const others = (rowsOf("core") ?? []).flatMap((row) => {
    const value = core[row.field as keyof CoreSettings];
    if (row.only === undefined || row.only === core.kind || value === undefined) return [];
    if (isDeepStrictEqual(row.kind.toml(value), defaultOf(row, index))) return [];
    return [{ key: `core[${index}].${row.key}`, expected: said("expected.onlyForKind", { kind: row.only }) }];
  });
  return [...servers, ...others];
}

/**
 * The agent as its own server: it would take its own PUSH_DATAs for a forwarder's repeats, acknowledge them, and remove
 * every frame for having been taken.
 */
function ourselves(
  { servers = [] }: Partial<CoreSettings>,
  index: number,
  listen: UdpPeer | undefined,
): Contradiction[] {
  if (listen === undefined) return [];
  const expected = said("expected.serverNotListen");
  return servers.flatMap((found, at) =>
    reaches(found, listen) ? [{ key: `core[${index}].servers[${at}]`, expected, found }] : [],
  );
}

/** As far as that can be told without asking the machine for its addresses. */
function reaches(server: string, listen: UdpPeer): boolean {
  if (!server.startsWith("udp:")) return false;
  const { host, port } = peerOf(server);
  if (port !== listen.port) return false;
  const isEverywhere = (one: string): boolean => one === "0.0.0.0" || one === "::";
  if (isEverywhere(listen.host) || isEverywhere(host)) return isLoopback(host) || isEverywhere(host);
  const isName = host.toLowerCase() === "localhost";
  return host === listen.host || (isName && isLoopback(listen.host));
}

function hasPassword(core: Partial<CoreSettings>): boolean {
  return Boolean(core.password || core.passwordFile);
}

export function warningsOf({ forwarder, cores }: Settings): Warning[] {
  const { host, port } = forwarder.listen;
  const listen: Warning[] = isLoopback(host)
    ? []
    : [
        {
          key: "forwarder.listen",
          text: said("warning.listenNotLoopback", {
            address: host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`,
          }),
        },
      ];
  return [
    ...listen,
    ...cores.flatMap((core, index) => coreWarnings(core, `core[${index}]`)),
    ...twiceTheSame(cores),
  ];
}

/** Such a server knows a gateway by its EUI, and sends downlinks to whichever of the two asked last. */
function twiceTheSame(cores: readonly CoreSettings[]): Warning[] {
  return cores.flatMap(({ id, kind, servers }, index) => {
    if (kind !== "gwmp") return [];
    const other = cores
      .slice(0, index)
      .find((core) => core.kind === "gwmp" && core.servers.some((server) => servers.includes(server)));
    if (other === undefined) return [];
    return [{ key: `core[${index}].servers`, text: said("warning.serverTwice", { id, other: other.id }) }];
  });
}

/** A port that is another's is no reason not to carry frames: it is not opened, and that is said. */
export function heldPortWarnings(
  { gnss, modem }: Settings,
  { name = "?", heldPorts = [] }: ProfileInUse,
): Warning[] {
  const asked = [
    ["gnss.port", gnss.port],
    ["modem.port", modem.port],
  ] as const;
  return asked
    .filter(([, port]) => heldPorts.includes(port))
    .map(([key, port]) => ({ key, text: said("warning.portHeld", { port, profile: name }) }));
}

function coreWarnings(core: CoreSettings, key: string): Warning[] {
  const { id } = core;
  const warnings: Warning[] = [];
  if (core.mqttVersion === 4) {
    warnings.push({ key: `${key}.mqtt_version`, text: said("warning.mqttVersion4", { id }) });
  }
  const open = core.servers.find((server) => !isEncrypted(server) && !isLoopback(new URL(server).hostname));
  if (open !== undefined && hasPassword(core)) {
    warnings.push({
      key: `${key}.servers`,
      text: said("warning.passwordInClear", { id, server: withoutUrlSecrets(open) }),
    });
  }
  if ((core.caFile || core.certFile) && !core.servers.some(isEncrypted)) {
    warnings.push({ key: `${key}.servers`, text: said("warning.certificateUnused", { id }) });
  }
  return warnings;
}

function isEncrypted(server: string): boolean {
  return server.startsWith("mqtts:") || server.startsWith("wss:");
}

/** 127.0.0.0/8 (RFC 1122, 3.2.1.3), ::1, and the name that means them (RFC 6761, 6.3). */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "").toLowerCase();
  return bare === "localhost" || bare === "::1" || /^127(\.[0-9]{1,3}){3}$/.test(bare);
}
