/**
 * The makers' own words for the signal: six dialects, one table. Each is one question that only reads; nothing is set,
 * for the modem belongs to whoever keeps the backhaul.
 *
 * A figure that a dialect does not give, or gives on a scale that is not the manual's, is simply not known; the
 * standard's +CESQ and +CSQ then stand in (modem.ts). Pure.
 */
import type { AtQuestion } from "./at-dialogue.ts";
import { fieldsOf, numbersOf, rsrpOfCode, rsrqOfCode } from "./modem-answers.ts";
import { plausible, type Signal } from "./signal.ts";

export interface Dialect {
  readonly name: "quectel" | "telit" | "sierra" | "huawei" | "simcom" | "ublox";
  /** Of what AT+CGMI answers. */
  readonly maker: RegExp;
  readonly question: AtQuestion;
  read(lines: readonly string[]): Signal;
  readonly source: string;
}

export const DIALECTS: readonly Dialect[] = [
  {
    name: "quectel",
    maker: /quectel/i,
    question: { command: "AT+QCSQ", expects: "+QCSQ:" },
    // "LTE",<rssi>,<rsrp>,<sinr>,<rsrq>; sinr in fifths of a decibel from -20 on. "WCDMA",<rssi>,…; "NOSERVICE".
    read: ([line = ""]) => {
      const mode = fieldsOf(line)[0] ?? "";
      const [, rssiDbm, rsrpDbm, sinr, rsrqDb] = numbersOf(line);
      if (!/^(LTE|CAT-M1|CAT-NB1|eMTC|NBIoT)$/.test(mode)) return plausible({ rssiDbm });
      return plausible({ rssiDbm, rsrpDbm, rsrqDb, sinrDb: sinr === undefined ? undefined : sinr / 5 - 20 });
    },
    source: "Quectel EC2x&EG9x&EG2x-G&EM05 Series AT Commands Manual, AT+QCSQ",
  },
  {
    name: "telit",
    maker: /telit/i,
    question: { command: "AT#RFSTS", expects: "#RFSTS:" },
    // LTE: <PLMN>,<EARFCN>,<RSRP>,<RSSI>,<RSRQ>,<TAC>,…; 3G: <PLMN>,<UARFCN>,<PSC>,<Ec/Io>,<RSCP>,<RSSI>,…;
    // 2G: <PLMN>,<ARFCN>,<RSSI>,<LAC>,…. Only LTE has three negative figures from the third field on. Newer ones have an
    // <SINR> at the end, behind two timers that recordings lack: which field it is cannot be told, so it is not read.
    read: ([line = ""]) => {
      const [, , third, fourth, fifth, sixth] = numbersOf(line);
      if (third === undefined) return {};
      if (third >= 0) return plausible({ rssiDbm: sixth });
      if (!isNegative(fourth) || !isNegative(fifth)) return plausible({ rssiDbm: third });
      return plausible({ rsrpDbm: third, rssiDbm: fourth, rsrqDb: fifth });
    },
    source: "Telit LE910 V2 Series AT Commands Reference Guide 80446ST10707A, #RFSTS",
  },
  {
    name: "sierra",
    maker: /sierra/i,
    question: { command: "AT!GSTATUS?", expects: "" },
    // Two columns of `name: value`; with carrier aggregation RSRP stands for each receiver, the main one first.
    read: (lines) => {
      const figureOf = (name: string): number | undefined => {
        const line = lines.find((one) => one.includes(name));
        const said = line?.slice(line.indexOf(name) + name.length).match(/^:?\s*(-?\d+(\.\d+)?)/);
        return said ? Number(said[1]) : undefined;
      };
      return plausible({
        rssiDbm: figureOf("PCC RxM RSSI") ?? figureOf("RSSI (dBm)"),
        rsrpDbm: figureOf("RSRP (dBm)"),
        rsrqDb: figureOf("RSRQ (dB)"),
        sinrDb: figureOf("SINR (dB)"),
      });
    },
    source: "Sierra Wireless AirPrime EM74xx/MC74xx AT Command Reference 41110748, !GSTATUS",
  },
  {
    name: "huawei",
    maker: /huawei/i,
    question: { command: "AT^HCSQ?", expects: "^HCSQ:" },
    // "LTE",<rssi>,<rsrp>,<sinr>,<rsrq>, all coded, 255 unknown; "WCDMA",<rssi>,…; "NOSERVICE".
    read: ([line = ""]) => {
      const [, rssi, rsrp, sinr, rsrq] = numbersOf(line).map((code) => (code === 255 ? undefined : code));
      const rssiDbm = rssi === undefined ? undefined : rssi - 121;
      if (fieldsOf(line)[0] !== "LTE") return plausible({ rssiDbm });
      return plausible({
        rssiDbm,
        rsrpDbm: rsrp === undefined ? undefined : rsrpOfCode(rsrp),
        sinrDb: sinr === undefined ? undefined : sinr / 5 - 20.2,
        rsrqDb: rsrq === undefined ? undefined : rsrqOfCode(rsrq),
      });
    },
    source: "HUAWEI ME909s-821 LTE LGA Module AT Command Interface Specification, ^HCSQ",
  },
  {
    name: "simcom",
    maker: /simcom/i,
    question: { command: "AT+CPSI?", expects: "+CPSI:" },
    // LTE,<operation>,<MCC-MNC>,<TAC>,<SCellID>,<PCellID>,<band>,<earfcn>,<dlbw>,<ulbw>,<RSRQ>,<RSRP>,<RSSI>,<RSSNR>.
    // Tenths on SIM7500 and SIM7600, whole on SIM7000 and SIM7080; A76xx write codes, which are positive. SINR is
    // 2 <RSSNR> - 20 by the manual of SIM7070 and SIM7080; that it is so on SIM7600 too is assumed.
    read: ([line = ""]) => {
      if (!fieldsOf(line)[0]?.startsWith("LTE")) return {};
      const [rsrq, rsrp, rssi, rssnr] = numbersOf(line).slice(10);
      if (rsrp === undefined || rsrp >= 0) return {};
      const scale = rsrp < -200 ? 10 : 1;
      return plausible({
        rsrpDbm: rsrp / scale,
        rsrqDb: rsrq === undefined ? undefined : rsrq / scale,
        rssiDbm: rssi === undefined ? undefined : rssi / scale,
        sinrDb: rssnr === undefined ? undefined : 2 * rssnr - 20,
      });
    },
    source: "SIMCom SIM7500_SIM7600 Series AT Command Manual and SIM7070_SIM7080_SIM7090, AT+CPSI",
  },
  {
    name: "ublox",
    maker: /u-?blox/i,
    question: { command: "AT+UCGED?", expects: "" },
    // Says something only where somebody has set a mode. 5: +RSRP: and +RSRQ: with quoted figures. 2: two lines of
    // figures, of which the second has, in LTE, RSRP and RSRQ as its 11th and 12th: codes on SARA-R5, decibels on
    // LARA-R6; and the SINR as its 13th.
    read: (lines) => {
      const named = (name: string): number | undefined =>
        numbersOf(lines.find((line) => line.startsWith(name)) ?? "")[2];
      const five = plausible({ rsrpDbm: named("+RSRP:"), rsrqDb: named("+RSRQ:") });
      if (five.rsrpDbm !== undefined) return five;
      const at = lines.findIndex((line) => /^\+UCGED:\s*2$/.test(line));
      const [technology] = numbersOf(`:${lines[at + 1] ?? ""}`);
      const [rsrp, rsrq, sinrDb] = numbersOf(`:${lines[at + 2] ?? ""}`).slice(10);
      if (at < 0 || (technology !== 4 && technology !== 6) || rsrp === undefined) return {};
      if (rsrp < 0) return plausible({ rsrpDbm: rsrp, rsrqDb: rsrq, sinrDb });
      if (rsrp > 97) return {};
      return plausible({
        rsrpDbm: rsrpOfCode(rsrp),
        rsrqDb: rsrq === undefined ? undefined : rsrqOfCode(rsrq),
        sinrDb,
      });
    },
    source: "u-blox cellular modules AT commands manual UBX-13002752 and SARA-R5 UBX-19047455, +UCGED",
  },
];

function isNegative(value: number | undefined): boolean {
  return value !== undefined && value < 0;
}
