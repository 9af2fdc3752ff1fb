/** The code that says where in a value encoding has failed does not arrive: the call keeps its time and its signal. */
import { acceptSession, openSession, type Session } from "@voxrpc/runtime/link";
import { FakeClock, memoryLinkPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it, vi } from "vitest";
import { Golden } from "../support/gen/session.vox.js";
import { boundsOf, serveGolden } from "../support/golden-service.js";
import { expectNothingUnheard } from "../support/unheard.js";

expectNothingUnheard();

const network = vi.hoisted(() => {
  let arrive = (): void => {};
  const arrival = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  return { arrival, arrive };
});

vi.mock("../../packages/runtime/src/driver/on-demand.js", async (importOriginal) => {
  await network.arrival;
  return importOriginal();
});

/** Not a point: `y` is no number. */
const wrong = [[{ x: 1, y: "2" }]] as never;

async function connect() {
  const clock = new FakeClock();
  const [ours, theirs] = memoryLinkPair();
  const onEncodeError = vi.fn();
  const [client, server] = await Promise.all([
    openSession(ours, { clock, observer: { onEncodeError } }),
    acceptSession(theirs, serveGolden({ lookup: (key) => `of ${key}` }), { clock }),
  ]);
  return { clock, client, server, onEncodeError };
}

const ends: readonly (readonly [
  string,
  (own: { clock: FakeClock; client: Session; give: AbortController }) => unknown,
])[] = [
  ["its time is over", ({ clock }) => clock.elapse(60)],
  ["its signal is aborted", ({ give }) => give.abort()],
  ["its session is closed", ({ client }) => client.close()],
  ["its session is cut", ({ client }) => client.abort()],
];

describe("a call that does not encode, while the code that says where is loaded", () => {
  it.each(ends)("fails without the place when %s", async (_when, end) => {
    const { clock, client, server, onEncodeError } = await connect();
    const give = new AbortController();
    const onFailed = vi.fn();
    client
      .client(Golden)
      .$caller.call(boundsOf.method, wrong, { timeoutMs: 50, signal: give.signal })
      .catch(onFailed);
    await settle();
    expect(onFailed).not.toHaveBeenCalled();
    await end({ clock, client, give });
    await settle();
    expect(onFailed).toHaveBeenCalledTimes(1);
    expect(onFailed).toHaveBeenCalledWith(
      expect.objectContaining({ code: "EncodeFailed", path: expect.stringMatching(/^Golden\.\w+$/) }),
    );
    expect(onEncodeError).toHaveBeenCalledTimes(1);
    if (client.isOpen) expect(await client.client(Golden).lookup("a")).toBe("of a");
    await client.close();
    await server.closed;
    expect(clock.armed).toBe(0);
  });

  it("fails once, with the place, when the code arrives in time", async () => {
    const { clock, client, server, onEncodeError } = await connect();
    const failed = client
      .client(Golden)
      .$caller.call(boundsOf.method, wrong, { timeoutMs: 50 })
      .catch((error: unknown) => error);
    network.arrive();
    expect(await failed).toMatchObject({ code: "EncodeFailed", path: expect.stringMatching(/\[0\]\.y$/) });
    await clock.elapse(60);
    expect(onEncodeError).toHaveBeenCalledTimes(1);
    await client.close();
    await server.closed;
    expect(clock.armed).toBe(0);
  });
});
