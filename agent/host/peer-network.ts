/**
 * Of an address the network that one customer has: an IPv4 address is one, of IPv6 the /64 is (RFC 6177). Whoever has one
 * address of it can have the others, so limits are kept by it.
 */

/** @param address as Node says it: IPv6 may be shortened (RFC 5952), have a zone, or hold an IPv4 address. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:([0-9.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(":")) return address;
  const [bare = ""] = address.split("%", 1);
  const [head = "", tail] = bare.split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  return `${[...first, ...Array<string>(zeros).fill("0"), ...last].slice(0, 4).join(":")}::/64`;
}
