/**
 * UDP inside one process, delivered when the clock moves. The mirror of agent/host/udp.ts;
 * test/contracts/udp.test.ts runs against both.
 */
import { AgentError } from "../../agent/errors.ts";
import type { Clock, ConnectedUdpSocket, Udp, UdpPeer, UdpSocket } from "../../agent/ports.ts";

const AT_ONCE = [0] as const;
/** Where the sockets of one machine stand. */
const HERE = "127.0.0.1";

export class WorldUdp implements Udp {
  readonly #clock: Clock;
  readonly #bound = new Map<string, (bytes: Buffer, from: UdpPeer) => void>();
  #nextPort = 40_000;
  /**
   * What becomes of a datagram: the delay of each of its copies, milliseconds. None: it is lost; several: it is
   * repeated; one longer than the next datagram's: they change places.
   */
  fate: (from: UdpPeer, to: UdpPeer) => readonly number[] = () => AT_ONCE;
  /** What names stand for. An address stands for itself. */
  readonly names = new Map<string, readonly string[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async bind(at: UdpPeer, onDatagram: (bytes: Buffer, from: UdpPeer) => void): Promise<UdpSocket> {
    const address = { host: at.host, port: at.port || this.#nextPort++ };
    const name = nameOf(address);
    if (this.#bound.has(name)) throw new AgentError("UDP_BIND", `${name} is taken`);
    this.#bound.set(name, onDatagram);
    return {
      address,
      send: (bytes, to) => {
        const copy = Buffer.from(bytes);
        const arrive = (): void => this.#bound.get(nameOf(to))?.(copy, address);
        for (const delayMs of this.fate(address, to)) this.#clock.after(delayMs, arrive);
      },
      close: async () => {
        this.#bound.delete(name);
      },
    };
  }

  /** A dead port keeps silent here: nobody may rely on being told. */
  async connect(
    to: UdpPeer,
    onDatagram: (bytes: Buffer) => void,
    _onRefused: () => void,
  ): Promise<ConnectedUdpSocket> {
    const socket = await this.bind({ host: HERE, port: 0 }, (bytes, from) => {
      if (nameOf(from) === nameOf(to)) onDatagram(bytes);
    });
    return { send: (bytes) => socket.send(bytes, to), close: socket.close };
  }

  async resolve(host: string): Promise<readonly string[]> {
    return this.names.get(host) ?? (isAddress(host) ? [host] : []);
  }
}

function nameOf({ host, port }: UdpPeer): string {
  return `${host}:${port}`;
}

function isAddress(host: string): boolean {
  return /^[0-9.]+$/.test(host) || host.includes(":");
}
