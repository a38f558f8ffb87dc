/**
 * What the kernel says of a process: processor time, memory, octets written, wake-ups. Linux only.
 *
 * Source: proc(5); Documentation/scheduler/sched-stats.rst for schedstat.
 */
import { readdirSync, readFileSync } from "node:fs";

/** Processor time of all threads since the process began, in microseconds. Of threads that have ended, none. */
export function cpuUs(pid: number): number {
  let nanoseconds = 0;
  for (const thread of threadsOf(pid))
    nanoseconds += Number(readFileSync(`${thread}/schedstat`, "utf8").split(" ")[0]);
  return nanoseconds / 1e3;
}

/** How often any thread gave up the processor to wait for something, since the process began. */
export function wakeUps(pid: number): number {
  let switches = 0;
  for (const thread of threadsOf(pid))
    switches += numberAfter(readFileSync(`${thread}/status`, "utf8"), "voluntary_ctxt_switches:");
  return switches;
}

/** Octets that the process caused to be written to the disk (dirtied pages, counted once each time), since it began. */
export function writtenOctets(pid: number): number {
  return numberAfter(readFileSync(`/proc/${pid}/io`, "utf8"), "write_bytes:");
}

export interface Memory {
  /** All that is in RAM, the shared program text included. MB of 2^20. */
  readonly rssMb: number;
  /** Of it, what only this process has. */
  readonly privateMb: number;
  /** Of that, what no file backs: it can never be dropped. */
  readonly anonymousMb: number;
}

export function memoryOf(pid: number): Memory {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const mb = (...names: string[]): number =>
    names.reduce((sum, name) => sum + numberAfter(rollup, name), 0) / 1024;
  return {
    rssMb: mb("Rss:"),
    privateMb: mb("Private_Clean:", "Private_Dirty:"),
    anonymousMb: mb("Anonymous:"),
  };
}

function threadsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`);
}

function numberAfter(text: string, name: string): number {
  const line = text.split("\n").find((candidate) => candidate.startsWith(name));
  if (line === undefined) throw new Error(`the kernel does not say ${name}`);
  return Number.parseInt(line.slice(name.length), 10);
}
