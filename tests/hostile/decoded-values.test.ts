/** Payloads that are small on the wire and large in memory: refused before they are made, and the session goes on. */
import { channel, type Limits } from "@voxrpc/runtime";
import type * as $ from "@voxrpc/runtime/gen/v1";
import { connectPair } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { loadModel, modelOf } from "../support/generated.js";
import { expectNothingUnheard } from "../support/unheard.js";

expectNothingUnheard();

const text = `
package heavy
error enum Full { Maps(map<u8, u8>[]) }
service Heavy {
  take(maps: map<u8, u8>[]) -> u32
  give(count: u32) -> map<u8, u8>[]
  fail(count: u32) throws Full
  send(items: Rx<map<u8, u8>[]>) -> u32
  receive(count: u32, out: Tx<map<u8, u8>[]>)
}
`;
type Maps = Map<number, number>[];
interface Heavy {
  take(maps: Maps): Promise<number>;
  give(count: number): Promise<Maps>;
  fail(count: number): Promise<void>;
  send(items: $.Rx<Maps>): Promise<number>;
  receive(count: number, out: $.Tx<Maps>): Promise<void>;
}
const generated = loadModel(modelOf({ "/test.vox": text })) as {
  readonly Heavy: $.Service<Heavy>;
  readonly heavyDispatcher: (handler: unknown) => $.Dispatcher;
};
const mapsOf = (count: number): Maps => Array.from({ length: count }, () => new Map());
/** Why the handler of `send` could not go on. */
let unreadable: unknown;
const handler = {
  take: (maps: Maps) => maps.length,
  give: mapsOf,
  fail: (count: number) => {
    throw new Error(`${count}`);
  },
  async send(items: $.Rx<Maps>) {
    let sum = 0;
    try {
      for await (const item of items) sum += item.length;
    } catch (error) {
      unreadable = error;
      throw error;
    }
    return sum;
  },
  async receive(count: number, out: $.Tx<Maps>) {
    await out.send(mapsOf(count));
  },
};

/** A list of ten empty maps: a place and a table each. */
const enough = 10 * (8 + 184);
const refusal = /memory \(limits maxDecodedBytes, maxSessionDecodedBytes\)/;

interface Case {
  readonly what: string;
  /** The side that reads the maps. */
  readonly reader: "client" | "server";
  run(client: Heavy): Promise<unknown>;
}

const cases: readonly Case[] = [
  { what: "arguments", reader: "server", run: (client) => client.take(mapsOf(10)) },
  { what: "an answer", reader: "client", run: (client) => client.give(10) },
  {
    what: "an item for the server",
    reader: "server",
    async run(client) {
      const { tx, rx } = channel<Maps>();
      const call = client.send(rx).catch(() => {});
      await tx.send(mapsOf(10));
      await tx.close().catch(() => {});
      await call;
      if (unreadable !== undefined) throw unreadable;
      return undefined;
    },
  },
  {
    what: "an item for the client",
    reader: "client",
    async run(client) {
      const { tx, rx } = channel<Maps>();
      const call = client.receive(10, tx).catch(() => {});
      let sum = 0;
      for await (const item of rx) sum += item.length;
      await call;
      return sum;
    },
  },
];

describe.each(cases)("maxDecodedBytes, with $what", ({ reader, run }) => {
  it.each([enough, enough - 1])("of %d", async (maxDecodedBytes) => {
    const limits: Partial<Limits> = { maxDecodedBytes };
    await using pair = await connectPair(generated.heavyDispatcher(handler), {
      [reader]: { limits },
    });
    const client = pair.client.client(generated.Heavy);
    unreadable = undefined;
    const outcome = await run(client).catch((error: unknown) => error);
    if (maxDecodedBytes === enough) expect(outcome).not.toBeInstanceOf(Error);
    else expect(textOf(outcome)).toMatch(refusal);
    // The session goes on, and each payload has the whole bound.
    expect(await client.take(mapsOf(9))).toBe(9);
    expect(await client.take(mapsOf(9))).toBe(9);
  });
});

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return "no error";
  return error.cause === undefined ? error.message : `${error.message}; ${textOf(error.cause)}`;
}
