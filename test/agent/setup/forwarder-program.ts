/**
 * A packet forwarder as a process: reads node and port from the lorafwd.toml that it is given, sends PULL_DATA, and
 * PUSH_DATA with the rxpk that it is given.
 */
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import { writePullData, writePushData } from "../../../agent/lorawan/gwmp.ts";

const [, , path = "", eui = "", phyBase64 = ""] = process.argv;
const { gwmp } = parse(readFileSync(path, "latin1")) as unknown as {
  gwmp: { node: string; service: { uplink: number; downlink: number } };
};
const [up, down] = [createSocket("udp4"), createSocket("udp4")];

setInterval(() => {
  const tmst = Number((process.hrtime.bigint() / 1_000n) % 2n ** 32n);
  const size = Buffer.from(phyBase64, "base64").length;
  const radio = `"freq":868.1,"stat":1,"modu":"LORA","datr":"SF7BW125","codr":"4/5","rssi":-61,"lsnr":7.5`;
  const body = `{"rxpk":[{"tmst":${tmst},"chan":0,"rfch":0,${radio},"size":${size},"data":"${phyBase64}"}]}`;
  down.send(writePullData(2, [0xf0, 0x0d], eui), gwmp.service.downlink, gwmp.node);
  up.send(writePushData(2, [0xf0, 0x0e], eui, body), gwmp.service.uplink, gwmp.node);
}, 100);
