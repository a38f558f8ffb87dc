/** What is said of a package's inside and of who answers for it. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { TOP } from "./packages.ts";

const importOf = (name: string) => import(join(TOP, "agent", "packaging", name));

test("npm packages are listed by name, once each with all their versions, within 100 columns", async () => {
  const { npmListing } = await importOf("listing.mjs");
  const many = Array.from({ length: 40 }, (_, index) => `package-${40 - index} 1.0.0`);
  const text: string = npmListing(
    ["sonic-boom 4.2.0", "abort 1.0.0", "sonic-boom 3.8.1", ...many],
    "and from npm",
  );
  expect(text).toMatch(/^and from npm abort 1\.0\.0, package-1 1\.0\.0,/);
  expect(text.match(/sonic-boom/g)).toHaveLength(1);
  expect(text).toMatch(/ sonic-boom 3\.8\.1 and 4\.2\.0\n$/);
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
});

test.each([
  [undefined, "edge-agent authors <authors@edge-agent.invalid>"],
  ["A. Person <a@example.org> (https://example.org)", "A. Person <a@example.org>"],
  [{ name: "A. Person", email: "a@example.org" }, "A. Person <a@example.org>"],
  ["A. Person", "edge-agent authors <authors@edge-agent.invalid>"],
])("the author %j of package.json makes the maintainer %s", async (author, maintainer) => {
  const { maintainerOf } = await importOf("forms.mjs");
  expect(maintainerOf({ author })).toBe(maintainer);
});
