/** Goal: `watch` fits every terminal, says what passes, obeys its keys, and gives the screen back on every way out. */
import { describe, expect, onTestFinished, test } from "vitest";
import { until } from "../../until.ts";
import { createGateway, type Forwarder, type Gateway, openForwarder, runCommand } from "../run-rig.ts";
import { openScreen, type Screen, type Size } from "./screen.ts";

const SMALL: Size = { columns: 80, rows: 24 };
const LARGE: Size = { columns: 200, rows: 50 };

async function gatewayOnAir(): Promise<{
  gateway: Gateway;
  forwarder: Forwarder;
  stop: () => Promise<unknown>;
}> {
  const gateway = createGateway({ servers: ["mqtt://127.0.0.1:1"] });
  const agent = await gateway.start();
  const forwarder = await openForwarder(agent.port);
  forwarder.pull();
  forwarder.push("26000001", 1);
  // Before anybody watches.
  await until(() => forwarder.acked.size === 1, "a PUSH_ACK");
  return { gateway, forwarder, stop: () => agent.stop() };
}

function watchOf(gateway: Gateway, size: Size, words: readonly string[] = []): Promise<Screen> {
  return openScreen(["watch", "--socket", gateway.socket, ...words], size);
}

describe("watch in a terminal", () => {
  test.each([
    ["80x24", SMALL],
    ["200x50", LARGE],
  ])("at %s it fills the screen, line by line within its width", async (_name, size) => {
    const { gateway, forwarder, stop } = await gatewayOnAir();
    const screen = await watchOf(gateway, size);
    await screen.shows(/q quit/);
    for (let fCnt = 2; fCnt < 60; fCnt++) forwarder.push("26011bda", fCnt);
    await screen.shows(/26011bda +up +59 .* on disk/);
    expect(screen.lines()).toHaveLength(size.rows);
    // What a screen shows comes in pieces.
    const shown = (at: number, what: RegExp) =>
      until(
        () => what.test(screen.lines().at(at)!),
        () => `${what} in line ${at}:\n${screen.text()}`,
      );
    await shown(0, /^edge-agent \S+ {2}7276ff0044010010 {2}up .* \d\d:\d\d:\d\d$/);
    await shown(1, /^main (out of reach|connecting)/);
    await shown(2, /frames waiting: \d+, the oldest .*; (\d+\/min, )?heard: 58, repeats: 0, refused: 0$/);
    await shown(4, /^time +device +type/);
    await shown(-1, /q quit/);
    const rows = () => screen.lines().filter((line) => line.includes("26011bda"));
    await until(() => rows().length === size.rows - 6, "every row");
    await until(() => screen.hasColours());
    screen.type("q");
    expect(await screen.ended).toBe(0);
    expect(screen.isGivenBack()).toBe(true);
    expect(screen.isCursorHidden()).toBe(false);
    expect(screen.text()).toContain("shell's own line");
    await stop();
  });

  test("it follows the window's size", async () => {
    const { gateway, forwarder, stop } = await gatewayOnAir();
    const screen = await watchOf(gateway, SMALL);
    await screen.shows(/q quit/);
    for (let fCnt = 2; fCnt < 60; fCnt++) forwarder.push("26011bda", fCnt);
    await screen.shows(/26011bda +up +59 /);
    screen.resize(LARGE);
    await screen.shows(/26011bda +up +16 [\s\S]*q quit$/);
    expect(screen.lines()).toHaveLength(50);
    expect(screen.lines().at(-1)).toContain("q quit");
    screen.resize({ columns: 40, rows: 10 });
    await screen.shows(/^f filter .*…$/m);
    expect(screen.lines()).toHaveLength(10);
    screen.resize(SMALL);
    await screen.shows(/26011bda +up +42 [^\n]*\n[^\n]*q quit$/);
    await until(() => screen.lines().filter((line) => line.includes("26011bda")).length === 18, "every row");
    screen.type("q");
    await screen.ended;
    await stop();
  });

  test("keys filter, pause, sort and help", async () => {
    const { gateway, forwarder, stop } = await gatewayOnAir();
    const screen = await watchOf(gateway, SMALL);
    await screen.shows(/q quit/);
    forwarder.push("26011bda", 5);
    forwarder.push("27000000", 6);
    await screen.shows(/27000000/);
    screen.type("f2601");
    await screen.shows(/filter: 2601_/);
    screen.type("\r");
    await screen.shows(/filter: 2601$/m);
    await until(
      () => !screen.text().includes("27000000") && screen.text().includes("26011bda"),
      "only what fits",
    );
    screen.type("\u001b");
    await screen.shows(/27000000/);
    screen.type("p");
    await screen.shows(/PAUSED/);
    forwarder.push("28000000", 7);
    await screen.shows(/heard: 3/);
    expect(screen.text()).not.toContain("28000000");
    screen.type("p");
    await screen.shows(/28000000/);
    screen.type("s");
    await screen.shows(/by device/);
    const order = () => screen.lines().flatMap((line) => /^\S+ (2\d{7}|26011bda)/.exec(line)?.[1] ?? []);
    await until(
      () => order().join() === "26011bda,27000000,28000000",
      () => `the order of devices:\n${screen.text()}`,
    );
    screen.type("h");
    await screen.shows(/NbTrans: the device itself/);
    screen.type("h");
    await screen.shows(/by device/);
    screen.type("\u0003");
    expect(await screen.ended).toBe(0);
    expect(screen.isGivenBack()).toBe(true);
    await stop();
  });

  test.each(["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"] as const)(
    "%s gives the screen back",
    async (signal) => {
      const { gateway, stop } = await gatewayOnAir();
      const screen = await watchOf(gateway, SMALL);
      await screen.shows(/q quit/);
      expect(screen.isGivenBack()).toBe(false);
      screen.signal(signal);
      await screen.ended;
      expect(screen.isGivenBack()).toBe(true);
      expect(screen.isCursorHidden()).toBe(false);
      await stop();
    },
  );

  test("an agent that goes away is waited for", async () => {
    const { gateway, stop } = await gatewayOnAir();
    const screen = await watchOf(gateway, SMALL);
    await screen.shows(/q quit/);
    await stop();
    await screen.shows(/the agent does not answer; trying again/);
    const again = await gateway.start();
    const forwarder = await openForwarder(again.port);
    await screen.shows(/^main /m);
    // The feed comes back after the line of the core, and tells of what is heard from then on.
    let fCnt = 9;
    const pushing = setInterval(() => forwarder.push("26011bda", fCnt++), 200);
    onTestFinished(() => clearInterval(pushing));
    await screen.shows(/26011bda +up +(9|\d\d) /);
    clearInterval(pushing);
    screen.type("q");
    expect(await screen.ended).toBe(0);
    await again.stop();
  });

  test("NO_COLOR is obeyed, and French spoken", async () => {
    const { gateway, forwarder, stop } = await gatewayOnAir();
    const words = ["watch", "--socket", gateway.socket, "--lang", "fr"];
    const screen = await openScreen(words, SMALL, { NO_COLOR: "1" });
    await screen.shows(/q quitter/);
    forwarder.push("26011bda", 5);
    await screen.shows(/26011bda .* 7,5 SF7 +868,100 .* disque/);
    expect(screen.hasColours()).toBe(false);
    screen.type("q");
    await screen.ended;
    await stop();
  });

  test("without a terminal it says so, and what to use instead", () => {
    const said = runCommand(["watch", "--socket", "/nowhere.sock"]);
    expect(said).toMatchObject({ code: 2, stdout: "" });
    expect(said.stderr).toContain("edge-agent frames --json");
  });

  test("without an agent it says how to start one, and leaves the screen alone", async () => {
    const screen = await openScreen(["watch", "--socket", "/nowhere.sock"], SMALL);
    expect(await screen.ended).toBe(3);
    expect(screen.lines().join("")).toContain("edge-agent run");
    expect(screen.isGivenBack()).toBe(true);
  });
});
