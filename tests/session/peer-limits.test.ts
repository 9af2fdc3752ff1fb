/**
 * A message that is too large for the peer fails where it is sent, alone, with the reason; the session and its other
 * calls go on.
 */
import { channel, type Limits, Metadata } from "@voxrpc/runtime";
import type * as $ from "@voxrpc/runtime/gen/v1";
import { connectPair, type SessionPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Golden, type GoldenClient } from "../support/gen/session.vox.js";
import { serveGolden } from "../support/golden-service.js";
import { resumable } from "../support/resumable.js";

const frame = 64 * 1024;
const small: Partial<Limits> = { maxFrameBytes: frame };
const large = "x".repeat(100_000);
const tooLarge = /has 1000\d\d bytes and (the peer takes|a frame may have) 65536 \(limit maxFrameBytes\)/;

let answer: (value: number) => void = () => {};
const dispatcher = (): $.Dispatcher =>
  serveGolden({
    hello: () => "hello",
    add: (a, b) => a + b,
    lookup: (text) => (text === "large" ? large : `${text.length}`),
    wait: () =>
      new Promise<number>((resolve) => {
        answer = resolve;
      }),
    echo: async (input, output) => {
      let count = 0;
      for await (const text of input) {
        await output.send(text === "large" ? large : text);
        count += 1;
      }
      return count;
    },
  });

/** Twice the default: who raises its limit learns that the peer has not. */
const raised: Partial<Limits> = { maxFrameBytes: 32 << 20 };

const sides: Readonly<Record<string, { client?: object; server?: object }>> = {
  "the peer's limit is smaller": { server: { limits: small } },
  "our limit is smaller": { client: { limits: small } },
};

/** Runs beside a call that waits, which must not be hurt. */
async function beside(pair: SessionPair, run: (caller: GoldenClient) => Promise<void>): Promise<void> {
  const caller = pair.client.client(Golden);
  const bystander = caller.wait(1);
  await settle();
  await run(caller);
  expect([pair.client.isOpen, pair.server.isOpen]).toEqual([true, true]);
  answer(7);
  expect(await bystander).toBe(7);
}

describe.each(Object.entries(sides))("%s", (_, options) => {
  it("an argument that is too large fails its call", async () => {
    await using pair = await connectPair(dispatcher(), options);
    await beside(pair, async (caller) => {
      const error = await caller.lookup(large).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: "EncodeFailed", message: expect.stringMatching(tooLarge) });
    });
  });

  it("an answer that is too large tells the caller so", async () => {
    const swapped = { client: options.server, server: options.client };
    await using pair = await connectPair(dispatcher(), { ...swapped, observer: {} });
    await beside(pair, async (caller) => {
      const error = await caller.lookup("large").catch((e: unknown) => e);
      expect(error).toMatchObject({
        code: "InvalidPayload",
        message: expect.stringMatching(/the answer cannot be sent: the message has 1000\d\d bytes/),
      });
    });
  });

  it("an item that is too large fails its send; the stream goes on", async () => {
    await using pair = await connectPair(dispatcher(), options);
    await beside(pair, async (caller) => {
      const input = channel<string>();
      const output = channel<string>();
      const call = caller.echo(input.rx, output.tx);
      const error = await input.tx.send(large).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: "EncodeFailed", message: expect.stringMatching(tooLarge) });
      await input.tx.send("small");
      await input.tx.close();
      const got: string[] = [];
      for await (const text of output.rx) got.push(text);
      expect([got, await call]).toEqual([["small"], 1]);
    });
  });
});

describe("the limit of a peer", () => {
  it("is not seen by applications, and takes none of the largest frames", async () => {
    await using pair = await connectPair(dispatcher(), { client: { metadata: new Metadata({ who: "me" }) } });
    expect(pair.server.peerMetadata.toJSON().map(({ key }) => key)).toEqual(["who", "vox-service"]);
    expect(pair.client.peerMetadata.toJSON().map(({ key }) => key)).toEqual(["vox-service"]);
    expect(await pair.client.client(Golden).lookup("x".repeat(10_000_000))).toBe("10000000");
  });

  it("is known when ours is raised and that of the server is not", async () => {
    await using pair = await connectPair(dispatcher(), { client: { limits: raised } });
    const error = await pair.client
      .client(Golden)
      .lookup("x".repeat(17 << 20))
      .catch((e: Error) => e);
    expect(error).toMatchObject({
      code: "EncodeFailed",
      message: expect.stringContaining("the peer takes 16777216"),
    });
    expect(await pair.client.client(Golden).lookup("abc")).toBe("3");
  });

  it("is that of the peer of the link in use: a call that waits fails once, after a reconnect, and no other", async () => {
    const own = await resumable(dispatcher());
    await own.cut();
    own.server = { limits: small };
    const caller = own.client.client(Golden);
    const calls = [caller.lookup(large), caller.lookup("abc")];
    const outcomes = Promise.allSettled(calls);
    await own.recover();
    const [first, second] = await outcomes;
    expect(first).toMatchObject({ status: "rejected", reason: { code: "EncodeFailed" } });
    expect(second).toEqual({ status: "fulfilled", value: "3" });
    expect(own.networks).toHaveLength(2);
    await own.close();
  });
});

describe("limits of metadata count for sending", () => {
  const entries = (count: number): Metadata => {
    const metadata = new Metadata();
    for (let index = 0; index < count; index++) metadata.append(`k${index}`, "v");
    return metadata;
  };
  it.each<[name: string, limits: Partial<Limits>, metadata: Metadata, fits: boolean]>([
    ["maxMetadataEntries, raised", { maxMetadataEntries: 500 }, entries(400), true],
    ["maxMetadataEntries, lowered", { maxMetadataEntries: 10 }, entries(20), false],
    ["maxMetadataBytes, raised", { maxMetadataBytes: 200_000 }, new Metadata({ k: large }), true],
    ["maxMetadataBytes, lowered", { maxMetadataBytes: 100 }, new Metadata({ k: "x".repeat(200) }), false],
  ])("%s", async (_, limits, metadata, fits) => {
    const answering = serveGolden({
      hello: (context) => {
        for (const { key, value } of metadata) context.responseMetadata.append(key, value);
        return "hello";
      },
    });
    await using pair = await connectPair(answering, {
      client: { limits },
      server: { limits },
      observer: {},
    });
    const caller = pair.client.client(Golden);
    let answered = 0;
    const onMetadata = (got: Metadata): void => {
      answered = got.size;
    };
    const sent = caller.hello({ metadata }).catch((error: Error) => error);
    if (fits) expect(await sent).toBe("hello");
    else
      expect(await sent).toMatchObject({ code: "EncodeFailed", message: expect.stringContaining("limit ") });
    const received = caller.hello({ onMetadata }).catch((error: Error) => error);
    expect(await received).toEqual(fits ? "hello" : expect.objectContaining({ code: "Cancelled" }));
    expect(answered).toBe(fits ? metadata.size : 0);
  });
});
