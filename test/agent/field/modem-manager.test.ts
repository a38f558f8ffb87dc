/** oFono and ModemManager over D-Bus: what dbus-send prints of them, and, with a real bus, of the bus itself. */
import { execFileSync, spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readReply, within } from "../../../agent/field/dbus-reply.ts";
import { askManager } from "../../../agent/field/modem-manager.ts";
import { openCommands } from "../../../agent/host/commands.ts";
import { WorldCommands } from "../../../simulator/world/commands.ts";
import { type MadeUpBus, openBus } from "./made-up-bus.ts";

/** A value as dbus-send prints it. */
type Printed = string | { readonly [key: string]: Printed };

/** a{sv}: figures are given with their type, as "byte 61". */
function dict(entries: Readonly<Record<string, Printed>>): string {
  const lines = Object.entries(entries).map(
    ([key, value]) =>
      `dict entry(\nstring "${key}"\nvariant             ${typeof value === "string" ? value : dict(value)}\n)`,
  );
  return `array [\n${lines.join("\n")}\n]`;
}

const reply = (body: string): string =>
  `method return time=1732300000.123 sender=:1.5 -> destination=:1.44 serial=92 reply_serial=2\n${body}\n`;

function bus(answers: Readonly<Record<string, string>>): { commands: WorldCommands; asked: string[] } {
  const commands = new WorldCommands();
  const asked: string[] = [];
  commands.programs.set("dbus-send", (argv) => {
    const [path, method] = argv.slice(-2) as [string, string];
    asked.push(`${path} ${method.split(".").at(-1)}`);
    const body = answers[`${path} ${method.split(".").at(-1)}`];
    return body === undefined ? { exitCode: 1, stdout: "" } : { exitCode: 0, stdout: reply(body) };
  });
  return { commands, asked };
}

const OFONO_MODEMS = `array [
      struct {
         object path "/hfp/org/bluez/hci0"
         ${dict({ Online: "boolean false", Name: 'string "phone"' })}
      }
      struct {
         object path "/quectelqmi_0"
         ${dict({
           Online: "boolean true",
           Powered: "boolean true",
           Manufacturer: 'string "Quectel"',
           Model: 'string "EC25"',
           Interfaces:
             'array [\nstring "org.ofono.NetworkMonitor"\nstring "org.ofono.NetworkRegistration"\n]',
         })}
      }
   ]`;
const OFONO = {
  "/ GetModems": OFONO_MODEMS,
  "/quectelqmi_0 GetProperties": dict({
    Status: 'string "registered"',
    Technology: 'string "lte"',
    Name: 'string "Orange F"',
    Strength: "byte 61",
    CellId: "uint32 12345",
  }),
  "/quectelqmi_0 GetServingCellInformation": dict({
    Technology: 'string "lte"',
    ReferenceSignalReceivedPower: "byte 46",
    ReferenceSignalReceivedQuality: "byte 20",
  }),
};

describe("oFono", () => {
  test("tells the modem that is switched on, its network and its signal, in three questions", async () => {
    const { commands, asked } = bus(OFONO);
    expect(await askManager(commands, "ofono")).toEqual({
      found: "answers",
      reading: {
        maker: "Quectel",
        model: "EC25",
        registration: "home",
        name: "Orange F",
        technology: "LTE",
        signal: { rssiDbm: -75, rsrpDbm: -95, rsrqDb: -10 },
      },
    });
    expect(asked).toEqual(Object.keys(OFONO));
  });

  test("is not asked for a cell where it cannot tell it, and its strength stands in", async () => {
    const modems = OFONO_MODEMS.replace('string "org.ofono.NetworkMonitor"\n', "");
    const { commands, asked } = bus({ ...OFONO, "/ GetModems": modems });
    expect(await askManager(commands, "ofono")).toMatchObject({ reading: { signal: { rssiDbm: -75 } } });
    expect(asked).toHaveLength(2);
  });

  test("that is not there, and one without a modem, are told apart", async () => {
    expect(await askManager(new WorldCommands(), "ofono")).toEqual({ found: "noManager" });
    expect(await askManager(bus({}).commands, "ofono")).toEqual({ found: "noManager" });
    expect(await askManager(bus({ "/ GetModems": "array [\n]" }).commands, "ofono")).toEqual({
      found: "noModem",
    });
  });
});

describe("ModemManager", () => {
  const object = (interfaces: Readonly<Record<string, string>>): string =>
    Object.entries(interfaces)
      .map(
        ([name, properties]) =>
          `dict entry(\nstring "org.freedesktop.ModemManager1.${name}"\n${properties}\n)`,
      )
      .join("\n");
  const managed = (interfaces: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
    "/org/freedesktop/ModemManager1 GetManagedObjects": `array [
      dict entry(
         object path "/org/freedesktop/ModemManager1/Modem/0"
         array [
            ${object(interfaces)}
         ]
      )
   ]`,
  });
  const MODEM = dict({
    Manufacturer: 'string "Sierra Wireless, Incorporated"',
    Model: 'string "MC7455"',
    AccessTechnologies: "uint32 16384",
    State: "int32 11",
    SignalQuality: "struct {\nuint32 71\nboolean true\n}",
  });

  test("tells all of it in one question", async () => {
    const { commands, asked } = bus(
      managed({
        Modem: MODEM,
        "Modem.Modem3gpp": dict({ RegistrationState: "uint32 5", OperatorName: 'string "SFR"' }),
        "Modem.Signal": dict({
          Rate: "uint32 30",
          Lte: { rssi: "double -65", rsrp: "double -97", rsrq: "double -9.5", snr: "double 11.2" },
        }),
      }),
    );
    expect(await askManager(commands, "modemmanager")).toEqual({
      found: "answers",
      reading: {
        maker: "Sierra Wireless, Incorporated",
        model: "MC7455",
        registration: "roaming",
        name: "SFR",
        technology: "LTE",
        signal: { rssiDbm: -65, rsrpDbm: -97, rsrqDb: -9.5, sinrDb: 11.2 },
      },
    });
    expect(asked).toHaveLength(1);
  });

  test("that was never asked to measure tells no signal, and invents none", async () => {
    const { commands } = bus(managed({ Modem: MODEM, "Modem.Signal": dict({ Lte: "array [\n]" }) }));
    expect(await askManager(commands, "modemmanager")).toMatchObject({
      reading: { registration: "unknown", signal: {} },
    });
  });

  test("without a modem says so", async () => {
    const empty = { "/org/freedesktop/ModemManager1 GetManagedObjects": "array [\n]" };
    expect(await askManager(bus(empty).commands, "modemmanager")).toEqual({ found: "noModem" });
  });
});

/** Signatures and names by oFono's and ModemManager's own documents; the figures are made up. */
describe("on a real bus", () => {
  let bus: MadeUpBus;
  const before = process.env.DBUS_SYSTEM_BUS_ADDRESS;
  beforeAll(async () => {
    bus = await openBus();
    process.env.DBUS_SYSTEM_BUS_ADDRESS = bus.address;
  });
  afterAll(async () => {
    if (before === undefined) delete process.env.DBUS_SYSTEM_BUS_ADDRESS;
    else process.env.DBUS_SYSTEM_BUS_ADDRESS = before;
    await bus.close();
  });

  test("nobody has the name: there is no manager", async () => {
    expect(await askManager(openCommands(), "ofono")).toEqual({ found: "noManager" });
    expect(await askManager(openCommands(), "modemmanager")).toEqual({ found: "noManager" });
  });

  test("oFono is read as it speaks", async () => {
    await bus.serve("org.ofono", {
      "/ GetModems": [
        "a(oa{sv})",
        [
          ["/hfp/org/bluez/hci0", { Online: ["b", false], Name: ["s", 'a "phone"\nof two lines'] }],
          [
            "/gobi_0",
            {
              Online: ["b", true],
              Powered: ["b", true],
              Manufacturer: ["s", "Quectel"],
              Model: ["s", "EC25"],
              Features: ["as", []],
              Interfaces: ["as", ["org.ofono.NetworkRegistration", "org.ofono.NetworkMonitor"]],
            },
          ],
        ],
      ],
      "/gobi_0 GetProperties": [
        "a{sv}",
        {
          Status: ["s", "roaming"],
          Technology: ["s", "lte"],
          Name: ["s", "Télé 2"],
          Strength: ["y", 61],
          LocationAreaCode: ["q", 4_660],
          CellId: ["u", 12_345],
        },
      ],
      "/gobi_0 GetServingCellInformation": [
        "a{sv}",
        {
          Technology: ["s", "lte"],
          EARFCN: ["q", 1_850],
          ReferenceSignalReceivedPower: ["y", 46],
          ReferenceSignalReceivedQuality: ["y", 20],
          SignalToNoiseRatio: ["i", 12],
        },
      ],
    });
    expect(await askManager(openCommands(), "ofono")).toEqual({
      found: "answers",
      reading: {
        maker: "Quectel",
        model: "EC25",
        registration: "roaming",
        name: "Télé 2",
        technology: "LTE",
        signal: { rssiDbm: -75, rsrpDbm: -95, rsrqDb: -10 },
      },
    });
  });

  test("ModemManager is read as it speaks", async () => {
    const [MM, modem] = ["org.freedesktop.ModemManager1", "/org/freedesktop/ModemManager1/Modem/0"];
    await bus.serve(MM, {
      "/org/freedesktop/ModemManager1 GetManagedObjects": [
        "a{oa{sa{sv}}}",
        {
          [modem]: {
            [`${MM}.Modem.Simple`]: {},
            [`${MM}.Modem`]: {
              Manufacturer: ["s", "Sierra Wireless, Incorporated"],
              Model: ["s", "MC7455"],
              AccessTechnologies: ["u", 1 << 14],
              State: ["i", 11],
              SignalQuality: ["(ub)", [71, true]],
              Ports: ["a(su)", [["cdc-wdm0", 6]]],
              UnlockRetries: ["a{uu}", {}],
              SupportedIpFamilies: ["u", 3],
            },
            [`${MM}.Modem.Modem3gpp`]: {
              RegistrationState: ["u", 1],
              OperatorName: ["s", "SFR"],
              Pco: ["a(ubay)", [[1, true, [1, 2, 3]]]],
            },
            [`${MM}.Modem.Signal`]: {
              Rate: ["u", 30],
              Lte: ["a{sv}", { rssi: ["d", -65], rsrp: ["d", -97.25], rsrq: ["d", -9.5], snr: ["d", 11.2] }],
              Gsm: ["a{sv}", {}],
            },
          },
        },
      ],
    });
    expect(await askManager(openCommands(), "modemmanager")).toEqual({
      found: "answers",
      reading: {
        maker: "Sierra Wireless, Incorporated",
        model: "MC7455",
        registration: "home",
        name: "SFR",
        technology: "LTE",
        signal: { rssiDbm: -65, rsrpDbm: -97.2, rsrqDb: -9.5, sinrDb: 11.2 },
      },
    });
  });
});

describe("a reply", () => {
  test("cut anywhere is none, and never throws", () => {
    const whole = reply(OFONO_MODEMS);
    expect(readReply(whole)).toHaveLength(1);
    const lines = whole.trimEnd().split("\n");
    for (let kept = 2; kept < lines.length; kept++) {
      expect(readReply(lines.slice(0, kept).join("\n")), `${kept} lines`).toBeUndefined();
    }
  });

  test("that is an error is none", () => {
    expect(readReply("Error org.freedesktop.DBus.Error.ServiceUnknown: nobody")).toBeUndefined();
    expect(readReply("")).toBeUndefined();
  });

  test("nested beyond reason is none", () => {
    expect(readReply(reply(`${"struct {\n".repeat(50)}byte 1\n${"}\n".repeat(50)}`))).toBeUndefined();
  });

  test("of a real bus is read as it is", async () => {
    const daemon = spawn("dbus-daemon", ["--session", "--nofork", "--print-address"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      const address = await new Promise<string>((resolve, reject) => {
        daemon.once("error", reject);
        daemon.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
      });
      const call = (...argv: string[]): string =>
        execFileSync(
          "dbus-send",
          [
            `--bus=${address}`,
            "--print-reply",
            "--dest=org.freedesktop.DBus",
            "/org/freedesktop/DBus",
            ...argv,
          ],
          { encoding: "utf8" },
        );
      const names = readReply(call("org.freedesktop.DBus.ListNames"))?.[0];
      expect(names).toContain("org.freedesktop.DBus");
      const own = call("org.freedesktop.DBus.GetConnectionCredentials", "string:org.freedesktop.DBus");
      const credentials = readReply(own)?.[0];
      expect(within(credentials, "ProcessID")).toBe(daemon.pid);
      const all = call("org.freedesktop.DBus.Properties.GetAll", "string:org.freedesktop.DBus");
      expect(within(readReply(all)?.[0], "Interfaces")).toContain("org.freedesktop.DBus.Monitoring");
    } finally {
      const ended = new Promise((resolve) => daemon.once("exit", resolve));
      daemon.kill();
      await ended;
    }
  });
});
