/** What a handler throws is seen somewhere: by the observer, by who asked for it, or on the standard error. */
import { contextKey, type Observer, verifyBearerToken, withMiddleware } from "@voxrpc/runtime";
import { connect, serve } from "@voxrpc/runtime/node";
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import { Golden, goldenDispatcher } from "./golden-client.js";
import { closeAfterEach, opens } from "./opened.js";

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

describe("a handler's failure", () => {
  it("is printed when nobody watches, and the caller learns where to look", async () => {
    const server = opens(await serve("tcp://127.0.0.1:0", failing()));
    const client = opens(await connect(server.url, Golden));
    await expect(client.wait(0)).rejects.toMatchObject({
      code: "Cancelled",
      message:
        "Golden.wait: vox request cancelled: the handler failed or gave up, see the other side's log; the handler may have run, in whole or in part",
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

  it("goes to who asked for it", async () => {
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
