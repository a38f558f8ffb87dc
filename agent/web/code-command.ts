/** `edge-agent web code`: where the local page is, and the code that lets a browser in where it needs one. */
import { openSettings, settingsUnusable } from "../config/open.ts";
import { AgentError, EXIT } from "../errors.ts";
import type { ControlDoor, Files, UdpPeer } from "../ports.ts";
import { span } from "../technician/words.ts";
import type { Translate } from "../text/text.ts";
import type { WebCodeAnswer } from "./web.ts";

export interface CodeDoors {
  readonly files: Files;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly control: ControlDoor;
  readonly t: Translate;
  readonly write: (text: string) => void;
  readonly setExitCode: (code: number) => void;
}

export interface CodeArguments {
  readonly config: string;
  readonly socket: string | undefined;
  readonly json: boolean;
}

/**
 * Exit code 1 where there is no page to look at.
 * @throws AgentError CONTROL_UNREACHABLE when no agent answers; SETTINGS_INVALID and FILE_IO when the socket is to be
 *         found in settings that cannot be read.
 */
export async function showCode(doors: CodeDoors, args: CodeArguments): Promise<void> {
  const { t, write, setExitCode } = doors;
  const answer = await ask(doors, args.socket ?? (await socketOf(doors, args.config)));
  if (args.json) write(`${JSON.stringify(answer)}\n`);
  else write(`${sayCode(answer, args.config, t).join("\n")}\n`);
  if (answer.state === "off" || answer.state === "closed") setExitCode(EXIT.trouble);
}

/** @param path of the settings. */
function sayCode(answer: WebCodeAnswer, path: string, t: Translate): string[] {
  switch (answer.state) {
    case "off":
      return [t("web.off", { path })];
    case "closed":
      return [t("web.closed", { reason: answer.reason })];
    case "loopback":
      return [t("web.loopback", { url: urlOf("http", answer.address), port: answer.address.port })];
    case "network":
      return [
        t("web.url", { url: urlOf("https", answer.address) }),
        t("web.code", { code: answer.code, age: span(answer.lastsMs) }),
        t("web.fingerprint", { fingerprint: answer.fingerprint }),
      ];
  }
}

/** Where it listens on every address, any of the gateway's will do. */
function urlOf(scheme: string, { host, port }: UdpPeer): string {
  const isEvery = host === "0.0.0.0" || host === "::";
  const name = isEvery ? "<…>" : host.includes(":") ? `[${host}]` : host;
  return `${scheme}://${name}:${port}/`;
}

async function socketOf(doors: CodeDoors, settingsPath: string): Promise<string> {
  const loaded = await openSettings(doors, settingsPath);
  if (!loaded.ok) throw settingsUnusable(settingsPath, loaded.troubles, doors.t);
  return loaded.settings.control.socket;
}

async function ask({ control, t }: CodeDoors, socket: string): Promise<WebCodeAnswer> {
  const noAgent = (cause?: unknown): AgentError =>
    new AgentError("CONTROL_UNREACHABLE", t("error.noAgent", { socket }), cause);
  const answer = await control
    .ask(socket, { method: "POST", path: "/web/code", body: undefined })
    .catch((error: unknown) => {
      throw noAgent(error);
    });
  if (answer.status !== 200) throw noAgent();
  return answer.body as WebCodeAnswer;
}
