/** Calls over TCP, both ways, alone and by the thousand. */
import { CallError, DeclaredError, Metadata, router } from "@voxrpc/runtime";
import { connect, connectSession, serve } from "@voxrpc/runtime/node";
import { describe, expect, it } from "vitest";
import { Back, backDispatcher, Golden, goldenDispatcher } from "../support/golden-client.js";
import { closeAfterEach, gate, opens, until } from "../support/opened.js";

closeAfterEach();

const anyPort = "tcp://127.0.0.1:0";

describe("calls", () => {
  it("are answered, refused by declared errors, and cancelled", async () => {
    const aborted = gate<unknown>();
    const onWait = (_: number, { signal }: { signal: AbortSignal }) =>
      new Promise<number>((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          aborted.open(signal.reason);
          reject(signal.reason);
        });
      });
    const server = opens(await serve(anyPort, goldenDispatcher({ onWait })));
    await using shop = await connect(server.url, Golden);
    expect(await shop.hello()).toBe("hello");
    expect(await shop.add(2, 3)).toBe(5);
    expect(await shop.lookup("")).toBe(undefined);
    const refused = await shop.divide(1n, 0n).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DeclaredError);
    expect(refused).toMatchObject({ value: { kind: "DivideByZero" } });
    const controller = new AbortController();
    const waiting = shop.wait(1, { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: "Cancelled" });
    await aborted.promise;
    expect(await shop.add(1, 1)).toBe(2);
  });

  it.each([100, 1000])("%d at once are all answered with their own answer", async (count) => {
    const server = opens(await serve(anyPort, goldenDispatcher()));
    await using shop = await connect(server.url, Golden);
    const answers = await Promise.all(Array.from({ length: count }, (_, index) => shop.add(index, 7)));
    expect(answers).toEqual(Array.from({ length: count }, (_, index) => index + 7));
  });

  it("of 50 clients at once do not mix", async () => {
    const server = opens(await serve(anyPort, goldenDispatcher()));
    const clients = await Promise.all(Array.from({ length: 50 }, () => connect(server.url, Golden)));
    const answers = await Promise.all(
      clients.flatMap((client, index) =>
        Array.from({ length: 20 }, (_, turn) => client.add(index * 100, turn)),
      ),
    );
    expect(answers).toEqual(Array.from({ length: 1000 }, (_, at) => Math.floor(at / 20) * 100 + (at % 20)));
    await until(() => server.sessionCount === 50);
    await Promise.all(clients.map((client) => client.$close()));
    await until(() => server.sessionCount === 0);
  });

  it("carry megabytes both ways", async () => {
    const server = opens(await serve(anyPort, goldenDispatcher()));
    await using shop = await connect(server.url, Golden);
    const texts = Array.from({ length: 8 }, (_, index) => `${index} é`.repeat(400_000));
    const answers = await Promise.all(texts.map((text) => shop.lookup(text)));
    for (const [index, answer] of answers.entries()) expect(answer === texts[index]).toBe(true);
    expect(await shop.hello()).toBe("hello");
  });

  it("go from the server to the client, too", async () => {
    const names = gate<string[]>();
    const server = opens(
      await serve(anyPort, goldenDispatcher(), {
        onSession: (session) => {
          const back = session.client(Back);
          Promise.all([back.name(1), back.name(2)]).then(names.open, (error) => names.open([String(error)]));
        },
      }),
    );
    await using shop = await connect(server.url, Golden, { serve: backDispatcher() });
    expect(await names.promise).toEqual(["name 1", "name 2"]);
    expect(await shop.hello()).toBe("hello");
    expect(server.sessions).toHaveLength(1);
  });

  it("find their service among several, over one session or each its own", async () => {
    const routes = router([goldenDispatcher(), backDispatcher()]);
    const server = opens(await serve(anyPort, routes));
    await using shop = await connect(server.url, Golden);
    await using back = await connect(server.url, Back);
    await using session = await connectSession(server.url);
    expect([await shop.add(1, 2), await back.name(3)]).toEqual([3, "name 3"]);
    expect(await session.client(Golden).add(1, 2)).toBe(3);
    expect(await session.client(Back).name(4)).toBe("name 4");
    await expect(back.$caller.session.isOpen).toBe(true);
    await expect(connectSession(server.url, { service: "Nobody" })).rejects.toThrow("unknown service Nobody");
  });

  it("see what the peer said in the handshake", async () => {
    const seen = gate<string | undefined>();
    const server = opens(
      await serve(anyPort, goldenDispatcher(), {
        metadata: new Metadata({ region: "north" }),
        onSession: ({ peerMetadata }) => seen.open(peerMetadata.getString("tenant")),
      }),
    );
    const session = opens(
      await connectSession(server.url, { metadata: new Metadata({ tenant: "blue" }), service: "Golden" }),
    );
    expect(session.peerMetadata.getString("region")).toBe("north");
    expect(await seen.promise).toBe("blue");
    expect(session.remoteAddress).toBe(server.url);
    expect(server.sessions[0]?.remoteAddress).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
  });
});

describe("the end of a session", () => {
  it("by the client waits for its calls, then ends the server's session", async () => {
    const answer = gate<number>();
    const started = gate<void>();
    const server = opens(
      await serve(
        anyPort,
        goldenDispatcher({
          onWait: () => {
            started.open();
            return answer.promise;
          },
        }),
      ),
    );
    const shop = await connect(server.url, Golden);
    const waiting = shop.wait(1);
    await started.promise;
    const closing = shop.$close();
    await expect(shop.add(1, 2)).rejects.toMatchObject({ code: "ConnectionClosed" });
    answer.open(11);
    expect(await waiting).toBe(11);
    await closing;
    await until(() => server.sessionCount === 0);
    await shop.$close();
  });

  it("by a client that dies aborts its handlers", async () => {
    const aborted = gate<void>();
    const started = gate<void>();
    const onWait = (_: number, { signal }: { signal: AbortSignal }) => {
      started.open();
      signal.addEventListener("abort", () => aborted.open());
      return new Promise<number>(() => {});
    };
    const server = opens(await serve(anyPort, goldenDispatcher({ onWait })));
    const shop = await connect(server.url, Golden);
    const waiting = shop.wait(1);
    await started.promise;
    shop.$session.abort();
    await expect(waiting).rejects.toMatchObject({ code: "SessionShutdown" });
    await aborted.promise;
    await until(() => server.sessionCount === 0);
  });

  it("by a server that dies fails the calls of its clients", async () => {
    const started = gate<void>();
    const onWait = () => {
      started.open();
      return new Promise<number>(() => {});
    };
    const server = opens(await serve(anyPort, goldenDispatcher({ onWait })));
    const shop = opens(await connect(server.url, Golden));
    const waiting = shop.wait(1).catch((error: unknown) => error);
    await started.promise;
    server.abort();
    const error = await waiting;
    expect(error).toBeInstanceOf(CallError);
    expect(error).toMatchObject({ code: "ConnectionClosed" });
    await server.closed;
    expect((await shop.$session.closed).reason).toMatch(/^(Remote|Transport)$/);
    await expect(shop.hello()).rejects.toMatchObject({ code: "ConnectionClosed" });
  });
});
