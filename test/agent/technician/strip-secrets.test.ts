import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import { HIDDEN, stripSecrets } from "../../../agent/technician/strip-secrets.ts";

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
});
