/** Rows of `protocol/behaviours.md` §1, §8 and §10: virtual connections of two connected sessions. */
import { Metadata, RejectedError, router, virtualConnections } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import type { Session } from "@voxrpc/runtime/link";
import { connectPair, memoryLinkPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { establish } from "../../packages/runtime/src/establish/establish.js";
import { AcceptorHandshake } from "../../packages/runtime/src/handshake/acceptor.js";
import { answerReader } from "../../packages/runtime/src/handshake/answer-reader.js";
import { InitiatorHandshake } from "../../packages/runtime/src/handshake/initiator.js";
import { VoxService } from "../support/vox-types.js";

const echo = new VoxService("service Echo { echo(value: u32) -> u32 }");
const adder = new VoxService("service Adder { add(a: u32, b: u32) -> u32 }");
const counter = new VoxService("service Counter { increment() -> u32 }");

const callerOf = (name: string): $.Service<$.Caller> => $.service(name, (caller) => caller, {});
const Echo = callerOf("Echo");
const Adder = callerOf("Adder");
const Noop = callerOf("Noop");
const Unknown = callerOf("Unknown");

const echoing = (plus = 0, name = "Echo"): $.Dispatcher =>
  $.dispatcher(name, [echo.handled("echo", ([value]) => (value as number) + plus)]);
const adding = (): $.Dispatcher =>
  $.dispatcher("Adder", [adder.handled("add", ([a, b]) => (a as number) + (b as number))]);
const ask = (caller: Omit<$.Caller, "connection"> | undefined, value: number): Promise<unknown> | undefined =>
  caller?.call(echo.method("echo"), [value]);

/** A session whose initiator has the even ids, as `initiate` never makes one. */
async function evenPair(
  acceptor: $.Dispatcher,
): Promise<{ readonly client: Session; readonly server: Session }> {
  const [ours, theirs] = memoryLinkPair();
  const [client, server] = await Promise.all([
    establish(
      ours,
      {
        parity: "Even",
        begin: (own) => new InitiatorHandshake({ ...own, answerReader }),
        feature: virtualConnections,
        bundled: undefined,
      },
      acceptor,
      {},
    ),
    establish(
      theirs,
      {
        parity: "Odd",
        begin: (own) => new AcceptorHandshake(own),
        feature: virtualConnections,
        bundled: undefined,
      },
      acceptor,
      {
        maxConcurrentRequests: 32,
      },
    ),
  ]);
  return { client, server };
}

describe("parity", () => {
  it("initiator_builder_customization_controls_allocated_connection_parity", async () => {
    const { client, server } = await evenPair(echoing());
    const caller = await client.open(Echo, { parity: "Even" });
    expect(caller.connection.id).toBe(2);
    expect(await ask(caller, 5)).toBe(5);
    await client.close();
    await server.close();
  });

  it("acceptor_builder_customization_supports_opening_connections", async () => {
    const { client, server } = await evenPair(echoing());
    const caller = await server.open(Echo, { parity: "Odd" });
    expect(caller.connection.id).toBe(1);
    expect(await ask(caller, 6)).toBe(6);
    await client.close();
    await server.close();
  });
});

describe("virtual connections", () => {
  it("open_virtual_connection_and_call", async () => {
    await using pair = await connectPair(echoing());
    expect(await ask(await pair.client.open(Echo), 123)).toBe(123);
  });

  it("reject_virtual_connection", async () => {
    await using pair = await connectPair(router({ Noop: echoing() }));
    await expect(pair.client.open(Unknown)).rejects.toMatchObject({ code: "Rejected" });
    const silent: ReturnType<typeof router> = {
      route({ isVirtual }) {
        if (isVirtual) throw new RejectedError(new Metadata());
        return echoing();
      },
    };
    await using refused = await connectPair(silent);
    const error = await refused.client.open(Unknown).catch((reason: RejectedError) => reason);
    expect(error).toBeInstanceOf(RejectedError);
    expect([...(error as RejectedError).metadata]).toEqual([]);
  });

  it("open_virtual_connection_without_acceptor_is_rejected: no, it is taken, and its calls are Cancelled", async () => {
    await using pair = await connectPair(echoing());
    // The client was given nothing that answers.
    const caller = await pair.server.open(Noop);
    await expect(ask(caller, 1)).rejects.toMatchObject({ code: "Cancelled" });
  });

  it("close_unknown_virtual_connection_is_rejected", async () => {
    await using pair = await connectPair(echoing());
    expect(() => pair.client.closeConnection(1)).toThrow(
      expect.objectContaining({ code: "Protocol", message: "protocol error: connection not found" }),
    );
  });

  it("close_root_connection_is_rejected", async () => {
    await using pair = await connectPair(echoing());
    expect(() => pair.client.closeConnection(0)).toThrow(
      expect.objectContaining({ code: "Protocol", message: "protocol error: cannot close root connection" }),
    );
    expect(await ask(pair.client.client(Echo), 1)).toBe(1);
  });

  it("close_virtual_connection", async () => {
    let count = 0;
    const counting = $.dispatcher("Counter", [counter.handled("increment", () => ++count)]);
    await using pair = await connectPair(router([counting, echoing()]));
    const caller = await pair.client.open(callerOf("Counter"));
    expect(caller.connection.id).not.toBe(0);
    expect(await caller.call(counter.method("increment"), [])).toBe(1);
    pair.client.closeConnection(1);
    expect((await caller.connection.closed).reason).toBe("Local");
    expect(caller.connection.isOpen).toBe(false);
    await settle();
    expect(pair.server.core.connectionCount).toBe(1);
    await expect(caller.call(counter.method("increment"), [])).rejects.toThrow();
    expect(count).toBe(1);
  });

  it("dropping_last_virtual_caller_closes_virtual_connection", async () => {
    await using pair = await connectPair(echoing());
    const client = await pair.client.open($.service("Echo", (caller) => new $.ClientBase(caller), {}));
    expect(await ask(client.$caller, 11)).toBe(11);
    await client[Symbol.asyncDispose]();
    await settle();
    expect(pair.server.core.connectionCount).toBe(1);
    expect(pair.client.isOpen).toBe(true);
  });

  it("schema_tracker_is_per_connection_not_per_session", async () => {
    await using pair = await connectPair(echoing());
    expect(await ask(pair.client.client(Echo), 100)).toBe(100);
    expect(await ask(await pair.client.open(Echo), 200)).toBe(200);
  });
});

describe("acceptors", () => {
  it("root_connect_sends_vox_service_and_factory_sees_it", async () => {
    const asked: (string | undefined)[] = [];
    const acceptor: ReturnType<typeof router> = {
      route({ service }) {
        asked.push(service);
        return echoing();
      },
    };
    await using pair = await connectPair(acceptor);
    expect(await ask(await pair.client.open(Echo), 42)).toBe(42);
    expect(asked).toEqual(["Noop", "Echo"]);
  });

  it("service_factory_routes_virtual_connections", async () => {
    await using pair = await connectPair(router({ Echo: () => echoing(), Adder: () => adding() }));
    expect(await ask(await pair.client.open(Echo), 42)).toBe(42);
    expect(await (await pair.client.open(Adder)).call(adder.method("add"), [3, 4])).toBe(7);
  });

  it("service_factory_rejects_unknown_service", async () => {
    await using pair = await connectPair(router({ Echo: () => echoing() }));
    await expect(pair.client.open(Adder)).rejects.toMatchObject({ code: "Rejected" });
  });

  it.each([
    ["ffi_transport_supports_bidirectional_calls_with_two_services_when_a_initiates", "a"],
    ["ffi_transport_supports_bidirectional_calls_with_two_services_when_b_initiates", "b"],
  ] as const)("%s", async (_name, initiator) => {
    const ping = router({ Ping: echoing(1000, "Ping") });
    const pong = router({ Pong: echoing(2000, "Pong") });
    const isA = initiator === "a";
    await using pair = await connectPair(isA ? pong : ping, { client: { serve: isA ? ping : pong } });
    const [a, b] = isA ? [pair.client, pair.server] : [pair.server, pair.client];
    const toPong = await a.open(callerOf("Pong"));
    const toPing = await b.open(callerOf("Ping"));
    expect(await ask(toPong, isA ? 11 : 13)).toBe(isA ? 2011 : 2013);
    expect(await ask(toPing, isA ? 7 : 5)).toBe(isA ? 1007 : 1005);
  });

  it("connect_builder_can_configure_inbound_virtual_connections_before_await", async () => {
    await using pair = await connectPair(echoing(0, "Ping"), { client: { serve: echoing() } });
    expect(await ask(await pair.server.open(Echo, { parity: "Odd" }), 41)).toBe(41);
    expect(await ask(pair.client.client(Echo), 9)).toBe(9);
  });
});
