import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { decide, type Packet } from "../../../../agent/technician/doctor/firewall.ts";
import { makeNamespace } from "./site.ts";

const MQTT: Packet = { protocol: "tcp", toPort: 8883, interfaceName: "eth0", to: "192.0.2.10" };
const OPEN = ["-P INPUT ACCEPT", "-P FORWARD ACCEPT", "-P OUTPUT ACCEPT"];

describe("a packet filter", () => {
  test.each([
    ["nothing in the way", OPEN, "accepted"],
    ["the policy drops", ["-P OUTPUT DROP"], "dropped"],
    [
      "Kerlink's: HTTPS may leave and MQTT may not",
      ["-P OUTPUT DROP", "-A OUTPUT -p tcp -m tcp --dport 443 -j ACCEPT"],
      "dropped",
    ],
    ["the port is let out", ["-P OUTPUT DROP", "-A OUTPUT -p tcp -m tcp --dport 8883 -j ACCEPT"], "accepted"],
    [
      "one of several ports",
      ["-P OUTPUT DROP", "-A OUTPUT -p tcp -m multiport --dports 1883,8883 -j ACCEPT"],
      "accepted",
    ],
    [
      "a range of ports",
      [...OPEN, "-A OUTPUT -p tcp -m tcp --dport 8000:9000 -j REJECT --reject-with icmp-port-unreachable"],
      "dropped",
    ],
    [
      "the first that matches decides",
      [...OPEN, "-A OUTPUT -p tcp -m tcp --dport 8883 -j ACCEPT", "-A OUTPUT -j DROP"],
      "accepted",
    ],
    ["another protocol", [...OPEN, "-A OUTPUT -p udp -m udp --dport 8883 -j DROP"], "accepted"],
    ["another interface", [...OPEN, "-A OUTPUT -o wwan0 -j DROP"], "accepted"],
    ["a family of interfaces", [...OPEN, "-A OUTPUT -o eth+ -j DROP"], "dropped"],
    ["everything but the loopback", [...OPEN, "-A OUTPUT ! -o lo -j DROP"], "dropped"],
    ["within a network", [...OPEN, "-A OUTPUT -d 192.0.2.0/24 -j DROP"], "dropped"],
    ["outside a network", [...OPEN, "-A OUTPUT -d 10.0.0.0/8 -j DROP"], "accepted"],
    [
      "what is established is not what is new",
      ["-P OUTPUT DROP", "-A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT"],
      "dropped",
    ],
    ["a chain of its own", [...OPEN, "-N out", "-A OUTPUT -j out", "-A out -p tcp -j DROP"], "dropped"],
    [
      "a chain that returns",
      [...OPEN, "-N out", "-A OUTPUT -j out", "-A out -j RETURN", "-A out -j DROP"],
      "accepted",
    ],
    [
      "chains that call each other",
      [...OPEN, "-N a", "-N b", "-A OUTPUT -j a", "-A a -j b", "-A b -j a"],
      "unknown",
    ],
    [
      "a condition that is not understood",
      [...OPEN, "-A OUTPUT -m owner --uid-owner 1000 -j DROP"],
      "unknown",
    ],
    [
      "a comment of several words",
      ["-P OUTPUT DROP", '-A OUTPUT -m comment --comment "let MQTT -j out" -p tcp --dport 8883 -j ACCEPT'],
      "accepted",
    ],
    [
      "an option without a value",
      [...OPEN, "-A OUTPUT -p tcp -m tcp --syn --dport 22 -j DROP", "-A OUTPUT -p tcp --syn -j REJECT"],
      "dropped",
    ],
    ["a log line decides nothing", [...OPEN, "-A OUTPUT -j LOG", "-A OUTPUT -p tcp -j DROP"], "dropped"],
    ["rules that cannot be read", [], "unknown"],
  ] as const)("%s", (_what, rules, verdict) => {
    expect(decide(rules.join("\n"), "OUTPUT", MQTT).verdict).toBe(verdict);
  });

  test("names the rule that decided", () => {
    const rule = "-A OUTPUT -p tcp -m tcp --dport 8883 -j DROP";
    expect(decide([...OPEN, rule].join("\n"), "OUTPUT", MQTT)).toEqual({ verdict: "dropped", rule });
  });

  test("is understood as iptables itself writes it", () => {
    const [program, ...into] = makeNamespace(
      "iptables -P OUTPUT DROP",
      "iptables -A OUTPUT -o lo -j ACCEPT",
      "iptables -A OUTPUT -p tcp -m multiport --dports 80,443 -j ACCEPT",
    );
    const rules = execFileSync(program!, [...into, "iptables", "-S"], { encoding: "utf8" });
    expect(decide(rules, "OUTPUT", MQTT).verdict).toBe("dropped");
    expect(decide(rules, "OUTPUT", { ...MQTT, toPort: 443 }).verdict).toBe("accepted");
    expect(decide(rules, "OUTPUT", { ...MQTT, interfaceName: "lo" }).verdict).toBe("accepted");
  });
});
