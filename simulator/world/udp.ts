/**
 * UDP inside one process, delivered when the clock moves. The mirror of agent/host/udp.ts.
 */
import { AgentError } from "../../agent/errors.ts";
import type { Clock, Udp, UdpPeer, UdpSocket } from "../../agent/ports.ts";

export class WorldUdp implements Udp {
  readonly #clock: Clock;
  readonly #bound = new Map<string, (bytes: Buffer, from: UdpPeer) => void>();
  #nextPort = 40_000;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async bind(at: UdpPeer, onDatagram: (bytes: Buffer, from: UdpPeer) => void): Promise<UdpSocket> {
    const address = { host: at.host, port: at.port || this.#nextPort++ };
    const name = `${address.host}:${address.port}`;
    if (this.#bound.has(name)) throw new AgentError("UDP_BIND", `${name} is taken`);
    this.#bound.set(name, onDatagram);
    return {
      address,
      send: (bytes, to) => {
        const copy = Buffer.from(bytes);
        this.#clock.after(0, () => this.#bound.get(`${to.host}:${to.port}`)?.(copy, address));
      },
      close: async () => {
        this.#bound.delete(name);
      },
    };
  }
}
