/** Settings of a raw connection are checked where the application gives them. They must never end the session. */
import type { ConnectionAcceptor } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { connectPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { add } from "../support/golden-service.js";

const Golden = $.service("Golden", (caller) => caller, {});
const served = $.dispatcher("Golden", [add.handled(([a, b]) => a + b)]);
const fields = ["maxConcurrentRequests", "initialChannelCredit"] as const;
const wrong = [-1, 1.5, Number.NaN, 2 ** 32, Number.POSITIVE_INFINITY, "5", null, 10n, {}];

/** A pair whose server takes virtual connections raw, with these windows. */
async function pairWith(windows: unknown) {
  const thrown: unknown[] = [];
  const acceptor: ConnectionAcceptor = {
    accept({ isVirtual }, connection) {
      if (!isVirtual) return connection.accept(served);
      try {
        connection.intoRaw(windows as never).client(Golden, served);
      } catch (error) {
        thrown.push(error);
        throw error;
      }
    },
  };
  return { ...(await connectPair(acceptor)), thrown };
}

const rows = [
  ...fields.flatMap((field) => wrong.map((value) => [field, value] as const)),
  ["initialChannelCredit", 0] as const,
];

describe("intoRaw", () => {
  it.each(rows)("refuses %s of %s, and the peer gets the refusal", async (field, value) => {
    const { client, server, thrown } = await pairWith({ [field]: value });
    await expect(client.openRaw("Golden")).rejects.toMatchObject({ code: "Rejected" });
    expect(thrown).toEqual([expect.objectContaining({ message: expect.stringContaining(field) })]);
    expect([client.isOpen, server.isOpen, server.core.connectionCount]).toEqual([true, true, 1]);
    await client.close();
  });

  it.each([
    [undefined, [64, 16]],
    [{}, [64, 16]],
    [{ maxConcurrentRequests: 3 }, [3, 16]],
    [{ initialChannelCredit: 7, parity: "Odd" }, [64, 7]],
    [{ maxConcurrentRequests: 0, initialChannelCredit: 2 ** 32 - 1 }, [0, 2 ** 32 - 1]],
  ])("announces %o, and the peer's own numbers for the rest", async (windows, expected) => {
    const { client } = await pairWith(windows);
    const { peer } = await client.openRaw("Golden");
    expect([peer.maxConcurrentRequests, peer.initialChannelCredit]).toEqual(expected);
    expect(peer.parity).toBe("Even");
    await client.close();
  });
});

describe("openRaw", () => {
  it.each([undefined, null, 5, 5n, {}, new Uint8Array(1)])("refuses the service name %s", async (name) => {
    const { client } = await pairWith(undefined);
    await expect(client.openRaw(name as never)).rejects.toEqual(
      expect.objectContaining({
        name: "TypeError",
        message: expect.stringMatching(/^service must be a string/),
      }),
    );
    await settle();
    expect(client.core.connectionCount).toBe(1);
    await client.close();
  });
});
