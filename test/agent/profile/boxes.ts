/**
 * Made-up gateways: the files by which a box is recognised, as public notes describe them. No real unit was seen; what
 * a file holds beside the words that count is invented.
 */
import { join } from "node:path";
import { openFiles } from "../../../agent/host/files.ts";
import { type ProfileEntry, readIndex } from "../../../agent/profile/index.ts";

export const FOLDER = join(import.meta.dirname, "../../../firmware-profiles/gateways");

export type Tree = Readonly<Record<string, string>>;

export async function shippedIndex(): Promise<readonly ProfileEntry[]> {
  const entries = await readIndex(openFiles(), FOLDER);
  if (entries === undefined) throw new Error("no index of profiles");
  return entries;
}

/** A Kerlink i-series gateway on KerOS 4 or 5. @param code of its host name, such as wiis. */
export function keros5(code: string): Tree {
  return {
    "/proc/sys/kernel/hostname": `klk-${code}-040123\n`,
    "/etc/hostname": `klk-${code}-040123\n`,
    "/tmp/board_info.json": '{ "EUI64": "7076FF0039040123", "board_id": "0x39040123" }\n',
    "/tmp/sys_startup_status.json":
      '{ "serial_number": "0x39040123", "sw_version": "5.5.4_20230101000000" }\n',
    "/var/run/lora/gateway-id.toml": "gateway.id = 0x7076FF0039040123\n",
    "/etc/monit.d/lorafwd": "check process lorafwd pidfile /var/run/lorafwd.pid\n",
    "/etc/default/lorafwd": 'DISABLE_LORAFWD="no"\n',
    "/etc/lorafwd.toml": '[ gateway ]\n#id = 0\n[ gwmp ]\nnode = "172.17.0.1"\n',
  };
}

/** The same on KerOS 6. */
export function keros6(code: string): Tree {
  return {
    "/proc/sys/kernel/hostname": `klk-${code}-040123\n`,
    "/etc/hostname": `klk-${code}-040123\n`,
    "/run/systemd/system": "",
    "/run/boardinfo.env": `export CODENAME="${code}"\nexport EUI64="7076FF0039040123"\n`,
    "/usr/share/lorad/frequency_plans": "",
    "/etc/lorafwd.toml": '[ gwmp ]\nnode = "localhost"\n',
  };
}

const RAK = "/opt/ttn-gateway/packet_forwarder/lora_pkt_fwd";

/** A Raspberry Pi with an SX1302 and the reference forwarder. */
export const RASPBERRY: Tree = {
  "/proc/sys/kernel/hostname": "raspberrypi\n",
  "/run/systemd/system": "",
  [`${RAK}/global_conf.json`]:
    '{ "SX130x_conf": {}, /* "gateway_ID": "1111111111111111" */\n"gateway_conf": { "gateway_ID": "DCA632FFFE010203", // ours\n "server_address": "http://x" } }\n',
};

export const STATION: Tree = {
  "/proc/sys/kernel/hostname": "Wirnet_080e0123\n",
  "/mnt/fsuser-1": "",
  "/mnt/fsuser-1/lorafwd/etc/lorafwd.toml": "[ gwmp ]\n",
};

/** A PC under Debian that nobody would take for a gateway. */
export const PC: Tree = {
  "/proc/sys/kernel/hostname": "desk\n",
  "/etc/hostname": "desk\n",
  "/run/systemd/system": "",
  "/etc/debian_version": "12.5\n",
};
