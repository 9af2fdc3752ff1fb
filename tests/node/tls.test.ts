/** TLS below Vox: byte streams and WebSockets, certificates of both sides, and one sentence for each that fails. */
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { connect as connectSecurely, createServer as createTlsServer, type TLSSocket } from "node:tls";
import { type ConnectionRequest, router, type SessionError } from "@voxrpc/runtime";
import type { LinkOrigin } from "@voxrpc/runtime/link";
import {
  attach,
  type ConnectOptions,
  connect,
  type ServeOptions,
  type Server,
  SocketLink,
  serve,
} from "@voxrpc/runtime/node";
import { type LinkPair, linkContract } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Golden, goldenDispatcher } from "../support/golden-client.js";
import { closeAfterEach, opens, until } from "../support/opened.js";
import { authority, certificate } from "./certificates.js";

closeAfterEach();

const trusting: ConnectOptions = { tls: { ca: authority } };
const transports = ["tls", "wss"] as const;
type Transport = (typeof transports)[number];

async function serving(transport: string, options: ServeOptions = {}): Promise<Server> {
  return opens(
    await serve(`${transport}://127.0.0.1:0`, goldenDispatcher(), { tls: certificate("server"), ...options }),
  );
}

async function failure(attempt: Promise<unknown>): Promise<SessionError> {
  return attempt.then(
    () => {
      throw new Error("it worked");
    },
    (error: SessionError) => error,
  );
}

describe.each(transports)("a server on %s://", (transport) => {
  it("answers calls, and a client finds its session again", async () => {
    const server = await serving(transport, { resumable: true });
    expect(server.url).toMatch(new RegExp(`^${transport}://127\\.0\\.0\\.1:\\d+$`));
    await using shop = await connect(server.url, Golden, { ...trusting, reconnect: true });
    expect(await shop.add(20, 22)).toBe(42);
  });

  it("needs a certificate", async () => {
    await expect(serve(`${transport}://127.0.0.1:0`, goldenDispatcher())).rejects.toThrow(
      `${transport}://127.0.0.1:0 needs the option tls, with a certificate and its key`,
    );
  });

  it("learns who the client is from its certificate", async () => {
    const seen: (LinkOrigin | undefined)[] = [];
    const context = ({ origin }: ConnectionRequest): string => {
      seen.push(origin);
      return origin?.peerCertificate?.commonName ?? "a stranger";
    };
    const asking = { ...certificate("server"), ca: authority, requestCert: true, rejectUnauthorized: false };
    const server = opens(
      await serve(`${transport}://127.0.0.1:0`, router([goldenDispatcher()], { context }), { tls: asking }),
    );
    for (const own of [certificate("client"), undefined]) {
      await using shop = await connect(server.url, Golden, { tls: { ca: authority, ...own } });
      expect(await shop.hello()).toBe("hello");
    }
    expect(seen.map((origin) => [origin?.transport, origin?.peerCertificate?.commonName])).toEqual([
      [transport === "tls" ? "tls" : "ws", "shop client"],
      [transport === "tls" ? "tls" : "ws", undefined],
    ]);
    expect(seen[0]?.peerCertificate?.fingerprint256).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });

  it("refuses a client without a certificate when it must have one, and goes on", async () => {
    const refused: string[] = [];
    const server = await serving(transport, {
      tls: { ...certificate("server"), ca: authority, requestCert: true, rejectUnauthorized: true },
      observer: { onHandshakeFailed: ({ error }) => refused.push(error.message) },
    });
    const error = await failure(connect(server.url, Golden, trusting));
    expect(error.message).toMatch(/does not accept this side's certificate, or needs one|closed|cut/);
    await until(() => refused.length > 0);
    await using shop = await connect(server.url, Golden, {
      tls: { ca: authority, ...certificate("client") },
    });
    expect(await shop.hello()).toBe("hello");
  });
});

describe("the certificate of a server", () => {
  const wrong: Readonly<
    Record<string, readonly [name: "server" | "expired" | "elsewhere", client: ConnectOptions, text: string]>
  > = {
    "that has expired": ["expired", trusting, "has expired (CERT_HAS_EXPIRED)"],
    "for another host": [
      "elsewhere",
      trusting,
      "is for another host name (option tls.servername) (ERR_TLS_CERT_ALTNAME_INVALID)",
    ],
    "of an authority that is not trusted": [
      "server",
      {},
      "was issued by an authority that is not trusted here (option tls.ca) (UNABLE_TO_VERIFY_LEAF_SIGNATURE)",
    ],
  };
  const cases = transports.flatMap((transport) =>
    Object.entries(wrong).map(
      ([what, [name, client, text]]) => [what, transport, name, client, text] as const,
    ),
  );
  it.each(cases)(
    "%s ends connect on %s:// with one sentence",
    async (_what, transport, name, client, text) => {
      const server = await serving(transport, { tls: certificate(name), observer: {} });
      const error = await failure(connect(server.url, Golden, client));
      expect(error).toMatchObject({
        code: "Protocol",
        retryable: false,
        message: `protocol error: the certificate of ${server.url} ${text}`,
      });
    },
  );

  it("is accepted unchecked with rejectUnauthorized false only, whatever the environment says", async () => {
    const server = await serving("tls", { tls: certificate("expired"), observer: {} });
    const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    try {
      expect((await failure(connect(server.url, Golden, trusting))).code).toBe("Protocol");
    } finally {
      if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
      else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
    }
    await using shop = await connect(server.url, Golden, { tls: { rejectUnauthorized: false } });
    expect(await shop.hello()).toBe("hello");
  });
});

describe("TLS and none", () => {
  const mixed: readonly (readonly [
    client: Transport | "tcp" | "ws",
    server: Transport | "tcp" | "ws",
    text: RegExp,
  ])[] = [
    [
      "tls",
      "tcp",
      /^io error: tls:\S+ (closed the connection within the TLS handshake; does it speak TLS\?|has cut)/,
    ],
    ["tls", "ws", /does not speak TLS/],
    ["wss", "tcp", /closed the connection within the TLS handshake; does it speak TLS\?|has cut/],
    ["wss", "ws", /does not speak TLS/],
    ["tcp", "tls", /before the handshake/],
    ["ws", "tls", /does not answer in HTTP|closed the connection before it answered/],
    ["tcp", "wss", /before the handshake/],
    ["ws", "wss", /does not answer in HTTP|closed the connection before it answered/],
    ["tls", "wss", /an HTTP answer|closed/],
    ["wss", "tls", /does not answer in HTTP|closed the connection before it answered/],
  ];
  it.each(mixed)(
    "a client on %s:// at a server on %s://: one sentence, and the server goes on",
    async (near, far, text) => {
      const server = await serving(far, { observer: {} });
      const { port } = server.address as { port: number };
      const error = await failure(connect(`${near}://127.0.0.1:${port}`, Golden, trusting));
      expect(error.message).toMatch(text);
      expect(["Io", "Protocol", "WentAway"]).toContain(error.code);
      await using shop = await connect(server.url, Golden, trusting);
      expect(await shop.hello()).toBe("hello");
    },
  );
});

/** Two ends of a connection over TLS. */
async function tlsPair(): Promise<LinkPair> {
  const listener = createTlsServer(certificate("server"));
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address() as AddressInfo;
  const taken = new Promise<TLSSocket>((resolve) => listener.once("secureConnection", resolve));
  const dialled = connectSecurely({ port, host: "127.0.0.1", ca: authority });
  await new Promise<void>((resolve) => dialled.once("secureConnect", resolve));
  const far = new SocketLink(await taken, { role: "acceptor" });
  listener.close();
  return { near: new SocketLink(dialled, { role: "initiator" }), far };
}

describe("SocketLink over TLS keeps the contract", () => {
  for (const { name, run } of linkContract(tlsPair)) it(name, run);
});

describe("a listener of the application", () => {
  it("of node:tls is served", async () => {
    const listener = createTlsServer(certificate("server"));
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const server = opens(await serve(listener, goldenDispatcher()));
    expect(server.url).toBe(`tls://127.0.0.1:${(listener.address() as AddressInfo).port}`);
    await using shop = await connect(server.url, Golden, trusting);
    expect(await shop.hello()).toBe("hello");
  });

  it("of node:https is served, or attached to", async () => {
    const https = createHttpsServer(certificate("server"));
    await new Promise<void>((resolve) => https.listen(0, "127.0.0.1", resolve));
    const attached = attach(https, goldenDispatcher());
    expect(attached.url).toMatch(/^wss:\/\/127\.0\.0\.1:\d+\/vox$/);
    {
      await using shop = await connect(attached.url, Golden, trusting);
      expect(await shop.hello()).toBe("hello");
    }
    await attached.close();
    const server = opens(await serve(https, goldenDispatcher()));
    await using shop = await connect(server.url, Golden, trusting);
    expect(await shop.hello()).toBe("hello");
  });
});
