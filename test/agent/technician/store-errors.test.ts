/** What keeps a journal from being opened, as whoever asks for it can mend it. */
import { expect, test } from "vitest";
import type { AgentErrorCode } from "../../../agent/errors.ts";
import { AgentError } from "../../../agent/errors.ts";
import { sayStoreError } from "../../../agent/technician/store-errors.ts";
import { makeText } from "../../../agent/text/text.ts";

test.each(["STORE_IO", "FILE_IO"] as const)(
  "a folder that this user may not open is said so, with what to do: %s",
  (code: AgentErrorCode) => {
    const reason = "EACCES: permission denied, stat '/j/CURRENT'";
    const said = sayStoreError(new AgentError(code, `/j/CURRENT: ${reason}`), "/j", makeText("en"));
    expect(said).toMatchObject({
      code,
      message:
        "the journal /j may not be opened by this user: run the command as root, or as the agent's user",
    });
  },
);
