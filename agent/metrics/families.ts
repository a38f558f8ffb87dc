/**
 * What a scrape shows: each metric with its help, its type, and where its figure stands in the agent's status. One table;
 * the exposition is written by exposition.ts.
 *
 * Names as Prometheus wants them: base units (seconds, bytes, ratios), `_total` for what only rises, one gateway per
 * label `gateway`. Labels have few values: no DevAddr is one. Pure.
 *
 * Source: prometheus.io/docs/practices/naming; OpenMetrics 1.0, 5.
 */
import type { AgentStatus } from "../control/answers.ts";
import type { Histogram } from "../health/records/view.ts";

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

export interface Distribution {
  readonly labels: Labels;
  readonly histogram: Histogram;
}

interface Named {
  /** Counters without their `_total`. */
  readonly name: string;
  readonly help: string;
}

export type Family =
  | (Named & { readonly type: "gauge" | "counter"; readonly samples: readonly Sample[] })
  | (Named & { readonly type: "histogram"; readonly distributions: readonly Distribution[] });

/** A family before it has looked; absent figures make no sample. */
type Row = Named &
  (
    | { readonly type: "gauge" | "counter"; readonly of: (status: AgentStatus) => readonly Figure[] }
    | { readonly type: "histogram"; readonly of: (status: AgentStatus) => readonly Distribution[] }
  );
type Figure = readonly [value: number | undefined, labels?: Labels];

export function familiesOf(status: AgentStatus): Family[] {
  return ROWS.map((row): Family => {
    const { name, help } = row;
    if (row.type === "histogram") return { name, help, type: row.type, distributions: row.of(status) };
    const samples = row
      .of(status)
      .flatMap(([value, labels = {}]) => (value === undefined ? [] : [{ labels, value }]));
    return { name, help, type: row.type, samples };
  });
}

const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1_000);
const flag = (is: boolean): number => (is ? 1 : 0);

const ROWS: readonly Row[] = [
  // ------------------------------------------------------------------------------------- the agent
  {
    name: "edge_agent_info",
    help: "Version of the agent and the profile in force; always 1.",
    type: "gauge",
    of: ({ version, profile }) => [[1, { version, profile: profile?.name ?? "" }]],
  },
  {
    name: "edge_agent_uptime_seconds",
    help: "For how long this process has run.",
    type: "gauge",
    of: ({ uptimeMs }) => [[seconds(uptimeMs)]],
  },
  {
    name: "edge_agent_clock_state",
    help: "1 for the state that the clock is in.",
    type: "gauge",
    of: ({ clock }) =>
      ["gps", "synchronised", "unsynchronised"].map((state) => [flag(clock.state === state), { state }]),
  },
  {
    name: "edge_agent_alarm",
    help: "1 for each alarm that stands.",
    type: "gauge",
    of: ({ health }) =>
      health.alarms.map(({ id, subject = "", severity }) => [1, { alarm: id, subject, severity }]),
  },
  {
    name: "edge_agent_maintenance",
    help: "1 while planned maintenance is announced.",
    type: "gauge",
    of: ({ health }) => [[flag(health.maintenance !== undefined)]],
  },
  {
    name: "edge_agent_availability_ratio",
    help: "Up time by up and down time of the running UTC day, month and year; maintenance apart.",
    type: "gauge",
    of: ({ health }) =>
      health.availability.subjects.flatMap(({ kind, coreId = "", ...of }) =>
        (["day", "month", "year"] as const).map(
          (period): Figure => [of[period].availability, { subject: kind, core: coreId, period }],
        ),
      ),
  },
  // ----------------------------------------------------------------------------------- the forwarder
  {
    name: "edge_agent_forwarder_alive",
    help: "1 while the packet forwarder lives (PULL_DATA younger than three of its periods).",
    type: "gauge",
    of: ({ forwarders }) => forwarders.map(({ gatewayEui, alive }) => [flag(alive), { gateway: gatewayEui }]),
  },
  {
    name: "edge_agent_forwarder_pull_data_age_seconds",
    help: "Since the last PULL_DATA.",
    type: "gauge",
    of: ({ forwarders }) =>
      forwarders.map(({ gatewayEui, pullDataAgeMs }) => [seconds(pullDataAgeMs), { gateway: gatewayEui }]),
  },
  {
    name: "edge_agent_forwarder_datagrams",
    help: "Datagrams of the packet forwarder, by type.",
    type: "counter",
    of: ({ forwarders }) =>
      forwarders.flatMap(({ gatewayEui, datagrams }) =>
        Object.entries(datagrams).map(([type, count]): Figure => [count, { gateway: gatewayEui, type }]),
      ),
  },
  {
    name: "edge_agent_push_ack_longest_seconds",
    help: "Longest time that a PUSH_DATA has waited for its PUSH_ACK.",
    type: "gauge",
    of: ({ forwarders }) =>
      forwarders.map(({ gatewayEui, ackLatency }) => [
        seconds(ackLatency.longestMs),
        { gateway: gatewayEui },
      ]),
  },
  {
    name: "edge_agent_push_ack_smoothed_seconds",
    help: "Time that PUSH_DATAs wait for their PUSH_ACK, smoothed over some eight.",
    type: "gauge",
    of: ({ forwarders }) =>
      forwarders.map(({ gatewayEui, ackLatency }) => [
        seconds(ackLatency.smoothedMs),
        { gateway: gatewayEui },
      ]),
  },
  // ---------------------------------------------------------------------------------------- the radio
  {
    name: "edge_agent_rx_frames",
    help: "Frames as the forwarder told them, repeats once, by their CRC.",
    type: "counter",
    of: ({ health }) =>
      health.records.radio.flatMap(({ gatewayEui, crc }) =>
        Object.entries(crc).map(([result, count]): Figure => [count, { gateway: gatewayEui, crc: result }]),
      ),
  },
  {
    name: "edge_agent_rx_channel_frames",
    help: "Frames with a good CRC, by frequency.",
    type: "counter",
    of: ({ health }) =>
      health.records.radio.flatMap(({ gatewayEui, channels }) =>
        channels.map(
          ({ frequencyHz, ok }): Figure => [ok, { gateway: gatewayEui, frequency_hz: String(frequencyHz) }],
        ),
      ),
  },
  {
    name: "edge_agent_rx_rate_frames",
    help: "Frames with a good CRC, by data rate.",
    type: "counter",
    of: ({ health }) =>
      health.records.radio.flatMap(({ gatewayEui, rates }) =>
        rates.map(({ rate, ok }): Figure => [ok, { gateway: gatewayEui, rate }]),
      ),
  },
  {
    name: "edge_agent_rx_rssi_dbm",
    help: "RSSI of frames with a good CRC.",
    type: "histogram",
    of: ({ health }) =>
      health.records.radio.map(({ gatewayEui, rssiDbm }) => ({
        labels: { gateway: gatewayEui },
        histogram: rssiDbm,
      })),
  },
  {
    name: "edge_agent_rx_snr_db",
    help: "SNR of frames with a good CRC.",
    type: "histogram",
    of: ({ health }) =>
      health.records.radio.map(({ gatewayEui, snrDb }) => ({
        labels: { gateway: gatewayEui },
        histogram: snrDb,
      })),
  },
  {
    name: "edge_agent_tx_answers",
    help: "Downlink commands answered, by what the forwarder said.",
    type: "counter",
    of: ({ health }) =>
      health.records.transmissions.flatMap(({ gatewayEui, byStatus }) =>
        Object.entries(byStatus).map(([status, count]): Figure => [count, { gateway: gatewayEui, status }]),
      ),
  },
  {
    name: "edge_agent_duty_cycle_ratio",
    help: "Airtime of the last hour by what its ETSI sub-band allows.",
    type: "gauge",
    of: ({ dutyCycle }) =>
      dutyCycle.flatMap(({ gatewayEui, subBands }) =>
        subBands
          .filter(({ limitUs }) => limitUs > 0)
          .map(
            ({ subBand, airtimeUs, limitUs }): Figure => [
              airtimeUs / limitUs,
              { gateway: gatewayEui, sub_band: subBand },
            ],
          ),
      ),
  },
  {
    name: "edge_agent_devices",
    help: "Devices by DevAddr: heard within 24 hours, within 14 days, new, or silent though they used to talk.",
    type: "gauge",
    of: ({ health }) =>
      health.records.devices.flatMap(
        ({ gatewayEui: gateway, heardIn24h, heardIn14Days, newIn24h, silent }) => [
          [heardIn24h, { gateway, state: "heard_24h" }],
          [heardIn14Days, { gateway, state: "heard_14d" }],
          [newIn24h, { gateway, state: "new_24h" }],
          [silent, { gateway, state: "silent" }],
        ],
      ),
  },
  // -------------------------------------------------------------------------------------- the journal
  {
    name: "edge_agent_journal_frames",
    help: "Frames kept, on disk and in memory.",
    type: "gauge",
    of: ({ journal }) => [
      [journal.storedFrames, { place: "disk" }],
      [journal.memoryFrames, { place: "memory" }],
    ],
  },
  {
    name: "edge_agent_journal_bytes",
    help: "Live record bytes on disk.",
    type: "gauge",
    of: ({ journal }) => [[journal.storedOctets]],
  },
  {
    name: "edge_agent_journal_oldest_timestamp_seconds",
    help: "Arrival of the oldest frame on disk, Unix time; absent when there is none.",
    type: "gauge",
    of: ({ journal }) => [[seconds(journal.oldestArrivedWallMs)]],
  },
  {
    name: "edge_agent_journal_kept_frames",
    help: "Frames taken into keeping.",
    type: "counter",
    of: ({ journal }) => [[journal.keptTotal]],
  },
  {
    name: "edge_agent_journal_dropped_frames",
    help: "Frames that went although a core had not taken them, by reason, over all runs of the agent.",
    type: "counter",
    of: ({ health }) => health.records.journal.drops.map(({ reason, frames }) => [frames, { reason }]),
  },
  {
    name: "edge_agent_journal_written_bytes",
    help: "Keys and values given to LevelDB.",
    type: "counter",
    of: ({ journal }) => [[journal.givenOctets]],
  },
  {
    name: "edge_agent_journal_commit_p99_seconds",
    help: "Commits of the last five minutes: 99 % were fsynced within this.",
    type: "gauge",
    of: ({ journal }) => [[seconds(journal.commitLatency.p99Ms)]],
  },
  {
    name: "edge_agent_journal_failing",
    help: "1 while the disk does not obey.",
    type: "gauge",
    of: ({ journal }) => [[flag(journal.failing !== undefined)]],
  },
  // ---------------------------------------------------------------------------------------- the cores
  {
    name: "edge_agent_core_connected",
    help: "1 while the link to the core stands.",
    type: "gauge",
    of: ({ cores }) =>
      cores.map(({ id, gatewayEui, state }) => [
        flag(state === "connected"),
        { core: id, gateway: gatewayEui },
      ]),
  },
  {
    name: "edge_agent_core_round_trip_seconds",
    help: "From a PUBLISH to its PUBACK, smoothed.",
    type: "gauge",
    of: ({ cores }) =>
      cores.map(({ id, gatewayEui, roundTripMs }) => [
        seconds(roundTripMs),
        { core: id, gateway: gatewayEui },
      ]),
  },
  {
    name: "edge_agent_core_in_flight_frames",
    help: "Frames sent and not answered.",
    type: "gauge",
    of: ({ cores }) =>
      cores.map(({ id, gatewayEui, inFlight }) => [inFlight, { core: id, gateway: gatewayEui }]),
  },
  {
    name: "edge_agent_core_carried_frames",
    help: "Frames that the core took, live or replayed.",
    type: "counter",
    of: ({ cores }) =>
      cores.flatMap(({ id, gatewayEui, courier }): Figure[] => [
        [courier.carriedLive, { core: id, gateway: gatewayEui, how: "live" }],
        [courier.replayed, { core: id, gateway: gatewayEui, how: "replayed" }],
      ]),
  },
  {
    name: "edge_agent_core_lanes_behind",
    help: "Devices of which frames wait for this core.",
    type: "gauge",
    of: ({ cores }) =>
      cores.map(({ id, gatewayEui, courier }) => [courier.lanesBehind, { core: id, gateway: gatewayEui }]),
  },
  {
    name: "edge_agent_core_outages",
    help: "How often the link to the core was lost.",
    type: "counter",
    of: ({ health }) =>
      health.records.cores.map(({ coreId, gatewayEui, outages }) => [
        outages,
        { core: coreId, gateway: gatewayEui },
      ]),
  },
  {
    name: "edge_agent_backhaul_bytes",
    help: "Bytes over the links to the cores, without the headers of TCP and IP.",
    type: "counter",
    of: ({ health }) =>
      health.records.cores.flatMap(({ coreId, gatewayEui, sentOctets, receivedOctets }): Figure[] => [
        [sentOctets, { core: coreId, gateway: gatewayEui, direction: "sent" }],
        [receivedOctets, { core: coreId, gateway: gatewayEui, direction: "received" }],
      ]),
  },
  {
    name: "edge_agent_backhaul_month_bytes",
    help: "The same since the UTC month began, kept over restarts.",
    type: "gauge",
    of: ({ health }) => {
      const month = health.records.traffic.month;
      return [
        [month?.sentOctets, { direction: "sent" }],
        [month?.receivedOctets, { direction: "received" }],
      ];
    },
  },
  // ------------------------------------------------------------------------------------------ the box
  {
    name: "edge_agent_box_temperature_celsius",
    help: "Temperatures of the box.",
    type: "gauge",
    of: ({ field }) => (field.system?.temperatures ?? []).map(({ name, value }) => [value, { sensor: name }]),
  },
  {
    name: "edge_agent_box_volts",
    help: "Supply voltages of the box.",
    type: "gauge",
    of: ({ field }) => (field.system?.voltages ?? []).map(({ name, value }) => [value, { sensor: name }]),
  },
  {
    name: "edge_agent_box_cpu_ratio",
    help: "How busy the processor was since the last look.",
    type: "gauge",
    of: ({ field }) => {
      const percent = field.system?.cpuPercent;
      return [[percent === undefined ? undefined : percent / 100]];
    },
  },
  {
    name: "edge_agent_box_memory_available_bytes",
    help: "Memory for new work, without swapping.",
    type: "gauge",
    of: ({ field }) => [[field.system?.memory?.availableOctets]],
  },
  {
    name: "edge_agent_box_disk_free_bytes",
    help: "What may still be written where the journal lies.",
    type: "gauge",
    of: ({ field }) => [[field.system?.disk?.freeOctets]],
  },
  {
    name: "edge_agent_box_disk_written_bytes",
    help: "Written to all disks of the box since it booted: what flash is worn by.",
    type: "counter",
    of: ({ field }) => [[field.system?.diskWrittenOctets]],
  },
  {
    name: "edge_agent_gnss_fix",
    help: "1 while the GNSS receiver has a fix; absent without a receiver.",
    type: "gauge",
    of: ({ field }) => [[field.gnss && flag(field.gnss.state === "fix")]],
  },
  {
    name: "edge_agent_gnss_satellites",
    help: "Satellites in use.",
    type: "gauge",
    of: ({ field }) => [[field.gnss?.satellites]],
  },
  {
    name: "edge_agent_modem_signal",
    help: "What the cellular modem hears while it answers: rssi and rsrp in dBm, rsrq and sinr in dB.",
    type: "gauge",
    of: ({ field }) => {
      // The last reading of a modem that no longer answers stays in the status.
      const reading = field.modem?.state === "answers" ? field.modem.reading : undefined;
      const { rssiDbm, rsrpDbm, rsrqDb, sinrDb } = reading?.signal ?? {};
      return [
        [rssiDbm, { figure: "rssi" }],
        [rsrpDbm, { figure: "rsrp" }],
        [rsrqDb, { figure: "rsrq" }],
        [sinrDb, { figure: "sinr" }],
      ];
    },
  },
];
