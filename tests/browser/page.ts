/** What runs in the page: one function for each test, on `window.tests`. */
import { channel, VoxError } from "@voxrpc/runtime";
import { FakeClock } from "@voxrpc/runtime/testing";
import { connect, reconnecting } from "@voxrpc/runtime/web";
import {
  Streams,
  type StreamsClient,
  type StreamsHandler,
  streamsDispatcher,
} from "../interop/gen/streams.vox.js";
import { contexts } from "./contexts.js";

/** The part of a page that is used here; the tests are compiled without the types of browsers. */
interface Page {
  /** Reports of the content-security policy. */
  violations: string[];
  /** Connections that took the place of lost ones. */
  reconnects?: number;
  tests: Readonly<Record<string, () => Promise<unknown>>>;
  addEventListener(
    type: "securitypolicyviolation",
    listener: (event: { readonly violatedDirective: string }) => void,
  ): void;
  readonly Worker: new (
    url: string,
    options: { readonly type: "module" },
  ) => {
    onmessage: (event: { readonly data: unknown }) => void;
    onerror: () => void;
    terminate(): void;
  };
}

const page = globalThis as unknown as Page;
page.violations = [];
page.addEventListener("securitypolicyviolation", ({ violatedDirective }) => {
  page.violations.push(violatedDirective);
});

async function sum(client: StreamsClient, n: number): Promise<string> {
  const upload = channel<number>();
  const [total] = await Promise.all([
    client.sum(upload.rx),
    upload.tx.sendAll(Array.from({ length: n }, (_, index) => index)),
  ]);
  return String(total);
}

async function count(client: StreamsClient, n: number): Promise<number[]> {
  const numbers = channel<number>();
  const counting = client.count(0, n, numbers.tx);
  const seen: number[] = [];
  for await (const each of numbers.rx) seen.push(each);
  await counting;
  return seen;
}

/** Answers the server's calls back into the page. */
const handler = {
  async count(start: number, n: number, out: { send(item: number): Promise<void> }) {
    for (let at = 0; at < n; at++) await out.send(start + at);
  },
} as unknown as StreamsHandler;

let kept: StreamsClient | undefined;
const still = new FakeClock();

page.tests = {
  ...contexts,
  /** A unary call, and all kinds of streams at once. */
  async calls() {
    await using client = await connect(Streams);
    const shouts = channel<string>();
    const echoes = channel<string>();
    const loud: string[] = [];
    const shouting = client.shout(shouts.rx, echoes.tx);
    const listening = (async () => {
      for await (const text of echoes.rx) loud.push(text);
    })();
    const [running, total, seen] = await Promise.all([
      client.running(),
      sum(client, 1000),
      count(client, 1000),
      shouts.tx.sendAll(["a", "b", "ß"]),
    ]);
    await Promise.all([shouting, listening]);
    return { running, total, seen: seen.length, last: seen.at(-1), loud };
  },
  /** The server calls the page. */
  async callBack() {
    await using client = await connect("/vox", Streams, { serve: streamsDispatcher(handler) });
    return String(await client.callBack(100));
  },
  /** A declared error, typed. */
  async declaredError() {
    await using client = await connect(Streams);
    const numbers = channel<number>();
    const result = await client.$try.failAfter(0, numbers.tx);
    return result.ok ? "ok" : result.error.code;
  },
  /** What a page sees of a path that the server does not serve. */
  async wrongPath() {
    try {
      await connect("/elsewhere", Streams);
      return "connected";
    } catch (error) {
      return error instanceof VoxError ? error.code : String(error);
    }
  },
  async open() {
    kept = await connect(Streams, { reconnect: reconnecting({ maxElapsedMs: 60_000 }) });
    kept.$session.onStateChanged((state) => {
      if (state.kind === "open") page.reconnects = state.reconnects;
    });
    return String(kept.$session.state.kind);
  },
  /** A unary call, which the session makes again over another connection. */
  async callOnKept() {
    return kept?.running();
  },
  /** A session that pauses for an hour before it looks for another connection. */
  async openPatient() {
    const hour = 3_600_000;
    kept = await connect(Streams, {
      reconnect: reconnecting({
        minDelayMs: hour,
        maxDelayMs: hour,
        maxElapsedMs: 2 * hour,
        jitter: () => 1,
      }),
    });
    page.reconnects = 0;
    kept.$session.onStateChanged((state) => {
      if (state.kind === "open") page.reconnects = state.reconnects;
    });
    return kept.running();
  },
  /** A session that pauses for a second of a clock that does not move. */
  async openStill() {
    kept = await connect(Streams, {
      clock: still,
      reconnect: reconnecting({ minDelayMs: 1000, maxElapsedMs: 30_000, jitter: () => 1 }),
    });
    page.reconnects = 0;
    kept.$session.onStateChanged((state) => {
      if (state.kind === "open") page.reconnects = state.reconnects;
    });
    return kept.running();
  },
  /** The machine sleeps for ten minutes: its timers fire late, when it wakes. */
  async sleep() {
    still.sleep(600_000);
  },
  /** How many items a server sends to a page that reads none of them. */
  async unread() {
    await using client = await connect(Streams, { initialChannelCredit: 16 });
    const numbers = channel<number>();
    const sending = client.endless(numbers.tx);
    // Each answer comes after what the server has sent before it.
    for (let turn = 0; turn < 50; turn++) await client.running();
    await numbers.rx.cancel();
    return sending;
  },
  async state() {
    return kept?.$session.state;
  },
  async close() {
    await kept?.$close();
  },
  /** A worker of the page has a client of its own. */
  async worker() {
    const worker = new page.Worker("/worker.js", { type: "module" });
    const answer = await new Promise<unknown>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = () => reject(new Error("the worker failed"));
    });
    worker.terminate();
    return answer;
  },
};
