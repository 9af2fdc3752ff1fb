/** The contract on each link of the package, and on links that break it. */
import { describe, expect, it } from "vitest";
import type { Link } from "../link/link.js";
import { memoryLinkPair } from "../link/memory-link.js";
import { MessagePortLink } from "../web/message-port-link.js";
import { type LinkPair, linkContract } from "./link-contract.js";

function memory(): LinkPair {
  const [near, far] = memoryLinkPair();
  return { near, far };
}

describe("MemoryLink keeps the contract", () => {
  for (const { name, run } of linkContract(memory)) it(name, run);
});

describe("MessagePortLink keeps the contract", () => {
  const ports = (): LinkPair => {
    const { port1, port2 } = new MessageChannel();
    return {
      near: new MessagePortLink(port1, { role: "initiator" }),
      far: new MessagePortLink(port2, { role: "acceptor" }),
    };
  };
  for (const { name, run } of linkContract(ports)) it(name, run);
});

/** A good link whose members are replaced. */
function changed(good: Link, change: Partial<Link>): Link {
  return {
    framing: good.framing,
    remoteAddress: good.remoteAddress,
    get bufferedBytes() {
      return change.bufferedBytes ?? good.bufferedBytes;
    },
    start: change.start ?? ((sink) => good.start(sink)),
    send: change.send ?? ((...batch) => good.send(...batch)),
    setReading: change.setReading ?? ((isReading) => good.setReading?.(isReading)),
    close: change.close ?? (() => good.close()),
    abort: change.abort ?? (() => good.abort()),
  };
}

const mistakes: readonly (readonly [what: string, broken: string, change: (good: Link) => Partial<Link>])[] =
  [
    [
      "sends each frame twice",
      "keeps order and boundaries, of empty frames too",
      (good) => ({
        send: (...batch) => {
          good.send(...batch);
          return good.send(...batch);
        },
      }),
    ],
    [
      "claims the memory of what it drops",
      "takes no frame after close, and says that its memory is free",
      (good) => ({
        send: (...batch) => {
          good.send(...batch);
          return false;
        },
      }),
    ],
    [
      "lets itself be started twice",
      "is started once",
      (good) => {
        let isStarted = false;
        return {
          start: (sink) => {
            if (!isStarted) good.start(sink);
            isStarted = true;
          },
        };
      },
    ],
    [
      "does not say what it holds",
      "keeps what arrives while it is not read, and lets the sender see it",
      () => ({ bufferedBytes: 0 }),
    ],
  ];

describe("the contract finds a link that", () => {
  for (const [what, broken, change] of mistakes) {
    it(what, async () => {
      const pair = (): LinkPair => {
        const [near, far] = memoryLinkPair();
        return { near: changed(near, change(near)), far };
      };
      const found = linkContract(pair).find(({ name }) => name === broken);
      await expect(found?.run()).rejects.toThrow("the link breaks its contract");
    });
  }
});
