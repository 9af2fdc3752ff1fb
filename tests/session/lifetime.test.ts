/**
 * How long a session lives: until its last client, virtual connection and channel. Source: `protocol/session.md` §5.4.
 */
import { channel } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import type { Session } from "@voxrpc/runtime/link";
import { connectPair, FakeClock, type SessionPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Golden } from "../support/gen/session.vox.js";
import { count, lookup, wait } from "../support/golden-service.js";

const answering = wait.handled(([value]) => value);
const served = (...more: $.HandledMethod[]): $.Dispatcher => $.dispatcher("Golden", [answering, ...more]);

async function isOver({ client, server }: SessionPair): Promise<boolean> {
  await settle();
  return !client.isOpen && !server.isOpen && client.core.connectionCount + server.core.connectionCount === 0;
}

/** A pair whose client session is held by the clients that are made of it, as `connect` does it. */
async function heldByClients(dispatcher: $.Dispatcher, clients: number) {
  const clock = new FakeClock();
  const pair = await connectPair(dispatcher, { clock });
  const made = Array.from({ length: clients }, () => pair.client.client(Golden));
  void pair.client.closeWhenIdle();
  await settle();
  expect(pair.client.isOpen).toBe(true);
  return { pair, clock, made };
}

const [first, second] = [0, 1];

describe("a session ends with the last of", () => {
  it.each([
    "dropping_one_root_caller_clone_keeps_session_alive_until_last_drop",
    "dropping_one_client_clone_keeps_session_alive",
  ])("its clients: %s", async () => {
    const { pair, clock, made } = await heldByClients(served(), 2);
    await made[second]?.$close();
    await made[second]?.$close();
    expect(await made[first]?.wait(42)).toBe(42);
    await expect(made[second]?.wait(1)).rejects.toMatchObject({ code: "ConnectionClosed" });
    await made[first]?.$close();
    expect(await isOver(pair)).toBe(true);
    expect((await pair.client.closed).reason).toBe("Local");
    expect((await pair.server.closed).reason).toBe("Remote");
    expect(clock.armed).toBe(0);
  });

  it("its clients, of which one that a handler made of its caller is none: closing it ends nothing else", async () => {
    let again: Promise<number> | undefined;
    const calling = lookup.handled(async ([text], context) => {
      const back = context.client(Golden);
      const value = await back.wait(5);
      await back.$close();
      again = back.wait(6);
      await again.catch(() => {});
      const other = context.client(Golden);
      return `${text} ${value} ${await other.wait(7)}`;
    });
    await using pair = await connectPair(served(calling), { client: { serve: served() } });
    const root = pair.client.client(Golden);
    expect(await root.lookup("got")).toBe("got 5 7");
    await expect(again).rejects.toMatchObject({ code: "ConnectionClosed" });
    expect([pair.client.isOpen, pair.server.isOpen]).toEqual([true, true]);
    const virtual = await pair.client.open(Golden, { serve: served() });
    expect(await virtual.lookup("got")).toBe("got 5 7");
    expect(virtual.$caller.connection.isOpen).toBe(true);
    expect(await virtual.wait(8)).toBe(8);
  });

  it("its only client: dropping_root_caller_shuts_down_session", async () => {
    const { pair, clock, made } = await heldByClients(served(), 1);
    await made[first]?.[Symbol.asyncDispose]();
    expect(await isOver(pair)).toBe(true);
    expect(clock.armed).toBe(0);
  });

  it("its channels: dropping_root_caller_keeps_session_alive_while_bound_stream_rx_exists", async () => {
    let send: () => Promise<void> = async () => {};
    const later = count.handled(([from, , out]) => {
      out.keepOpen();
      send = async () => {
        await out.send(from);
        await out.close();
      };
    });
    const { pair, clock, made } = await heldByClients(served(later), 1);
    const { tx, rx } = channel<number>();
    await made[first]?.count(123, 1, tx);
    await made[first]?.$close();
    expect(await isOver(pair)).toBe(false);
    await send();
    expect(await rx.next()).toEqual({ done: false, value: 123 });
    expect(await rx.next()).toEqual({ done: true, value: undefined });
    expect(await isOver(pair)).toBe(true);
    expect(clock.armed).toBe(0);
  });

  it.each([
    "dropping_root_caller_waits_for_virtual_connections_before_session_shutdown",
    "dropping_root_waits_for_virtual_connections",
  ])("its virtual connections: %s", async () => {
    const { pair, clock, made } = await heldByClients(served(), 1);
    const virtual = await pair.client.open(Golden);
    await made[first]?.$close();
    expect(await isOver(pair)).toBe(false);
    expect(await virtual.wait(7)).toBe(7);
    await virtual.$close();
    expect(await isOver(pair)).toBe(true);
    expect(clock.armed).toBe(0);
  });

  it("the connections that were requested", async () => {
    const { pair, made } = await heldByClients(served(), 1);
    const opening = pair.client.open(Golden);
    await made[first]?.$close();
    const virtual = await opening;
    expect(await virtual.wait(7)).toBe(7);
    pair.server.closeConnection(1);
    expect(await isOver(pair)).toBe(true);
  });

  it("its calls: a client that closes lets them finish, for its time", async () => {
    let answer: (value: string) => void = () => {};
    const slow = lookup.handled(() => new Promise<string>((resolve) => (answer = resolve)));
    const { pair, clock, made } = await heldByClients(served(slow), 1);
    const call = made[first]?.lookup("a");
    await settle();
    const closing = made[first]?.$close();
    expect(await isOver(pair)).toBe(false);
    answer("b");
    expect(await call).toBe("b");
    await closing;
    expect(await isOver(pair)).toBe(true);
    const held = await heldByClients(served(slow), 1);
    const failing = held.made[first]?.$try.lookup("a");
    await settle();
    const late = held.made[first]?.$close();
    held.clock.advance(5000);
    expect(await failing).toMatchObject({ ok: false, error: { code: "SessionShutdown" } });
    await late;
    expect(await isOver(held.pair)).toBe(true);
    expect(clock.armed + held.clock.armed).toBe(0);
  });
});

describe("the owner of the session itself", () => {
  it("keeps it open, whatever becomes of clients", async () => {
    await using pair = await connectPair(served());
    const session: Session = pair.client;
    await session.client(Golden).$close();
    const other = session.client(Golden);
    expect(await other.wait(3)).toBe(3);
    await session.closeWhenIdle();
    expect(session.isOpen).toBe(true);
    await other.$close();
    await session.closeWhenIdle();
    expect(session.isOpen).toBe(false);
  });
});
