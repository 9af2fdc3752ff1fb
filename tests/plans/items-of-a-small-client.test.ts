/** A small client, without the code at hand that names places in values: it is loaded when an item does not fit. */
import { channel, type ObserverEvents } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { acceptSession, openSession } from "@voxrpc/runtime/link";
import { memoryLinkPair } from "@voxrpc/runtime/testing";
import { describe, expect, it, vi } from "vitest";
import { allBundled } from "../../packages/runtime/src/driver/bundled-code.js";
import { itemExplanations } from "../../packages/runtime/src/driver/explanations.js";
import { expectNothingUnheard } from "../support/unheard.js";
import { VoxService } from "../support/vox-types.js";

expectNothingUnheard();

const service = new VoxService("struct Point { x: u32 } service Test { up(items: Rx<Point>) -> u32 }");

/** A server that sums up what the client sends. */
async function connect() {
  const reported: ObserverEvents["onEncodeError"][] = [];
  const [ours, theirs] = memoryLinkPair();
  const up = service.handled("up", async ([items]) => {
    let sum = 0;
    for await (const { x } of items as $.Rx<{ x: number }>) sum += x;
    return sum;
  });
  const [session, serving] = await Promise.all([
    openSession(ours, { observer: { onEncodeError: (event) => void reported.push(event) } }),
    acceptSession(theirs, $.dispatcher("Test", [up])),
  ]);
  const { tx, rx } = channel<{ x: unknown }>();
  const sum = session.client(service.service).call(service.method("up"), [rx]);
  return { reported, tx, sum, close: () => Promise.all([session.close(), serving.close()]) };
}

const located = 'item.x: expected number for u32, got string "no"';

describe("items that a small client cannot encode", () => {
  it("send rejects with the place in the item, and the channel goes on", async () => {
    const { reported, tx, sum, close } = await connect();
    await tx.send({ x: 1 });
    await expect(tx.send({ x: "no" })).rejects.toMatchObject({ code: "EncodeFailed", message: located });
    await tx.send({ x: 2 });
    await tx.close();
    expect(await sum).toBe(3);
    expect(reported.map(({ error }) => (error as Error).message)).toEqual([located]);
    await close();
  });

  it("sendAll rejects with the place, and aborts the channel", async () => {
    const { tx, sum, close } = await connect();
    const [sending, call] = await Promise.allSettled([tx.sendAll([{ x: 1 }, { x: "no" }]), sum]);
    expect(sending).toMatchObject({ reason: { code: "EncodeFailed", message: located } });
    expect(call).toMatchObject({ reason: { code: "Indeterminate" } });
    await close();
  });

  it("trySend throws at once, without the place inside the item; the observer gets it", async () => {
    const { reported, tx, sum, close } = await connect();
    await tx.send({ x: 1 });
    const text = "item: not a value of u32";
    expect(() => tx.trySend({ x: "no" })).toThrow(
      expect.objectContaining({ code: "EncodeFailed", message: text }),
    );
    expect(tx.trySend({ x: 2 })).toBe("sent");
    await tx.close();
    expect(await sum).toBe(3);
    await vi.waitFor(() => expect(reported.map(({ error }) => (error as Error).message)).toEqual([located]));
    await close();
  });
});

describe("items that a client cannot decode", () => {
  it.each([
    ["a small one names the byte", undefined, "item: invalid bool 0x02 at byte 1"],
    ["any other names the place", allBundled.explain, "item.flags[0]: invalid bool 0x02 at byte 1"],
  ])("%s", (_who, bundled, message) => {
    const shape = $.structShape(
      "S",
      () => [$.fieldShape("flags", "flags", $.listShape($.boolShape))],
      () => ({}),
    );
    const reader = new $.Reader();
    reader.reset(Uint8Array.of(1, 2));
    reader.position = 1;
    const fault = new $.DecodeFault("invalid bool 0x02", 1);
    expect(itemExplanations(bundled).decode(fault, reader, shape, "item").message).toBe(message);
  });
});
