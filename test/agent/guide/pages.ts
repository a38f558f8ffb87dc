/**
 * The guide's two pages, and what in them is made: the pieces between `<!-- scene: NAME -->` or `<!-- checks -->` and the
 * same word with a stroke before it. All else is written by hand.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Language } from "../../../agent/text/text.ts";
import { checkList } from "./checks.ts";
import type { Scene } from "./scenes.ts";

const PAGES = { en: "README.md", fr: "LISEZMOI.md" } as const satisfies Record<Language, string>;
const SCENE = /(<!-- scene: (\S+) -->\n)[\s\S]*?(<!-- \/scene -->)/g;
const LIST = /(<!-- checks -->\n)[\s\S]*?(<!-- \/checks -->)/;

export function readPage(language: Language): string {
  return readFileSync(pathOf(language), "utf8");
}

export function writePage(language: Language, page: string): void {
  writeFileSync(pathOf(language), page);
}

/** @returns the names of the scenes that a page shows, in its order. */
export function scenesOf(page: string): string[] {
  return [...page.matchAll(SCENE)].map(([, , name]) => name!);
}

/** @returns the page as it should be. @throws for a scene that nobody plays. */
export function fillPage(page: string, language: Language, scenes: ReadonlyMap<string, Scene>): string {
  return page
    .replace(SCENE, (_all, open: string, name: string, close: string) => {
      const scene = scenes.get(name);
      if (scene === undefined) throw new Error(`nobody plays the scene ${name}`);
      return `${open}\`\`\`\n${scene[language]}\n\`\`\`\n${close}`;
    })
    .replace(LIST, (_all, open: string, close: string) => `${open}${checkList(language)}\n\n${close}`);
}

function pathOf(language: Language): string {
  return join(import.meta.dirname, "../../../agent", PAGES[language]);
}
