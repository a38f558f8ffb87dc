import fc from "fast-check";
import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import { HIDDEN, hideSecret, stripSecrets } from "../../../agent/technician/strip-secrets.ts";

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
    ["a broker's query, whatever it is called", 'servers = ["ws://lns.example/mqtt?hunter2"]'],
    ["a broker's query with quotes", `servers = ['wss://lns.example?a="hunter2']`],
    ["a broker's query in JSON in JSON", String.raw`{"cut":"{\"server\":\"ws://lns.example/?x=hunter2\"}"}`],
    ["a header", "Authorization: Bearer hunter2hunter2"],
    ["a key cut off", "-----BEGIN EC PRIVATE KEY-----\nhunter2\n"],
    ["WireGuard's", "PrivateKey = hunter2=\n"],
    ["a SIM's", "sim_pin=hunter2"],
    ["a value on the next line", "password:\n  hunter2\n"],
    ["a user and his password", '{"auth":"user:hunter2"}'],
    ["a short name", '{"pw":"hunter2"}'],
    ["YAML's block", "apikey: |\n  hunter2\n  hunter2\nport: 1700\n"],
    ["YAML's folded block", "lns:\n  token: >-\n\n    hunter2\n"],
    ["XML", "<server><password>hunter2</password></server>"],
    ["XML with a space of names", '<a:token kind="x"><![CDATA[<hunter2>]]></a:token>'],
    ["columns with a tab", "passwd\thunter2 hunter2"],
    ["columns, as pppd has them", "  password   hunter2\n"],
    ["a URL's signature", "see https://a.example/x?n=1&sig=hunter2"],
    ["curl's option", "curl -u user:hunter2 https://a.example"],
    ["curl's option without a blank", "curl -uuser:hunter2 https://a.example"],
    ["curl's option, long", "curl --user=user:hunter2 https://a.example"],
    ["curl's option in a list", '["/usr/bin/curl", "-u", "user:hunter2"]'],
    ["a list of arguments", 'argv=["--token","hunter2", "-P", "hunter2"]'],
    ["an option in quotes", `login --password "correct hunter2"`],
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

  test("a firewall's rule is none", () => {
    const rules = "-P INPUT ACCEPT\n-A INPUT -p udp --dport 1700 -j DROP\n";
    expect(stripSecrets(rules)).toBe(rules);
  });

  test("an object with such a name is looked into, and what stands beside it stays", () => {
    const json = '{"auth":{"user":"gw","secret":"x"},"tokens":{},"port":1700}';
    expect(stripSecrets(json)).toBe(json.replace('"x"', `"${HIDDEN}"`));
  });

  test("of a value that becomes JSON, by name and by text, and it stays JSON", () => {
    const value = {
      evidence: "refused: password=hunter2, see the log",
      token: "hunter2",
      pin: 1234,
      url: "mqtts://gw:hunter2@lns.example",
      nested: [{ key: "hunter2", frames: 3, keys: { up: 1 } }],
    };
    const text = JSON.stringify(value, hideSecret);
    expect(text).not.toMatch(/hunter2|1234/);
    expect(JSON.parse(text)).toMatchObject({
      token: HIDDEN,
      nested: [{ key: HIDDEN, frames: 3, keys: { up: 1 } }],
    });
  });

  test("a broker's query leaves a list that can be parsed", () => {
    const stripped = stripSecrets(`servers = ["ws://a/?x\\"y", 'wss://b?z', "mqtt://c"] # main`);
    expect(parse(stripped)).toEqual({ servers: [`ws://a/?${HIDDEN}`, `wss://b?${HIDDEN}`, "mqtt://c"] });
    const json = JSON.stringify({ cut: JSON.stringify({ server: "ws://a?x", at: 1 }) });
    expect(JSON.parse(JSON.parse(stripSecrets(json)).cut)).toEqual({ server: `ws://a?${HIDDEN}`, at: 1 });
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
    ["one word of secrets without a break", "pass".repeat(50_000)],
    ["an element without end", `<${"pass".repeat(50_000)}`],
    ["elements without end", "<key ".repeat(40_000)],
    ["blocks", "key: |\n ".repeat(20_000)],
    ["blank lines", `key: |${"\n".repeat(200_000)}`],
    ["options", '"--key",'.repeat(20_000)],
    ["users", "-u".repeat(100_000)],
    ["blanks", " ".repeat(200_000)],
    ["blanks behind a name", `key${" ".repeat(200_000)}x y`],
    ["tabs behind a name", `key${"\t".repeat(200_000)}`],
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
