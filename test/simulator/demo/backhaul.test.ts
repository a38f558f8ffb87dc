import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openBackhaul } from "../../../simulator/demo/backhaul.ts";

/** A core that says what it hears, behind a backhaul. */
async function echoBehindBackhaul() {
  const core = createServer((socket) => socket.on("error", () => undefined).pipe(socket));
  core.listen(0, "127.0.0.1");
  await once(core, "listening");
  const backhaul = await openBackhaul({ host: "127.0.0.1", port: (core.address() as AddressInfo).port });
  onTestFinished(async () => {
    await backhaul.close();
    core.close();
  });
  const call = async () => {
    const socket = connect(backhaul.port, "127.0.0.1").on("error", () => undefined);
    await once(socket, "connect");
    return socket;
  };
  return { backhaul, call };
}

test("a backhaul carries both ways until it is cut, and again when it is restored", async () => {
  const { backhaul, call } = await echoBehindBackhaul();
  const first = await call();
  first.write("up");
  expect(String((await once(first, "data"))[0])).toBe("up");

  backhaul.cut();
  await new Promise((closed) => first.on("close", closed));
  const refused = connect(backhaul.port, "127.0.0.1").on("error", () => undefined);
  await new Promise((closed) => refused.on("close", closed));

  backhaul.restore();
  const again = await call();
  again.write("back");
  expect(String((await once(again, "data"))[0])).toBe("back");
  again.destroy();
});
