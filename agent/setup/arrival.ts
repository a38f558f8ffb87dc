/**
 * Whether the packet forwarder's PULL_DATA arrives where it was pointed: the running agent is asked, and where none
 * runs its port is listened on.
 *
 * Who listens in the agent's place acknowledges PULL_DATA and nothing else: a PUSH_ACK would promise custody.
 */
import type { AgentStatus } from "../control/answers.ts";
import { isAgentError } from "../errors.ts";
import { readUpward, writePullAck } from "../lorawan/gwmp.ts";
import type { Clock, ControlDoor, Udp, UdpSocket } from "../ports.ts";
import type { Address } from "./former-server.ts";

const ASK_EVERY_MS = 500;

export interface Arrival {
  /** Waits for a PULL_DATA that was sent after begin(). @returns the gateway's EUI; undefined: none came in time. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<string | undefined>;
  close(): Promise<void>;
}

/** @returns undefined when no agent answers. */
export async function askAgent(control: ControlDoor, socket: string): Promise<AgentStatus | undefined> {
  try {
    const answer = await control.ask(socket, { method: "GET", path: "/status", body: undefined });
    return answer.status === 200 ? (answer.body as AgentStatus) : undefined;
  } catch (error) {
    if (!isAgentError(error, "CONTROL_UNREACHABLE")) throw error;
    return undefined;
  }
}

/** Through the running agent, from now on. */
export async function watchAgent(
  { control, clock }: { readonly control: ControlDoor; readonly clock: Clock },
  socket: string,
): Promise<Arrival> {
  const known = (await askAgent(control, socket))?.forwarders ?? [];
  const sinceMs = clock.monotonicMs();
  // Of several forwarders another one may be heard meanwhile: a restarted one speaks from a new port.
  const isNew = ({ gatewayEui, pullSource }: AgentStatus["forwarders"][number]): boolean => {
    const before = known.find((one) => one.gatewayEui === gatewayEui);
    return known.length < 2 || before?.pullSource?.port !== pullSource?.port;
  };
  return {
    wait: (timeoutMs, signal) =>
      poll(clock, timeoutMs, signal, async () => {
        const status = await askAgent(control, socket);
        const sinceBeginMs = clock.monotonicMs() - sinceMs;
        const heard = (status?.forwarders ?? []).find(
          (one) => one.pullDataAgeMs !== undefined && one.pullDataAgeMs < sinceBeginMs && isNew(one),
        );
        return heard?.gatewayEui;
      }),
    close: async () => {},
  };
}

/** In the agent's place. @throws AgentError UDP_BIND */
export async function listenInstead(
  { udp, clock }: { readonly udp: Udp; readonly clock: Clock },
  address: Address,
): Promise<Arrival> {
  let heardFrom: string | undefined;
  const socket: UdpSocket = await udp.bind(address, (bytes, from) => {
    const read = readUpward(bytes);
    if (!read.ok || read.value.kind !== "pullData") return;
    const { version, token, gatewayEui } = read.value;
    socket.send(writePullAck(version, token), from);
    heardFrom = gatewayEui;
  });
  return {
    wait: (timeoutMs, signal) => poll(clock, timeoutMs, signal, async () => heardFrom),
    close: () => socket.close(),
  };
}

/** Asks again and again. @returns undefined when the time is over or the person has had enough. */
export async function poll<T>(
  clock: Clock,
  timeoutMs: number,
  signal: AbortSignal,
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const untilMs = clock.monotonicMs() + timeoutMs;
  for (;;) {
    const answer = await ask();
    const leftMs = untilMs - clock.monotonicMs();
    if (answer !== undefined || leftMs <= 0 || signal.aborted) return answer;
    await clock.sleep(Math.min(ASK_EVERY_MS, leftMs), signal).catch(() => undefined);
  }
}
