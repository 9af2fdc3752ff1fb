/** Unix sockets as transports: the same services, sessions and errors as over TCP, with frames of their own. */
import { existsSync, linkSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectSocket, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { channel, type Observer, type SessionError } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { connect, connectSession, serve } from "@voxrpc/runtime/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Golden, goldenDispatcher } from "../support/golden-client.js";
import { closeAfterEach, dial, drain, gate, opens, secondAttempt, until } from "../support/opened.js";
import { VoxService } from "../support/vox-types.js";

let folder = "";
let path = "";
let address = "";

// Before the hooks that close what was opened, so that the folder goes last.
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vox-"));
  path = join(folder, "s");
  address = `local://${path}`;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
closeAfterEach();

/** A file of a socket whose listener was killed. */
async function leaveStaleSocket(): Promise<void> {
  const other = join(folder, "o");
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen({ path: other }, resolve));
  linkSync(other, path);
  await new Promise((resolve) => listener.close(resolve));
}

async function failure(attempt: Promise<unknown>): Promise<SessionError> {
  return attempt.then(
    () => {
      throw new Error("it worked");
    },
    (error: SessionError) => error,
  );
}

/** Frame of a Unix socket. */
function framed(body: Uint8Array, descriptors = 0): Buffer {
  const frame = Buffer.alloc(8 + body.length);
  frame.writeUInt32LE(body.length, 0);
  frame.writeUInt32LE(descriptors, 4);
  frame.set(body, 8);
  return frame;
}

const prologue = Buffer.from("VOTH\t\0\0\0", "latin1");

describe("a service on a Unix socket", () => {
  it("is called, and its file is gone when it has closed", async () => {
    const server = await serve(address, goldenDispatcher());
    expect(server.url).toBe(address);
    expect(server.address).toEqual({ path });
    expect(existsSync(path)).toBe(true);
    {
      await using shop = await connect(address, Golden);
      expect(await shop.hello()).toBe("hello");
    }
    await server.close();
    expect(existsSync(path)).toBe(false);
  });

  it("may have a relative path", async () => {
    const url = `local://${relative(process.cwd(), path)}`;
    opens(await serve(url, goldenDispatcher()));
    await using shop = await connect(address, Golden);
    expect(await shop.hello()).toBe("hello");
    await using same = await connect(url, Golden);
    expect(await same.hello()).toBe("hello");
  });

  it("may come later than its client", async () => {
    const { failed, observer } = secondAttempt();
    const connecting = connect(address, Golden, { connectRetryMs: 20_000, observer });
    await failed;
    opens(await serve(address, goldenDispatcher()));
    await using shop = await connecting;
    expect(await shop.hello()).toBe("hello");
  });

  it("is found again by a client that reconnects, with its session", async () => {
    const states: string[] = [];
    const observer: Observer = { onStateChanged: ({ state }) => states.push(state.kind) };
    const sockets: Socket[] = [];
    const server = opens(await serve(address, goldenDispatcher(), { resumable: true }));
    // A way to the server that can be cut.
    const middle = join(folder, "m");
    const relay = createServer((socket) => {
      const upstream = connectSocket({ path }).on("error", () => {});
      sockets.push(
        socket.on("error", () => {}),
        upstream,
      );
      socket.pipe(upstream).pipe(socket);
      socket.on("close", () => upstream.destroy());
      upstream.on("close", () => socket.destroy());
    });
    await new Promise<void>((resolve) => relay.listen({ path: middle }, resolve));
    try {
      await using shop = await connect(`local://${middle}`, Golden, { reconnect: true, observer });
      expect(await shop.hello()).toBe("hello");
      for (const socket of sockets.splice(0)) socket.destroy();
      expect(await shop.hello()).toBe("hello");
      expect(server.sessionCount).toBe(1);
      expect(states).toContain("recovering");
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => relay.close(resolve));
    }
  });
});

const bursts = new VoxService(`
  package bursts
  service Bursts { attach(items: Rx<u64[]>) }
`);
const Bursts = $.service("Bursts", (caller) => new $.ClientBase(caller), {});

describe("streams", () => {
  it("local_keepalive_rx_argument_survives_large_item_burst", async () => {
    const [items, words] = [65, 8192];
    const attached = gate<$.Rx<readonly bigint[]>>();
    const dispatcher = $.dispatcher("Bursts", [
      bursts.handled("attach", ([rx]) => {
        (rx as $.Rx<readonly bigint[]>).keepOpen();
        attached.open(rx as $.Rx<readonly bigint[]>);
      }),
    ]);
    const options = { initialChannelCredit: 64, keepalive: { intervalMs: 5000, timeoutMs: 30_000 } };
    opens(await serve(address, dispatcher, options));
    const client = opens(await connect(address, Bursts, options));
    const { tx, rx } = channel<bigint[]>();
    const answer = await client.$caller.tryCall(bursts.method("attach"), [rx]);
    expect(answer.ok).toBe(true);
    const received = attached.promise.then(async (stored) => {
      let count = 0;
      for await (const item of stored) {
        expect(item).toHaveLength(words);
        expect(item[0]).toBe(BigInt(count));
        expect(item.at(-1)).toBe(7n);
        count += 1;
      }
      return count;
    });
    for (let index = 0; index < items; index++) {
      const item = new Array<bigint>(words).fill(7n);
      item[0] = BigInt(index);
      await tx.send(item);
    }
    await tx.close();
    expect(await received).toBe(items);
  });
});

describe("a client that", () => {
  it("sends file descriptors is refused, and others go on", async () => {
    const refused: string[] = [];
    opens(
      await serve(address, goldenDispatcher(), {
        observer: { onHandshakeFailed: ({ error }) => refused.push(`${error.code}: ${error.message}`) },
      }),
    );
    await using shop = await connect(address, Golden);
    const raw = await dial({ path });
    const ended = drain(raw);
    // The body never comes: the header is enough.
    raw.write(framed(prologue));
    raw.write(framed(Buffer.alloc(100), 2).subarray(0, 8));
    await ended;
    await until(() => refused.length > 0);
    expect(refused).toEqual([expect.stringMatching(/^Protocol: .* 2 file descriptors/)]);
    expect(await shop.hello()).toBe("hello");
  });

  it("frames as on TCP is refused as a stranger, and so is one that stops in a frame", async () => {
    const refused: string[] = [];
    opens(
      await serve(address, goldenDispatcher(), {
        observer: { onHandshakeFailed: ({ error }) => refused.push(error.message) },
      }),
    );
    const raw = await dial({ path });
    const ended = drain(raw);
    raw.write(Buffer.concat([framed(prologue).subarray(0, 4), prologue]));
    await ended;
    await until(() => refused.length === 1);
    expect(refused[0]).toContain("its first frame");
    const cut = await dial({ path });
    cut.end(framed(prologue).subarray(0, 11));
    await until(() => refused.length === 2);
    expect(refused[1]).toContain("3 of 8");
  });
});

describe("the file", () => {
  it("of a server that was killed is replaced", async () => {
    await leaveStaleSocket();
    expect(await failure(connect(address, Golden))).toMatchObject({
      code: "Io",
      cause: { code: "ECONNREFUSED" },
    });
    opens(await serve(address, goldenDispatcher()));
    await using shop = await connect(address, Golden);
    expect(await shop.hello()).toBe("hello");
  });

  it("of a server that answers is left alone: the address is in use", async () => {
    opens(await serve(address, goldenDispatcher()));
    expect(await failure(serve(address, goldenDispatcher()))).toMatchObject({
      code: "Io",
      message: `io error: another healthy process is already serving on ${address}`,
    });
    await using shop = await connect(address, Golden);
    expect(await shop.hello()).toBe("hello");
  });

  it("of another listener, which has no lock, is left alone, too", async () => {
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen({ path }, resolve));
    expect(await failure(serve(address, goldenDispatcher()))).toMatchObject({
      code: "Io",
      message: `io error: ${address} is in use: another socket listens there (EADDRINUSE)`,
    });
    expect(existsSync(`${path}.lock`)).toBe(false);
    await new Promise((resolve) => listener.close(resolve));
  });

  it("that is no socket is left alone", async () => {
    writeFileSync(path, "mine");
    expect(await failure(serve(address, goldenDispatcher()))).toMatchObject({
      code: "Io",
      message: `io error: ${address} is in use: the file there is no socket, and is left alone`,
    });
    expect(existsSync(path)).toBe(true);
  });

  it("is missing: one sentence", async () => {
    expect(await failure(connectSession(address))).toMatchObject({
      code: "Io",
      retryable: true,
      message: `io error: nothing listens on ${address}: there is no such file (ENOENT)`,
    });
  });
});
