/**
 * What a Linux packet filter would do with one packet, as far as its rules can be read: `iptables -S`.
 *
 * A rule with a condition that is not understood may match or not: if it could change the answer, the answer is
 * unknown. Pure. Source: iptables(8), iptables-extensions(8).
 */
export type Chain = "INPUT" | "OUTPUT";

export interface Packet {
  readonly protocol: "tcp" | "udp";
  readonly toPort: number;
  /** The interface: that of the road out, or "lo". undefined: not known. */
  readonly interfaceName: string | undefined;
  /** Numeric addresses; undefined: not known. */
  readonly to: string | undefined;
}

/** @property rule that decided; the policy's line where none did. */
export interface Decision {
  readonly verdict: "accepted" | "dropped" | "unknown";
  readonly rule?: string;
}

type Fate = "accept" | "drop" | "return" | "unclear" | undefined;
const DEPTH_MAX = 16;

/** @param rules the output of `iptables -S`. */
export function decide(rules: string, chain: Chain, packet: Packet): Decision {
  const lines = rules.split("\n").map((line) => line.trim());
  let decided: string | undefined;

  /** undefined: the chain ends without a word. */
  function walk(name: string, depth: number): Fate {
    if (depth > DEPTH_MAX) return "unclear";
    for (const line of lines) {
      const words = wordsOf(line);
      if (words[0] !== "-A" || words[1] !== name) continue;
      const match = matches(words.slice(2), packet, chain);
      if (match === "no") continue;
      const fate = targetOf(words, depth);
      if (fate === undefined) continue;
      if (match === "perhaps") return "unclear";
      if (fate === "return") return undefined;
      decided ??= line;
      return fate;
    }
    return undefined;
  }

  function targetOf(words: readonly string[], depth: number): Fate {
    const at = words.findIndex((word) => word === "-j" || word === "-g");
    const target = at < 0 ? "" : (words[at + 1] ?? "");
    if (target === "ACCEPT") return "accept";
    if (target === "DROP" || target === "REJECT") return "drop";
    if (target === "RETURN") return "return";
    return lines.includes(`-N ${target}`) ? walk(target, depth + 1) : undefined;
  }

  const fate = walk(chain, 0);
  if (fate === "unclear") return { verdict: "unknown" };
  if (fate === "accept" || fate === "drop")
    return {
      verdict: fate === "accept" ? "accepted" : "dropped",
      ...(decided === undefined ? {} : { rule: decided }),
    };
  const policy = lines.find((line) => line.startsWith(`-P ${chain} `));
  if (policy === undefined) return { verdict: "unknown" };
  return { verdict: policy.endsWith(" ACCEPT") ? "accepted" : "dropped", rule: policy };
}

/** A comment of several words is one, in quotes. */
function wordsOf(line: string): readonly string[] {
  return line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
}

type Match = "yes" | "no" | "perhaps";

/** A new connection's first packet: what is established passes where its first packet did. */
function matches(words: readonly string[], packet: Packet, chain: Chain): Match {
  let sure: Match = "yes";
  for (let at = 0; at < words.length; at++) {
    const negated = words[at] === "!";
    if (negated) at += 1;
    const [option = "", value = ""] = [words[at], words[at + 1]];
    if (option === "-j" || option === "-g") break;
    if (option === "-m") {
      at += 1;
      continue;
    }
    const found = holds(option, value, packet, chain);
    // Some have no value, such as --syn.
    if (!/^(-|!$)/.test(value)) at += 1;
    if (found === "perhaps") sure = "perhaps";
    else if ((found === "yes") === negated) return "no";
  }
  return sure;
}

function holds(option: string, value: string, packet: Packet, chain: Chain): Match {
  const yes = (is: boolean): Match => (is ? "yes" : "no");
  switch (option) {
    case "-p":
      return value === "all" ? "yes" : yes(value === packet.protocol);
    case "--dport":
    case "--dports":
      return yes(value.split(",").some((range) => withinPorts(range, packet.toPort)));
    case "--sport":
    case "--sports":
      // An ephemeral one.
      return yes(value.split(",").some((range) => withinPorts(range, 40_000)));
    case "-o":
    case "-i": {
      if ((option === "-o") !== (chain === "OUTPUT")) return "no";
      if (packet.interfaceName === undefined) return "perhaps";
      return yes(
        value.endsWith("+")
          ? packet.interfaceName.startsWith(value.slice(0, -1))
          : value === packet.interfaceName,
      );
    }
    case "-d":
      return packet.to === undefined ? "perhaps" : withinNet(value, packet.to);
    case "-s":
      return packet.interfaceName === "lo" ? withinNet(value, "127.0.0.1") : "perhaps";
    case "--state":
    case "--ctstate":
      return yes(value.split(",").includes("NEW"));
    case "--syn":
      return yes(packet.protocol === "tcp");
    case "--reject-with":
    case "--comment":
      return "yes";
    default:
      return "perhaps";
  }
}

function withinPorts(range: string, port: number): boolean {
  const [from = "0", to = from] = range.split(":");
  return port >= Number(from) && port <= Number(to || 65_535);
}

function withinNet(net: string, address: string): Match {
  const [base = "", length = "32"] = net.split("/");
  const [a, b] = [asNumber(base), asNumber(address)];
  if (a === undefined || b === undefined) return "perhaps";
  const bits = Number(length);
  const mask = bits === 0 ? 0 : (0xffff_ffff << (32 - bits)) >>> 0;
  return (a & mask) >>> 0 === (b & mask) >>> 0 ? "yes" : "no";
}

function asNumber(address: string): number | undefined {
  const parts = address.split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}
