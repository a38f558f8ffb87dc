/** Goal: what the file system refuses is said in the reader's language, with the next step and without a draft's name. */
import { describe, expect, test } from "vitest";
import { sayReason, sayRefusal } from "../../../agent/config/file-refusal.ts";
import { AgentError } from "../../../agent/errors.ts";
import { fileError } from "../../../agent/host/file-error.ts";
import { makeText } from "../../../agent/text/text.ts";

const PATH = "/home/marie/out.tar.gz";

function refused(code: string): AgentError {
  const message = `${code}: no words for people, open '${PATH}.0a1b2c3d4e5f.new'`;
  return fileError(PATH, Object.assign(new Error(message), { code }));
}

describe("what the file system refuses", () => {
  test.each([
    ["EACCES", "sudo", "sudo"],
    ["EPERM", "sudo", "sudo"],
    ["ENOENT", "make it first", "créez-le"],
    ["ENOTDIR", "look at how it is written", "vérifiez son écriture"],
    ["EISDIR", "name a file within it", "nommez un fichier"],
    ["ENOSPC", "make room", "faites de la place"],
    ["EROFS", "can only be read", "lecture seule"],
  ])("%s", (code, english, french) => {
    for (const [language, step] of [
      ["en", english],
      ["fr", french],
    ] as const) {
      const { message } = sayRefusal(refused(code), makeText(language));
      expect(message).toContain(PATH);
      expect(message).toContain(step);
      expect(message).not.toMatch(/\.new|E[A-Z]{4,}/);
    }
  });

  test("a code that nobody thought of keeps the system's words, without the draft's name", () => {
    expect(sayRefusal(refused("EIO"), makeText("en")).message).toBe(`${PATH}: EIO: no words for people`);
  });

  test("what has been said stays as it is, and its reason can be said again", () => {
    const t = makeText("fr");
    const said = new AgentError("FILE_IO", "déjà dit", refused("ENOSPC"));
    expect(sayRefusal(said, t)).toBe(said);
    expect(sayReason(said, t)).toMatch(/^le disque est plein/);
    const other = new AgentError("USAGE", "no path");
    expect(sayRefusal(other, t)).toBe(other);
  });
});
