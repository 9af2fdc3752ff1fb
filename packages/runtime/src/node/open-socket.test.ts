import { afterEach, describe, expect, it } from "vitest";
import { FakeClock } from "../testing/fake-clock.js";
import { openSocket } from "./open-socket.js";
import { closeAll, freePort, listenWith } from "./sockets.fixture.js";

afterEach(closeAll);

const host = "127.0.0.1";
const signal = undefined;

describe("openSocket", () => {
  it("gives a connected socket and leaves no timer", async () => {
    const clock = new FakeClock();
    const port = await listenWith(() => {});
    const socket = await openSocket({ host, port }, { timeoutMs: 100, clock, signal });
    expect(socket.remotePort).toBe(port);
    expect(clock.armed).toBe(0);
    expect(socket.listenerCount("error") + socket.listenerCount("connect")).toBe(0);
    socket.destroy();
  });

  it("gives up a name that is not found in time", async () => {
    const clock = new FakeClock();
    const opening = openSocket({ host: "localhost", port: 9 }, { timeoutMs: 60_000, clock, signal });
    // The look-up has not come back yet: nothing has run since.
    clock.advance(5000);
    await expect(opening).rejects.toMatchObject({
      code: "ConnectTimeout",
      message:
        "connect timeout: DNS resolution timed out: the host name in tcp://localhost:9 was not found within 5000 ms",
    });
    expect(clock.armed).toBe(0);
  });

  it("gives up a host that does not answer in time", async () => {
    const clock = new FakeClock();
    const port = await listenWith(() => {});
    const opening = openSocket({ host, port }, { timeoutMs: 30_000, clock, signal });
    clock.advance(29_999);
    expect(clock.armed).toBe(1);
    clock.advance(1);
    await expect(opening).rejects.toMatchObject({
      code: "ConnectTimeout",
      message: `connect timeout: tcp://127.0.0.1:${port} did not answer within 30000 ms`,
    });
    expect(clock.armed).toBe(0);
  });

  it("leaves no timer and no listener when it fails or is cancelled", async () => {
    const clock = new FakeClock();
    const port = await freePort();
    await expect(openSocket({ host, port }, { timeoutMs: 100, clock, signal })).rejects.toMatchObject({
      code: "Io",
    });
    const controller = new AbortController();
    const options = { timeoutMs: 100, clock, signal: controller.signal };
    const opening = openSocket({ host, port }, options);
    controller.abort("enough");
    await expect(opening).rejects.toMatchObject({ code: "Cancelled", cause: "enough" });
    await expect(openSocket({ host, port }, options)).rejects.toMatchObject({ code: "Cancelled" });
    expect(clock.armed).toBe(0);
  });
});
