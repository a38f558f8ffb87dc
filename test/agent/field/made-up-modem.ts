/**
 * A modem of each maker. The answers to the maker's own question were written by others: `source` says who, and whether it
 * is a recording or an example. The rest (COMMON, and the model where the source names none) is made up.
 */
import type { WorldDevice } from "../../../simulator/world/serial.ts";

export interface ModemScript {
  readonly maker: string;
  readonly model: string;
  /** By command; what is missing is refused. */
  readonly answers: Readonly<Record<string, readonly string[]>>;
}

export const COMMON = {
  AT: [],
  "AT+CEREG?": ["+CEREG: 0,1"],
  "AT+COPS?": ['+COPS: 0,0,"Orange F",7'],
  "AT+CSQ": ["+CSQ: 18,99"],
};

/** What the six dialects are asked, answer and mean. */
export const MAKERS: readonly (ModemScript & {
  readonly dialect: string;
  readonly signal: Readonly<Record<string, number>>;
  readonly source: string;
})[] = [
  {
    dialect: "quectel",
    maker: "Quectel",
    model: "EC25",
    answers: { ...COMMON, "AT+QCSQ": ['+QCSQ: "LTE",-69,-102,150,-12'] },
    signal: { rssiDbm: -69, rsrpDbm: -102, sinrDb: 10, rsrqDb: -12 },
    source: "example of a bench's signal in the test of a shell parser; the model is made up",
  },
  {
    dialect: "telit",
    maker: "Telit",
    model: "LE910C1-EUX",
    answers: {
      ...COMMON,
      "AT#RFSTS": [
        '#RFSTS: "286 01",1795,-101,-67,-15,2242,,128,3,1,0B5D121,"286016339612498","Turkcell",3,3,108',
      ],
    },
    signal: { rsrpDbm: -101, rssiDbm: -67, rsrqDb: -15 },
    source: "recorded in the comments of an Arduino driver for the LE910C1-EUX",
  },
  {
    dialect: "sierra",
    maker: "Sierra Wireless, Incorporated",
    model: "MC7455",
    answers: {
      ...COMMON,
      "AT!GSTATUS?": [
        "!GSTATUS: ",
        "Current Time:  9867\t\tTemperature: 40",
        "Reset Counter: 1\t\tMode:        ONLINE         ",
        "System mode:   LTE        \tPS state:    Attached     ",
        "LTE band:      B2     \t\tLTE bw:      20 MHz  ",
        "LTE Rx chan:   800\t\tLTE Tx chan: 18800",
        "LTE CA state:  ACTIVE      \t\tLTE Scell band:B12    ",
        "LTE Scell bw:10 MHz  \t\tLTE Scell chan:5110",
        "EMM state:     Registered     \tNormal Service ",
        "RRC state:     RRC Connected  ",
        "IMS reg state: No Srv  \t\t",
        "",
        "PCC RxM RSSI:  -45\t\tRSRP (dBm):  -81",
        "PCC RxD RSSI:  -44\t\tRSRP (dBm):  -79",
        "SCC RxM RSSI:  -52\t\tRSRP (dBm):  -83",
        "SCC RxD RSSI:  -51\t\tRSRP (dBm):  -81",
        "Tx Power:      15\t\tTAC:         8C65 (35666)",
        "RSRQ (dB):     -14.0\t\tCell ID:     0A14666A (169106666)",
        "SINR (dB):     23.8",
        "",
      ],
    },
    signal: { rssiDbm: -45, rsrpDbm: -81, rsrqDb: -14, sinrDb: 23.8 },
    source: "danielewood/sierra-wireless-modems, README: recorded on an MC7455 with carrier aggregation",
  },
  {
    dialect: "huawei",
    maker: "huawei",
    model: "ME909s-120",
    answers: { ...COMMON, "AT^HCSQ?": ['^HCSQ:"LTE",39,27,86,18'] },
    signal: { rssiDbm: -82, rsrpDbm: -114, sinrDb: -3, rsrqDb: -11 },
    source: "test of a modem monitor: codes and their decibels; the model is made up",
  },
  {
    dialect: "simcom",
    maker: "SIMCOM INCORPORATED",
    model: "SIMCOM_SIM7600E",
    answers: {
      ...COMMON,
      "AT+CPSI?": ["+CPSI: LTE,Online,460-11,0x5A1E,187214780,257,EUTRAN-BAND3,1850,5,5,-94,-850,-545,15"],
    },
    signal: { rsrqDb: -9.4, rsrpDbm: -85, rssiDbm: -54.5, sinrDb: 10 },
    source: "SIMCom's own example of AT+CPSI?, as several drivers for the SIM7600 quote it",
  },
  {
    dialect: "ublox",
    maker: "u-blox",
    model: "SARA-R510S",
    answers: {
      ...COMMON,
      "AT+UCGED?": [
        "+UCGED: 2",
        "6,4,001,01",
        "2525,5,50,50,e8fe,1a2d001,1,d60814d1,8001,01,28,31,13.75,3,1,10,28,-50,-6,0,255,255,0",
      ],
    },
    signal: { rsrpDbm: -113, rsrqDb: -4.5, sinrDb: 13.8, rssiDbm: -77 },
    source: "u-blox ubxlib, u_cell_info.c: example for SARA-R5",
  },
];

export interface Manners {
  echo: boolean;
  /** Said before each answer, whatever was asked. */
  unsolicited: string;
}

/** How a modem answers one command; undefined where it would stay silent. */
export function answerOf(script: ModemScript, command: string, { echo, unsolicited }: Manners): string {
  const answers: Readonly<Record<string, readonly string[]>> = {
    "AT+CGMI": [script.maker],
    "AT+CGMM": [script.model],
    ...script.answers,
  };
  const lines = answers[command];
  const echoed = echo ? `${command}\r\r\n` : "\r\n";
  if (lines === undefined) return `${echoed}${unsolicited}\r\nERROR\r\n`;
  return `${echoed}${unsolicited}${lines.map((line) => `${line}\r\n`).join("")}\r\nOK\r\n`;
}

export function makeModem(
  script: ModemScript,
  manners: Partial<Manners> = {},
): WorldDevice & { heard: string[] } {
  const heard: string[] = [];
  return {
    heard,
    onWrite: (text, say) => {
      const command = text.trim();
      heard.push(command);
      say(answerOf(script, command, { echo: true, unsolicited: "", ...manners }));
    },
  };
}
