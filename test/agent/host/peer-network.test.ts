import fc from "fast-check";
import { expect, test } from "vitest";
import { networkOf } from "../../../agent/host/peer-network.ts";

test.each([
  ["198.51.100.1", "198.51.100.1"],
  ["::ffff:198.51.100.1", "198.51.100.1"],
  ["2001:db8:0:1::9", "2001:db8:0:1::/64"],
  ["2001:db8:0:1:ffff::9", "2001:db8:0:1::/64"],
  ["2001:db8:0:2::1", "2001:db8:0:2::/64"],
  ["2001::1:a:b:c:d", "2001:0:0:1::/64"],
  ["2001:0:0:1::d", "2001:0:0:1::/64"],
  ["2001:db8::5:6:7:8", "2001:db8:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["", ""],
])("%s is of %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test("however an address of a /64 is shortened, it is of the same network", () => {
  const group = fc.integer({ min: 0, max: 3 });
  const groups = (length: number) => fc.array(group, { minLength: length, maxLength: length });
  fc.assert(
    fc.property(groups(4), groups(4), (network, host) => {
      const whole = [...network, ...host].map((one) => one.toString(16));
      // As Node shortens it: its own URL parser follows RFC 5952.
      const short = new URL(`http://[${whole.join(":")}]/`).hostname.slice(1, -1);
      expect(networkOf(short)).toBe(`${whole.slice(0, 4).join(":")}::/64`);
    }),
  );
});
