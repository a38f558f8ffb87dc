/**
 * Goal: a technician who types what the guide shows sees what the guide shows.
 * Method: every command of the guide is run with the built agent on made-up gateways, in both languages.
 *
 * After a change of what is printed: `UPDATE=1 npx vitest run test/agent/guide`, and read the difference.
 */
import { expect, test } from "vitest";
import { LANGUAGES } from "../../../agent/text/text.ts";
import { fillPage, readPage, scenesOf, writePage } from "./pages.ts";
import { playScenes } from "./scenes.ts";

const UPDATE = process.env.UPDATE === "1";

test("the guide shows what its commands really print, and the doctor's checks in their order", {
  timeout: 120_000,
}, async () => {
  const scenes = await playScenes();
  for (const language of LANGUAGES) {
    const page = readPage(language);
    const played = fillPage(page, language, scenes);
    if (UPDATE) writePage(language, played);
    else expect.soft(page, `${language}: see the head of this file`).toBe(played);
    expect.soft(scenesOf(page).toSorted(), language).toEqual([...scenes.keys()].toSorted());
  }
});

test("both languages tell the same in the same order", () => {
  const shape = (page: string): string[] =>
    [...page.matchAll(/^(#+) |<!-- (\S+:? ?\S*) -->/gm)].map(([, heading, mark]) => heading ?? mark!);
  const [english, french] = [readPage("en").split(/^## .*room by room/m)[0]!, readPage("fr")];
  expect(shape(french)).toEqual(shape(english));
});
