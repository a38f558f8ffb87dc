import { describe, expect, test } from "vitest";
import { aesKey } from "../../../simulator/meter/aes.ts";
import { joinServerKeys, sessionKeys10, sessionKeys11 } from "../../../simulator/meter/keys.ts";
import keys from "../../vectors/keys.json" with { type: "json" };

type Vector = Record<string, string> & { id: string; expected: Record<string, string> };
const vectors = keys.vectors as unknown as Vector[];
/** Derivations that no LoRaWAN version has, kept by the vectors as a warning. */
const NONCONFORMANT = /NONCONFORMANT$/;
/** Relays' wake-up keys and key transport between servers: not part of a meter's life. */
const ELSEWHERE = /^(kdwor|wrap)-/;
const conformant = vectors.filter(({ id }) => !NONCONFORMANT.test(id) && !ELSEWHERE.test(id));

const rootKey = (hex: string | undefined) => aesKey(Buffer.from(hex!, "hex"));
const number = (hex: string | undefined) => Number.parseInt(hex!, 16);

/** The keys our code derives from a vector's inputs, named as the vectors name them. */
function derived(vector: Vector): Record<string, string> {
  const joinNonce = number(vector.joinNonce);
  const devNonce = number(vector.devNonce ?? vector.rjCount);
  const named = (of: object) =>
    Object.fromEntries(
      Object.entries(of).map(([name, key]) => [name[0]!.toUpperCase() + name.slice(1), key.toString("hex")]),
    );
  if (vector.id.startsWith("kdjs-")) {
    const { jsIntKey, jsEncKey } = joinServerKeys(rootKey(vector.nwkKey), vector.devEui!);
    return { JSIntKey: jsIntKey.toString("hex"), JSEncKey: jsEncKey.toString("hex") };
  }
  if (vector.id.startsWith("kd11-")) {
    const roots = { nwkKey: rootKey(vector.nwkKey), appKey: rootKey(vector.appKey) };
    return named(sessionKeys11(roots, { joinNonce, devNonce, joinEui: vector.joinEui! }));
  }
  const exchanged = { joinNonce, devNonce, netId: vector.netId! };
  // One published case mixes two root keys, each used for one of the two.
  const { nwkSKey } = sessionKeys10(rootKey(vector.rootKey ?? vector.rootKeyNwkSKey), exchanged);
  const { appSKey } = sessionKeys10(rootKey(vector.rootKey ?? vector.rootKeyAppSKey), exchanged);
  return named({ nwkSKey, appSKey });
}

describe("session keys", () => {
  test("every vector of 1.0.x, 1.1 and the join server is walked", () => {
    const kinds = conformant.map(({ id }) => id.slice(0, 4));
    expect(new Set(kinds)).toEqual(new Set(["kd10", "kd11", "kdjs"]));
    expect(conformant.length).toBeGreaterThanOrEqual(12);
  });

  test.each(conformant)("$id", (vector) => {
    expect(derived(vector)).toEqual(vector.expected);
  });

  test("keys derived with a NetID where 1.1 has the JoinEUI are not ours", () => {
    const strays = vectors.filter(({ id }) => NONCONFORMANT.test(id));
    expect(strays.length).toBeGreaterThan(0);
    for (const stray of strays) {
      const roots = { nwkKey: rootKey(stray.nwkKey), appKey: rootKey(stray.appKey) };
      const ours = sessionKeys11(roots, {
        joinNonce: number(stray.joinNonce),
        devNonce: number(stray.devNonce ?? stray.rjCount),
        joinEui: "0807060504030201",
      });
      expect(ours.fNwkSIntKey.toString("hex")).not.toBe(stray.expected.FNwkSIntKey);
    }
  });
});
