/** Over TCP, what cannot be read costs the call that carries it, and tells why; the connection goes on. */
import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { CallError } from "@voxrpc/runtime";
import { assemblePayload, type TypeRef } from "@voxrpc/runtime/internal/schema";
import { connect, serve } from "@voxrpc/runtime/node";
import { describe, expect, it } from "vitest";
import { Version } from "../support/ends.js";
import { frame } from "../support/frames.js";
import { modelOf } from "../support/generated.js";
import { Golden, goldenDispatcher } from "../support/golden-client.js";
import { add, hello } from "../support/golden-service.js";
import { closeAfterEach, dial, opens, stranger, until } from "../support/opened.js";
import { handshakeFrames } from "../support/raw-peer.js";

closeAfterEach();

const anyPort = "tcp://127.0.0.1:0";

const shop = (types: string): Version =>
  new Version(
    modelOf({
      "/v/shop.vox": `${types}
        service Shop {
          price(id: u64) -> Price
          state(id: u64) -> State
          put(price: Price) -> u64
          set(state: State) -> u64
          count() -> u64
        }`,
    }),
  );

const older = shop("struct Price { cents: u32 } enum State { InStock, SoldOut }");
const newer = shop(
  "struct Price { cents: f64, currency: string } enum State { InStock, SoldOut, Backorder }",
);

/** Calls of a client of one version at a server of the other, on one connection. */
async function meeting(client: Version, server: Version, price: unknown) {
  const handler = {
    price: () => price,
    state: (id: bigint) => (id === 0n ? "InStock" : server === newer ? "Backorder" : "SoldOut"),
    put: () => 1n,
    set: () => 2n,
    count: () => 3n,
  };
  const serving = opens(await serve(anyPort, server.dispatcher("Shop", handler)));
  const calls = await connect(serving.url, client.generated("Shop"));
  opens({ [Symbol.asyncDispose]: async () => void (await calls["$close"]?.()) });
  return async (name: string, ...args: unknown[]): Promise<unknown> => {
    const answer = await calls[name]?.(...args).catch((error: unknown) => error);
    // Whatever came of it, the connection goes on.
    expect(await calls["count"]?.()).toBe(3n);
    return answer;
  };
}

function expectInvalid(error: unknown, ...words: readonly string[]): void {
  expect(error).toBeInstanceOf(CallError);
  const { code, message } = error as CallError;
  expect(code).toBe("InvalidPayload");
  for (const word of words) expect(message).toContain(word);
}

describe("an old client of a new server", () => {
  const server = () => meeting(older, newer, { cents: 1.5, currency: "EUR" });

  it("cannot read a result without a plan", async () => {
    const call = await server();
    const words = ["result of Shop.price", ".cents", "remote is `f64`", "local is `u32`"];
    expectInvalid(await call("price", 1n), "Shop.price", ...words);
    expectInvalid(await call("price", 1n), ...words);
  });

  it("learns from the server that its arguments have no plan", async () => {
    const call = await server();
    const words = [".0.cents", "remote is `u32`", "local is `f64`", "required field 'currency'"];
    expectInvalid(await call("put", { cents: 1 }), "arguments of Shop.put", ...words);
  });

  it("cannot read a variant that it does not have, and reads the others", async () => {
    const call = await server();
    expect(await call("state", 0n)).toBe("InStock");
    expectInvalid(await call("state", 1n), "Shop.state", "State::Backorder", "we know InStock, SoldOut");
    expect(await call("state", 0n)).toBe("InStock");
    expect(await call("set", "SoldOut")).toBe(2n);
  });
});

describe("a new client of an old server", () => {
  const server = () => meeting(newer, older, { cents: 150 });

  it("cannot read a result without a plan", async () => {
    const call = await server();
    expectInvalid(await call("price", 1n), "result of Shop.price", "remote is `u32`", "'currency'");
  });

  it("learns from the server that it does not have a variant", async () => {
    const call = await server();
    expect(await call("set", "InStock")).toBe(2n);
    expectInvalid(await call("set", "Backorder"), "State::Backorder");
    expect(await call("set", "InStock")).toBe(2n);
    expect(await call("state", 1n)).toBe("SoldOut");
  });
});

/** Frames with their lengths, as TCP carries them. */
function framed(...bodies: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    bodies.flatMap((body) => {
      const header = Buffer.alloc(4);
      header.writeUInt32LE(body.length);
      return [header, body];
    }),
  );
}

/** All that has come so far. */
function listen(socket: Socket): () => string {
  let received = "";
  socket.on("data", (chunk: Buffer) => {
    received += chunk.toString("latin1");
  });
  return () => received;
}

describe("a peer that announces again", () => {
  it("may bring no schema; its last root counts", async () => {
    const server = opens(await serve(anyPort, goldenDispatcher()));
    const socket = await dial(server.address);
    const received = listen(socket);
    const answered = async (text: string): Promise<void> => {
      await until(() => received().includes(text));
    };
    const again = (root: TypeRef): Uint8Array => frame.schemas(add.method, assemblePayload([], root));
    const { root } = add.method.args;
    socket.write(framed(...handshakeFrames("initiator"), frame.schemas(add.method)));
    socket.write(framed(again(root), frame.call(1, add.method, [1, 40])));
    await answered("\x00\x29");
    socket.write(framed(again({ ...root, args: [] } as TypeRef), frame.call(3, add.method, [1, 41])));
    await answered("translation plan failed: arguments of Golden.add");
    socket.write(framed(again({ tag: "var", name: "T" }), frame.call(5, add.method, [1, 42])));
    await answered("not found in received schemas");
    socket.write(framed(again(root), frame.call(7, add.method, [1, 43])));
    await answered("\x00\x2c");
    expect(socket.readableEnded).toBe(false);
  });
});

describe("a peer that does not announce", () => {
  it("a client is answered with InvalidPayload, and served once it does", async () => {
    const server = opens(await serve(anyPort, goldenDispatcher()));
    const socket = await dial(server.address);
    const received = listen(socket);
    socket.write(framed(...handshakeFrames("initiator"), frame.call(1, add.method, [1, 2])));
    await until(() => received().includes("no remote args schema received for method"));
    const before = received().length;
    socket.write(framed(frame.schemas(add.method), frame.call(3, add.method, [4, 5])));
    await until(() => received().length > before);
    // The Result of the second call, at the end of its frame: Ok(9), and no metadata.
    await until(() => received().slice(before).includes("\x00\x09"));
    expect(socket.readableEnded).toBe(false);
  });

  it("a server's answer fails with InvalidPayload, and the next is read", async () => {
    const url = await stranger((socket) => {
      const received = listen(socket);
      socket.write(framed(...handshakeFrames("acceptor")));
      void (async () => {
        await until(() => received().includes("vox-operation-id"));
        socket.write(framed(frame.response(1, [0, 7])));
        await until(() => received().split("vox-operation-id").length > 2);
        socket.write(framed(frame.responseSchemas(hello.method), frame.response(3, [0, 2, 0x68, 0x69])));
      })();
    });
    const client = opens(await connect(url, Golden));
    expectInvalid(
      await client.add(1, 2).catch((error: unknown) => error),
      "Golden.add",
      "no remote response schema received for method",
    );
    expect(await client.hello()).toBe("hi");
    client.$session.abort();
  });
});
