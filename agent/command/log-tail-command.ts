/** The command log-tail: the newest lines that a reply holds. What is kept: log-tail.ts. */
import type { GivenTo } from "./catalogue.ts";
import { isAtLeast, type LogTail, type TailLine } from "./log-tail.ts";
import { type Answer, done, REPLY_OCTETS_MAX } from "./reply.ts";

const LINES_USUAL = 50;
/** What stands around the lines. */
const AROUND_OCTETS = 1_024;

export function tellLogTail(
  tail: Pick<LogTail, "lines">,
  { lines = LINES_USUAL, level = "info" }: GivenTo<"log-tail">,
): Answer {
  const wanted = tail.lines().filter((line) => isAtLeast(line.level, level));
  const told: object[] = [];
  let leftOctets = REPLY_OCTETS_MAX - AROUND_OCTETS;
  for (let at = wanted.length - 1; at >= 0 && told.length < lines; at--) {
    const line = asDocument(wanted[at]!);
    leftOctets -= Buffer.byteLength(JSON.stringify(line)) + 1;
    if (leftOctets < 0) break;
    told.unshift(line);
  }
  return done({ lines: told, more: told.length < wanted.length });
}

function asDocument({ wallMs, level, event, fields }: TailLine): object {
  return { at: new Date(wallMs).toISOString(), level, event, fields: JSON.parse(fields) as unknown };
}
