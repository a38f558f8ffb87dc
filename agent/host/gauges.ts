/** Files of sysfs that are read again and again: kept open, one pread a look (measured: a third of opening it anew). */
import { close, open, read } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Gauges } from "../ports.ts";

const OCTETS_MAX = 64;

/** With a root other than "/" for a made-up box. */
export function openGauges(root = "/"): Gauges {
  return {
    open: async (path) => {
      const descriptor = await promisify(open)(join(root, path), "r").catch(() => undefined);
      if (descriptor === undefined) return undefined;
      const buffer = Buffer.alloc(OCTETS_MAX);
      let isOpen = true;
      let reading: Promise<unknown> = Promise.resolve();
      return {
        read: () => {
          if (!isOpen) return Promise.resolve(undefined);
          const text = new Promise<string | undefined>((resolve) => {
            read(descriptor, buffer, 0, OCTETS_MAX, 0, (error, octets) =>
              resolve(error === null ? buffer.toString("latin1", 0, octets) : undefined),
            );
          });
          reading = text;
          return text;
        },
        close: async () => {
          if (!isOpen) return;
          isOpen = false;
          // The number may be another file's as soon as it is closed.
          await reading;
          await promisify(close)(descriptor).catch(() => undefined);
        },
      };
    },
  };
}
