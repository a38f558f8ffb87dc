/** What is shown of a URL tells where it leads, and nothing that opens a door there. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withoutUrlSecrets } from "../../../agent/config/shown-url.ts";

describe("a URL without its secrets", () => {
  test.each([
    ["a query", "wss://lns.example/mqtt?token=S3CRET", "wss://lns.example/mqtt?********"],
    ["a query without a name", "ws://lns.example:8080?S3CRET", "ws://lns.example:8080?********"],
    ["a query with quotes", `ws://lns.example/?a="S3'CRET"`, "ws://lns.example/?********"],
    ["user and password", "mqtt://gw:S3CRET@lns.example", "mqtt://********@lns.example"],
    ["both", "wss://gw:S3CRET@lns.example/?a@S3CRET", "wss://********@lns.example/?********"],
    [
      "two in a sentence",
      "no ws://a/?S3CRET nor ws://b/?S3CRET either",
      "no ws://a/?******** nor ws://b/?******** either",
    ],
  ])("%s", (_what, text, shown) => {
    expect(withoutUrlSecrets(text)).toBe(shown);
  });

  test("what has none stays as it is", () => {
    for (const text of ["mqtts://lns.example:8883", "udp://[::1]:1700", "really? // yes", "a?b", ""])
      expect(withoutUrlSecrets(text)).toBe(text);
  });

  test("no query of any broker is left", () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), (url) => {
        const [before, query = ""] = url.split(/\?(.*)/s);
        expect(withoutUrlSecrets(url)).toBe(query === "" ? url : `${before}?********`);
      }),
    );
  });
});
