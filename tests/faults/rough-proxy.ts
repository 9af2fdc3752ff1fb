/**
 * A TCP proxy that is a bad network without privileges: it delays, trickles, stalls and cuts what passes, by a seed.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type Random, randomOf } from "../support/mutate.js";

/** A proxy before a server. */
export interface RoughProxy extends AsyncDisposable {
  /** Connect here instead. */
  readonly url: string;
  /** Connections that it has cut so far. */
  readonly cuts: number;
}

/** What becomes of a piece: each happens once in so many. */
const oneIn = { trickles: 8, stalls: 30, cuts: 60 } as const;
const longestDelayMs = 5;
const stallMs = 300;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts a proxy before the server at `url`. */
export async function startRoughProxy(url: string, seed: number): Promise<RoughProxy> {
  const { hostname, port } = new URL(url);
  const random = randomOf(seed);
  const sockets = new Set<Socket>();
  let cuts = 0;
  const listener = createServer((near) => {
    const far = connect({ host: hostname, port: Number(port) });
    const cut = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) sockets.add(socket.on("error", cut).once("close", cut));
    const onCut = (): void => {
      cuts += 1;
      cut();
    };
    void pass(near, far, random, onCut);
    void pass(far, near, random, onCut);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    url: `tcp://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    get cuts() {
      return cuts;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, "close");
    },
  };
}

async function pass(from: Socket, to: Socket, random: Random, cut: () => void): Promise<void> {
  try {
    for await (const piece of from as AsyncIterable<Buffer>) {
      if (random(oneIn.cuts) === 0) return cut();
      await pause(random(oneIn.stalls) === 0 ? stallMs : random(longestDelayMs));
      await forward(piece, to, random);
    }
    to.end();
  } catch {
    // One of the two has been cut.
    to.destroy();
  }
}

async function forward(piece: Buffer, to: Socket, random: Random): Promise<void> {
  const step = random(oneIn.trickles) === 0 ? 1 + random(16) : piece.length;
  for (let at = 0; at < piece.length && to.writable; at += step) {
    to.write(piece.subarray(at, at + step));
    if (step < piece.length) await pause(1);
  }
}
