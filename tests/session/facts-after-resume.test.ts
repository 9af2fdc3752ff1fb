/** New virtual connections of a session with another link have the facts about that link and the peer on it. */
import { type ConnectionRequest, Metadata, router, virtualConnections } from "@voxrpc/runtime";
import type * as $ from "@voxrpc/runtime/gen/v1";
import { openSession, reconnecting, type Session } from "@voxrpc/runtime/link";
import { FakeClock, memoryLinkPair, settle } from "@voxrpc/runtime/testing";
import { afterEach, describe, expect, it } from "vitest";
import { Writer } from "../../packages/runtime/src/bytes/writer.js";
import { writeConnectionAccept } from "../../packages/runtime/src/wire/session-messages.js";
import { Golden } from "../support/gen/session.vox.js";
import { serveGolden } from "../support/golden-service.js";
import { toHex } from "../support/golden-values.js";
import { handshakeFrames, RawPeer } from "../support/raw-peer.js";
import { type Resumable, resumable } from "../support/resumable.js";

describe("a virtual connection that is opened after a resume", () => {
  let pair: Resumable | undefined;

  afterEach(async () => {
    await pair?.close();
    pair = undefined;
  });

  it("names the link that carries it", async () => {
    const links: string[] = [];
    const golden = serveGolden({ wait: (value) => value });
    const note = (request: ConnectionRequest): $.Dispatcher => {
      if (request.isVirtual) links.push(request.link);
      return golden;
    };
    pair = await resumable(router({ Golden: note, Noop: golden }), {
      network: (index) => ({ description: `link ${index}` }),
    });
    await pair.client.open(Golden);
    await pair.cut();
    await pair.recover();
    await pair.client.open(Golden);
    expect(links).toEqual(["link 0", "link 1"]);
  });
});

describe("whether calls carry an operation id", () => {
  const supportsRetry = `${toHex(new TextEncoder().encode("supports_retry"))}f5`;
  const operationId = toHex(new TextEncoder().encode("vox-operation-id"));
  /** What an acceptor says, with or without support for retry. */
  const greeting = (isSupported: boolean): string[] => {
    const frames = handshakeFrames("acceptor", { offeredKey: new Uint8Array(16) } as never).map(toHex);
    const changed = frames.map((frame) =>
      isSupported ? frame : frame.replace(supportsRetry, `${supportsRetry.slice(0, -2)}f4`),
    );
    expect(changed.some((frame, index) => frame !== frames[index])).toBe(!isSupported);
    return changed;
  };
  const acceptOf = (id: number): Uint8Array => {
    const w = new Writer(64);
    const settings = { isEven: true, maxConcurrentRequests: 64, initialChannelCredit: 16 };
    return w.buffer.slice(0, writeConnectionAccept(w, 0, id, settings, new Metadata()));
  };

  for (const [first, second] of [
    [true, false],
    [false, true],
  ] as const) {
    it(`is what the peer said on the link in use: ${first} before the resume, ${second} after it`, async () => {
      const clock = new FakeClock();
      const peers: RawPeer[] = [];
      const support = [first, second];
      const open = async () => {
        const [ours, theirs] = memoryLinkPair();
        const peer = new RawPeer(theirs);
        peer.send(...greeting(support[peers.length] === true));
        peers.push(peer);
        return ours;
      };
      const reconnect = reconnecting({ open, assumeResumed: true, minDelayMs: 0 });
      const session: Session = await openSession(await open(), { clock, reconnect, virtualConnections });
      const seen: boolean[] = [];
      for (const [index, id] of [1, 3].entries()) {
        const peer = peers[index];
        if (peer === undefined) throw new Error("no such link");
        peer.take();
        const opening = session.open(Golden);
        await settle();
        peer.send(acceptOf(id));
        const caller = await opening;
        peer.take();
        void caller.$try.wait(1);
        await settle();
        seen.push(peer.take().some((frame) => frame.includes(operationId)));
        if (index === 0) {
          peer.close();
          await clock.until(settle());
          clock.advance(1);
          await settle();
          expect(session.state).toMatchObject({ kind: "open", reconnects: 1 });
        }
      }
      expect(seen).toEqual([first, second]);
      session.abort();
    });
  }
});
