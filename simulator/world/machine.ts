/**
 * A gateway as a machine: a kernel, a disk, a road north, and one agent process at a time, which can be ended as processes
 * and machines end.
 *
 * A process that was killed acts no more: its timers do not run, what it waits for never comes, its sockets are closed by
 * the kernel. What it had written is there, synced or not. A power cut ends it without a word to anybody, and the disk
 * forgets what was not synced, or the last part of it.
 */
import type {
  Clock,
  Doors,
  KeyValueStores,
  Log,
  RngStream,
  Udp,
  UdpPeer,
  UdpSocket,
} from "../../agent/ports.ts";
import { WorldCommands } from "./commands.ts";
import { WorldControl } from "./control.ts";
import type { World } from "./doors.ts";
import { WorldFiles } from "./files.ts";
import { WorldKernel } from "./kernel.ts";
import type { OrphanableLink, WorldMqtt } from "./mqtt.ts";
import { WorldRng } from "./rng.ts";
import { WorldRoad } from "./road.ts";
import { WorldSerial } from "./serial.ts";
import { WorldStores } from "./store.ts";

/** What passes a process's doors, for those who judge. */
export interface Watch {
  readonly onReceived?: (bytes: Buffer, from: UdpPeer) => void;
  readonly onSent?: (bytes: Uint8Array, to: UdpPeer) => void;
  readonly onPublished?: (topic: string, payload: Uint8Array) => void;
}

export interface Machine {
  readonly kernel: WorldKernel;
  readonly road: WorldRoad;
  readonly stores: WorldStores;
  readonly files: WorldFiles;
  readonly commands: WorldCommands;
  readonly serial: WorldSerial;
  readonly control: WorldControl;
  /** How long an fsync takes, milliseconds. */
  fsyncMs: number;
  /** The doors of a new process. The one before must have ended. */
  begin(log: Log, watch?: Watch): Doors;
  /** The process has ended by itself: everything is closed. */
  ended(): void;
  /** SIGKILL. */
  kill(): void;
  /** Nothing runs any more; kernel.boot() and begin() bring it back. */
  cutPower(): void;
}

export interface MachineParts {
  readonly world: World;
  /** Of its streams of chance, and of its boots. */
  readonly name: string;
  readonly seed: number;
  /** Where its agent keeps the journal. */
  readonly directory: string;
  readonly files?: Readonly<Record<string, string>>;
}

const FSYNC_MS = 7;

export function createMachine({ world, name, seed, directory, files = {} }: MachineParts): Machine {
  const kernel = new WorldKernel(world.clock, name);
  const road = new WorldRoad(world.clock);
  const stores = new WorldStores();
  const control = new WorldControl();
  const commands = new WorldCommands();
  const serial = new WorldSerial();
  const disk = new WorldFiles(files);
  const chance = world.rng.stream(`machine/${name}`);
  let life: Life | undefined;

  stores.sync = () => world.clock.sleep(machine.fsyncMs);

  const end = (how: "killed" | "unplugged"): void => {
    life?.end(how);
    life = undefined;
    control.clear();
  };

  const machine: Machine = {
    kernel,
    road,
    stores,
    files: disk,
    commands,
    serial,
    control,
    fsyncMs: FSYNC_MS,
    begin: (log, watch = {}) => {
      const begun = beginLife({ kernel, udp: world.udp, mqtt: world.mqtt.over(road), stores, watch });
      life = begun;
      return { ...begun.doors, files: disk, commands, serial, control, log, rng: new WorldRng(seed) };
    },
    ended: () => {
      life = undefined;
      control.clear();
    },
    kill: () => {
      end("killed");
      stores.endProcess(directory);
    },
    cutPower: () => {
      end("unplugged");
      // Without power nobody closes anything: the broker will see it for itself.
      road.unplug();
      stores.cutPower(directory, keptBatches(chance));
    },
  };
  return machine;
}

/** Of what no fsync confirmed the device may have written the first part. */
function keptBatches(chance: RngStream): number {
  return chance.unit() < 0.5 ? 0 : chance.below(4);
}

// ---------------------------------------------------------------------------------- one process's life

interface Life {
  readonly doors: Pick<Doors, "clock" | "udp" | "stores" | "mqtt">;
  end(how: "killed" | "unplugged"): void;
}

interface LifeParts {
  readonly kernel: WorldKernel;
  readonly udp: Udp;
  readonly mqtt: ReturnType<WorldMqtt["over"]>;
  readonly stores: WorldStores;
  readonly watch: Watch;
}

function beginLife({ kernel, udp, mqtt, stores, watch }: LifeParts): Life {
  let alive = true;
  const sockets = new Set<UdpSocket>();
  const northSockets = new Set<{ close(): Promise<void> }>();
  const links = new Set<OrphanableLink>();
  const whileAlive = <T>(promise: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      promise.then(
        (value) => alive && resolve(value),
        (error: unknown) => alive && reject(error),
      );
    });
  const clock: Clock = {
    wallMs: () => kernel.wallMs(),
    monotonicMs: () => kernel.monotonicMs(),
    kernelBootId: () => kernel.kernelBootId(),
    after: (delayMs, run) =>
      kernel.after(delayMs, () => {
        if (alive) run();
      }),
    sleep: (delayMs, signal) => whileAlive(kernel.sleep(delayMs, signal)),
  };
  return {
    doors: {
      clock,
      udp: {
        bind: async (at, onDatagram) => {
          const socket = await udp.bind(at, (bytes, from) => {
            watch.onReceived?.(bytes, from);
            onDatagram(bytes, from);
          });
          sockets.add(socket);
          return {
            address: socket.address,
            send: (bytes, to) => {
              watch.onSent?.(bytes, to);
              socket.send(bytes, to);
            },
            close: () => {
              sockets.delete(socket);
              return socket.close();
            },
          };
        },
        connect: async (to, onDatagram, onRefused) => {
          const socket = await udp.connect(
            to,
            (bytes) => alive && onDatagram(bytes),
            () => alive && onRefused(),
          );
          const closing = { close: () => socket.close() };
          northSockets.add(closing);
          return {
            send: (bytes) => {
              if (alive) socket.send(bytes);
            },
            close: () => {
              northSockets.delete(closing);
              return socket.close();
            },
          };
        },
        resolve: (host) => whileAlive(udp.resolve(host)),
      },
      mqtt: {
        connect: (options, handlers) => {
          const link = mqtt.connect(options, {
            onConnected: (info) => alive && handlers.onConnected(info),
            onMessage: (message) => alive && handlers.onMessage(message),
            onClosed: (why) => {
              links.delete(link);
              if (alive) handlers.onClosed(why);
            },
          });
          links.add(link);
          return {
            publish: (message) => {
              watch.onPublished?.(message.topic, message.payload);
              return whileAlive(link.publish(message));
            },
            subscribe: (filters, qos) => whileAlive(link.subscribe(filters, qos)),
            unansweredMs: () => link.unansweredMs(),
            octets: () => link.octets(),
            close: (how) => link.close(how),
          };
        },
      },
      stores: storesOf(stores, whileAlive),
    },
    end: (how) => {
      alive = false;
      for (const socket of [...sockets, ...northSockets]) void socket.close();
      if (how === "killed") for (const link of [...links]) link.orphan();
    },
  };
}

/** What a dead process asked of its disk is never answered. */
function storesOf(stores: WorldStores, whileAlive: <T>(promise: Promise<T>) => Promise<T>): KeyValueStores {
  return {
    repair: (directory) => whileAlive(stores.repair(directory)),
    open: async (directory) => {
      const store = await whileAlive(stores.open(directory));
      return {
        batch: (operations, options) => whileAlive(store.batch(operations, options)),
        get: (key) => whileAlive(store.get(key)),
        getMany: (keys) => whileAlive(store.getMany(keys)),
        entries: (range) => whileAlive(store.entries(range)),
        keys: (range) => whileAlive(store.keys(range)),
        compact: (from, to) => whileAlive(store.compact(from, to)),
        close: () => whileAlive(store.close()),
      };
    },
  };
}
