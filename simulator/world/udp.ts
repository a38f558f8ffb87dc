/**
 * UDP inside one process, delivered when the clock moves. The mirror of agent/host/udp.ts.
 */
import { AgentError } from "../../agent/errors.ts";
import type { Clock, Udp, UdpPeer, UdpSocket } from "../../agent/ports.ts";

const AT_ONCE = [0] as const;

export class WorldUdp implements Udp {
  readonly #clock: Clock;
  readonly #bound = new Map<string, (bytes: Buffer, from: UdpPeer) => void>();
  #nextPort = 40_000;
  /**
   * What becomes of a datagram: the delay of each of its copies, milliseconds. None: it is lost; several: it is
   * repeated; one longer than the next datagram's: they change places.
   */
  fate: (from: UdpPeer, to: UdpPeer) => readonly number[] = () => AT_ONCE;

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
        const arrive = (): void => this.#bound.get(`${to.host}:${to.port}`)?.(copy, address);
        for (const delayMs of this.fate(address, to)) this.#clock.after(delayMs, arrive);
      },
      close: async () => {
        this.#bound.delete(name);
      },
    };
  }
}
