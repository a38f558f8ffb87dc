/**
 * Control sockets of a simulated gateway. The mirror of agent/host/control.ts.
 *
 * A socket whose process has died is replaced by the next that serves; one that answers is not.
 */
import { AgentError, isAgentError } from "../../agent/errors.ts";
import type { ControlAnswer, ControlDoor, ControlRequest } from "../../agent/ports.ts";

type Answer = (request: ControlRequest) => Promise<ControlAnswer>;

export class WorldControl implements ControlDoor {
  readonly #serving = new Map<string, Answer>();

  async serve(socketPath: string, answer: Answer): Promise<{ close(): Promise<void> }> {
    if (this.#serving.has(socketPath))
      throw new AgentError("CONTROL_BIND", `${socketPath}: somebody answers`);
    this.#serving.set(socketPath, answer);
    return {
      close: async () => {
        if (this.#serving.get(socketPath) === answer) this.#serving.delete(socketPath);
      },
    };
  }

  async ask(socketPath: string, request: ControlRequest): Promise<ControlAnswer> {
    const answer = this.#serving.get(socketPath);
    if (answer === undefined) throw new AgentError("CONTROL_UNREACHABLE", `${socketPath}: nobody answers`);
    return answer(request).catch((error: unknown) => {
      if (!isAgentError(error)) throw error;
      return { status: 503, body: { code: error.code, error: error.message } };
    });
  }

  /** Whoever served has died. */
  clear(): void {
    this.#serving.clear();
  }
}
