/** Code of the application in a recovery, which opens links and hears of signs: it may hang, throw or give nonsense. */
import { acceptSession, openSession, reconnecting, SessionRegistry } from "@voxrpc/runtime/link";
import { FakeClock, type SimulatedPair, settle, simulatedPair } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { type ShopHandler, shopDispatcher } from "../application/gen/shop.vox.js";
import { resumable } from "../support/resumable.js";
import { expectNothingUnheard } from "../support/unheard.js";

expectNothingUnheard();

const bug = new Error("a bug");

const wakers: readonly (readonly [what: string, onWake: () => unknown])[] = [
  ["returns nothing", () => undefined],
  ["returns a number", () => 5],
  ["returns null", () => null],
  ["is async", async () => () => {}],
  ["is async and rejects", () => Promise.reject(bug)],
  [
    "returns a function that throws",
    () => () => {
      throw bug;
    },
  ],
  ["returns an async function that rejects", () => () => Promise.reject(bug)],
  [
    "returns a thenable that throws",
    () => ({
      // biome-ignore lint/suspicious/noThenProperty: that is the case
      get then() {
        throw bug;
      },
    }),
  ],
];

const dispatcher = shopDispatcher({} as ShopHandler);

describe("a session recovers, whatever onWake gives: when it", () => {
  it.each(wakers)("%s", async (_, onWake) => {
    const pair = await resumable(dispatcher, { reconnect: { onWake: onWake as () => () => void } });
    await pair.cut();
    await pair.recover();
    expect(pair.client.isOpen).toBe(true);
    expect(pair.accepted).toHaveLength(2);
    await settle();
    await pair.close();
  });
});

describe("a session without a link ends in time when what opens the next one", () => {
  let open: () => void = () => {};
  let aborted = 0;

  const openers: readonly (readonly [what: string, open: () => unknown])[] = [
    ["never settles", () => new Promise(() => {})],
    [
      "settles when the time is over",
      () =>
        new Promise((resolve) => {
          open = () => {
            const { client } = simulatedPair();
            client.abort = () => {
              aborted += 1;
            };
            resolve(client);
          };
        }),
    ],
    [
      "rejects when the time is over",
      () =>
        new Promise((_resolve, reject) => {
          open = () => reject(bug);
        }),
    ],
  ];

  it.each(openers)("%s", async (what, opener) => {
    aborted = 0;
    open = () => {};
    const clock = new FakeClock();
    const reconnect = reconnecting({
      open: opener as () => Promise<SimulatedPair["client"]>,
      maxElapsedMs: 1000,
      minDelayMs: 0,
    });
    const first = simulatedPair({ clock });
    const [session] = await Promise.all([
      openSession(first.client, { clock, reconnect }),
      acceptSession(first.server, dispatcher, { clock, registry: new SessionRegistry({ clock }) }),
    ]);
    first.cut();
    await settle();
    clock.advance(1);
    await settle();
    clock.advance(1000);
    const { reason, error } = await session.closed;
    expect([reason, error?.code]).toEqual(["Transport", "Io"]);
    open();
    await settle();
    expect(aborted).toBe(what.startsWith("settles") ? 1 : 0);
  });
});
