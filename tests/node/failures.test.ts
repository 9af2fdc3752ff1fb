/** The error that a handler throws is reported: to the observer, to its caller, or on the standard error. */
import { contextKey, type Observer, router, verifyBearerToken, withMiddleware } from "@voxrpc/runtime";
import { connect, type ServeOptions, type Server, serve } from "@voxrpc/runtime/node";
import type { OperationStore } from "@voxrpc/runtime/store";
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import { Golden, goldenDispatcher } from "../support/golden-client.js";
import { closeAfterEach, opens } from "../support/opened.js";

closeAfterEach();

let printed: MockInstance<typeof console.error>;
beforeEach(() => {
  printed = vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  printed.mockRestore();
});

const bug = new TypeError("a bug");
const failing = () =>
  goldenDispatcher({
    onWait: () => {
      throw bug;
    },
  });
const failingStore: OperationStore = {
  admit: () => Promise.reject(bug),
  lookup: () => undefined,
  seal: () => {},
  release: () => {},
  remove: () => {},
};

/** Everything of the application that can fail for a server, by the observer's member and the `source` of its event. */
const sources: readonly {
  readonly member: keyof Observer;
  readonly source: string;
  readonly printed: RegExp;
  /** A store is used for clients that may come back. */
  readonly reconnect?: true;
  readonly start: (options: ServeOptions) => Promise<Server>;
}[] = [
  {
    member: "onHandlerError",
    source: "handler",
    printed: /^vox: the handler of Golden\.wait failed, called from tcp:/,
    start: (options) => serve("tcp://127.0.0.1:0", failing(), options),
  },
  ...[
    { accept: () => Promise.reject(bug) },
    router([goldenDispatcher()], { context: () => Promise.reject(bug) }),
  ].map((acceptor) => ({
    member: "onAcceptError" as const,
    source: "accept",
    printed: /^vox: accepting failed, asked about a connection for Golden from tcp:/,
    start: (options: ServeOptions) => serve("tcp://127.0.0.1:0", acceptor, options),
  })),
  ...[
    () => Promise.reject(bug),
    () => {
      throw bug;
    },
  ].map((onSession) => ({
    member: "onSessionCallbackError" as const,
    source: "onSession",
    printed: /^vox: onSession failed for the session from tcp:\S+, which is ended:$/,
    start: (options: ServeOptions) =>
      serve("tcp://127.0.0.1:0", goldenDispatcher(), { ...options, onSession }),
  })),
  {
    member: "onSessionStoreError",
    source: "sessionStore",
    reconnect: true,
    printed: /^vox: the store of sessions failed \(save\):$/,
    start: (options) =>
      serve("tcp://127.0.0.1:0", goldenDispatcher(), {
        ...options,
        resumable: {
          store: {
            find: () => undefined,
            save: () => {
              throw bug;
            },
            remove: () => {},
          },
        },
      }),
  },
  {
    member: "onOperationStoreError",
    source: "operationStore",
    reconnect: true,
    printed: /^vox: the store of operations failed \(admit\), in a call of Golden\.wait from tcp:/,
    start: (options) =>
      serve("tcp://127.0.0.1:0", goldenDispatcher(), {
        ...options,
        resumable: true,
        operationStore: failingStore,
      }),
  },
];

describe("a failure of the application's code", () => {
  const provoke = async (server: Server, reconnect?: boolean): Promise<void> => {
    const client = await connect(server.url, Golden, { reconnect }).catch(() => undefined);
    await client?.wait(0).catch(() => {});
    await client?.$close();
    await server.close();
  };

  it.each(sources)(
    "of $source is printed once when no observer has $member",
    async ({ printed: line, reconnect, start }) => {
      await provoke(opens(await start({ observer: { onRequestStarted() {} } })), reconnect);
      expect(printed.mock.calls).toEqual([[expect.stringMatching(line), bug]]);
    },
  );

  it.each(sources)(
    "of $source goes to the observer's $member alone",
    async ({ member, reconnect, start }) => {
      const seen: unknown[] = [];
      const onUnhandledError = vi.fn();
      const observer: Observer = { [member]: ({ error }: { error: unknown }) => seen.push(error) };
      await provoke(opens(await start({ observer, onUnhandledError })), reconnect);
      expect(seen).toEqual([bug]);
      expect(onUnhandledError).not.toHaveBeenCalled();
      expect(printed).not.toHaveBeenCalled();
    },
  );

  it.each(sources)(
    "of $source goes to onUnhandledError when $member throws",
    async ({ member, source, reconnect, start }) => {
      const onUnhandledError = vi.fn();
      const observer: Observer = {
        [member]: () => {
          throw new Error("a bug of the observer");
        },
      };
      await provoke(opens(await start({ observer, onUnhandledError })), reconnect);
      expect(onUnhandledError).toHaveBeenCalledExactlyOnceWith(
        expect.objectContaining({ source, error: bug }),
      );
      expect(printed).not.toHaveBeenCalled();
    },
  );
});

describe("a handler's failure", () => {
  it("is printed without an observer, and the caller learns where to look", async () => {
    const server = opens(await serve("tcp://127.0.0.1:0", failing()));
    const client = opens(await connect(server.url, Golden));
    await expect(client.wait(0)).rejects.toMatchObject({
      code: "Cancelled",
      message: expect.stringMatching(/^Golden\.wait: .*log/),
    });
    expect(printed.mock.calls).toEqual([
      [expect.stringMatching(/^vox: the handler of Golden\.wait failed, called from tcp:/), bug],
    ]);
  });

  it("is not printed when there is an observer", async () => {
    const seen: unknown[] = [];
    const observer: Observer = { onHandlerError: ({ error }) => seen.push(error) };
    const server = opens(await serve("tcp://127.0.0.1:0", failing(), { observer }));
    const client = opens(await connect(server.url, Golden));
    await expect(client.wait(0)).rejects.toMatchObject({ code: "Cancelled" });
    expect(seen).toEqual([bug]);
    expect(printed).not.toHaveBeenCalled();
  });

  it("goes to who requested it", async () => {
    const onUnhandledError = vi.fn();
    const server = opens(await serve("tcp://127.0.0.1:0", failing(), { onUnhandledError }));
    const client = opens(await connect(server.url, Golden));
    await expect(client.wait(0)).rejects.toMatchObject({ code: "Cancelled" });
    expect(onUnhandledError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ error: bug }));
    expect(printed).not.toHaveBeenCalled();
  });

  it("is no failure when a token is refused", async () => {
    const guarded = withMiddleware(goldenDispatcher(), [
      verifyBearerToken(() => undefined, contextKey("user")),
    ]);
    const server = opens(await serve("tcp://127.0.0.1:0", guarded));
    const client = opens(await connect(server.url, Golden));
    await expect(client.hello()).rejects.toMatchObject({ code: "Cancelled" });
    expect(printed).not.toHaveBeenCalled();
  });
});
