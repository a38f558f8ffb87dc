import fc from "fast-check";
import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import { HIDDEN, stripSecrets } from "../../../agent/technician/strip-secrets.ts";

/** All of ASCII that is no blank. */
const PRINTABLE = Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at));

describe("settings without their secrets", () => {
  test.each([
    ["TOML", 'password = "hunter2"'],
    ["TOML, a longer name", 'mqtt_password="hunter2" # old'],
    ["TOML, several lines", 'token = """\nhunter2\n"""'],
    ["JSON", '{"app_key":"hunter2","port":1700}'],
    ["JSON, nested", '{"auth": { "secret" : "hunter2" }}'],
    ["a shell's", "API_TOKEN=hunter2"],
    ["an escaped quote", String.raw`{"passwd":"hun\"hunter2"}`],
    ["a list", 'tokens = ["hunter2", "hunter2"]'],
    ["a URL", 'server = "mqtts://user:hunter2@lns.example:8883"'],
    ["PEM", "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----"],
    ["TTN's", '"lns_key": "hunter2"'],
    ["an INI value with spaces", "password = correct horse hunter2"],
    ["an INI value with a comma and a hash", "passwd=a,b}#hunter2"],
    ["a comment", "#password=hunter2"],
    ["an INI comment", ";mqtt_pass = hunter2"],
    ["a shell that puts pieces together", `PASS="a"'hunter2'`],
    ["a string that is not closed", 'password = "a hunter2'],
    ["an option of a program", 'OPTIONS="-u gw --password hunter2 -v"'],
    ["an option of Mosquitto's", "mosquitto_pub -h x -u gw -P hunter2"],
    ["a URL's query", 'url = "https://lns.example/?x=1&token=hunter2"'],
    ["a URL whose password has a slash and an at", 'server = "mqtt://user:a/b@hunter2@lns.example"'],
    ["a URL whose password has a quote", `server = 'mqtt://user:a"hunter2@lns.example'`],
    ["a header", "Authorization: Bearer hunter2hunter2"],
    ["a key cut off", "-----BEGIN EC PRIVATE KEY-----\nhunter2\n"],
    ["WireGuard's", "PrivateKey = hunter2=\n"],
    ["a SIM's", "sim_pin=hunter2"],
    ["a value on the next line", "password:\n  hunter2\n"],
    ["JSON in JSON", String.raw`{"conf":"{\"password\":\"hunter2\"}"}`],
  ])("%s", (_what, text) => {
    expect(stripSecrets(text)).not.toContain("hunter2");
    expect(stripSecrets(text)).toContain(HIDDEN);
  });

  test("leaves all else, comments too, and can still be parsed", () => {
    const text =
      '# keys to the tower: ask Marie\n[server]\nnode = "127.0.0.1"\npassword = "x" # old\nport = 1700\n';
    const stripped = stripSecrets(text);
    expect(stripped).toBe(text.replace('"x"', `"${HIDDEN}"`));
    expect(parse(stripped)).toEqual({ server: { node: "127.0.0.1", password: HIDDEN, port: 1700 } });
    const json =
      '{"gateway_conf":{"gateway_ID":"AA555A0000000000","server_address":"lns.example","keepalive_interval":10}}';
    expect(stripSecrets(json)).toBe(json);
    expect(JSON.parse(stripSecrets('{"secret":12,"a":1}'))).toMatchObject({ a: 1 });
  });

  test("a URL's query leaves the rest of its line, and a place of a key is none", () => {
    expect(stripSecrets('url = "https://a/?token=x&n=1" # main')).toBe(
      `url = "https://a/?token=${HIDDEN}&n=1" # main`,
    );
    const places = 'key_file = "/etc/edge-agent/key.pem"\nkeepalive = 30\nmonitor = "keyboard"\n';
    expect(stripSecrets(places)).toBe(places);
  });

  /** What somebody may have thought of; at least so long that it stands nowhere by chance. */
  const secret = fc
    .tuple(
      fc.constant("Zq7"),
      fc.string({ minLength: 6, maxLength: 24, unit: fc.constantFrom(...PRINTABLE) }),
    )
    .map((parts) => parts.join(""));
  const name = fc.constantFrom(
    ...[
      "password",
      "PASSWD",
      "mqtt.password",
      "gw_pass",
      "api-token",
      "client_secret",
      "AppKey",
      "nwk_s_key",
    ],
    ...["lns_key", "PrivateKey", "psk", "key", "wifi_passphrase", "apn_pwd", "sim-pin", "credentials"],
  );
  const around = fc.constantFrom("", "a = 1\n", "[server]\nport = 1700\n", "# old\n");

  test.each<readonly [string, (name: string, secret: string) => string]>([
    ["TOML", (key, value) => `"${key}" = ${JSON.stringify(value)}`],
    ["TOML in a table", (key, value) => `it = { user = "u", "${key}" = ${JSON.stringify(value)}, n = 1 }`],
    ["JSON", (key, value) => JSON.stringify({ a: 1, [key]: value, b: [2] })],
    ["JSON of several lines", (key, value) => JSON.stringify({ a: { [key]: value }, b: 2 }, undefined, 2)],
    ["INI", (key, value) => `${key}=${value}`],
    ["INI with blanks", (key, value) => `  ${key} = ${value}`],
    ["a comment", (key, value) => `# ${key}: ${value}`],
    ["a shell's single quotes", (key, value) => `export ${key}='${value.replaceAll("'", `'\\''`)}'`],
    ["a URL", (_key, value) => `server = "mqtts://gw:${encodeURIComponent(value)}@lns.example:8883/mqtt"`],
    ["a URL, badly written", (_key, value) => `server=mqtt://gw:${value}@lns.example`],
  ])("whatever the secret is: %s", (_what, write) => {
    fc.assert(
      fc.property(name, secret, around, around, (key, value, before, after) => {
        const stripped = stripSecrets(`${before}${write(key, value)}\n${after}`);
        // No piece of it that is long enough to be one.
        for (const piece of [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)])
          for (let at = 0; at + 5 <= piece.length; at++)
            expect(stripped).not.toContain(piece.slice(at, at + 5));
        expect(stripped.startsWith(before) && stripped.endsWith(after)).toBe(true);
      }),
    );
  });

  test.each([
    ["one word", "a".repeat(200_000)],
    ["one word of secrets", "key".repeat(60_000)],
    ["a URL without end", `mqtt://${"a".repeat(200_000)}`],
    ["URLs", "mqtt://a ".repeat(20_000)],
    ["URLs without blanks", "x=mqtt://a:".repeat(20_000)],
    ["quotes", '"'.repeat(100_000)],
    ["names", '"password":'.repeat(20_000)],
    ["lists that are not closed", "key=[".repeat(20_000)],
    ["keys cut off", "-----BEGIN A-----".repeat(5_000)],
  ])("a file that nobody has written holds nobody up: %s", (_what, text) => {
    const begunMs = performance.now();
    stripSecrets(text);
    expect(performance.now() - begunMs).toBeLessThan(5_000);
  });
});
