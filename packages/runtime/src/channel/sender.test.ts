import { describe, expect, it } from "vitest";
import { ChannelError } from "../errors.js";
import type { Observer } from "../observer.js";
import { FakeClock } from "../testing/fake-clock.js";
import { resetByPeer } from "./end.js";
import { FakePort, u32Items } from "./fake-port.fixture.js";
import { Sender } from "./sender.js";
import { ChannelWatch } from "./watch.js";

function setUp(credit: number) {
  const port = new FakePort();
  const sender = new Sender(7, u32Items, port, credit);
  const log: string[] = [];
  const send = (item: number): void =>
    sender.send(
      item,
      () => log.push(`sent ${item}`),
      (error) => log.push(`failed ${item}: ${(error as Error).message}`),
    );
  return { port, sender, log, send };
}

describe("Sender", () => {
  it("credit_blocks_at_zero, credit_initial_zero_blocks_first_send", () => {
    const { sender, log, send } = setUp(0);
    send(1);
    expect(log).toEqual([]);
    sender.grant(1);
    expect(log).toEqual(["sent 1"]);
  });

  it("credit_allows_n_sends", () => {
    const { port, sender, log, send } = setUp(4);
    for (const item of [1, 2, 3, 4, 5]) send(item);
    expect(port.said).toHaveLength(4);
    sender.grant(2);
    send(6);
    expect(log).toHaveLength(6);
    send(7);
    expect(log).toHaveLength(6);
  });

  it("credit_grants_are_additive", () => {
    const { port, sender, send } = setUp(0);
    sender.grant(3);
    sender.grant(5);
    for (const item of [1, 2, 3, 4, 5, 6, 7, 8, 9]) send(item);
    expect(port.said).toHaveLength(8);
  });

  it("try_send_returns_full_with_value_when_credit_is_exhausted: the value stays with the caller", () => {
    const { port, sender } = setUp(1);
    expect([sender.trySend(1), sender.trySend(2)]).toEqual(["sent", "full"]);
    expect(port.said).toEqual(["item 7: 1"]);
  });

  it.each(["send", "trySend", "a send that waited"])(
    "gives the channel up at an item that the receiver cannot read: %s",
    (way) => {
      const { port, sender, log, send } = setUp(way === "a send that waited" ? 0 : 2);
      const unreadable = new ChannelError("ItemUnreadable", "no such variant");
      port.sendItem = () => {
        throw unreadable;
      };
      if (way === "trySend") expect(() => sender.trySend(1)).toThrow(unreadable);
      else send(1);
      if (way === "a send that waited") sender.grant(2);
      send(2);
      const failed = way === "trySend" ? [2] : [1, 2];
      expect(log).toEqual(failed.map((item) => `failed ${item}: no such variant`));
      expect(port.said).toEqual(["reset 7: no such variant", "forget 7"]);
    },
  );

  it("try_send_returns_closed_with_value_when_credit_is_closed: the value stays with the caller", () => {
    const { port, sender } = setUp(1);
    sender.end(resetByPeer());
    expect(sender.trySend(1)).toBe("closed");
    expect(port.said).toEqual(["forget 7"]);
  });

  it("spends credit, then waits in order; grants let the waiting go", () => {
    const { port, sender, log, send } = setUp(2);
    for (const item of [1, 2, 3, 4]) send(item);
    expect(log).toEqual(["sent 1", "sent 2"]);
    sender.grant(1);
    expect(log).toEqual(["sent 1", "sent 2", "sent 3"]);
    sender.grant(0);
    expect(log).toHaveLength(3);
    sender.grant(5);
    expect(port.said).toEqual(["item 7: 1", "item 7: 2", "item 7: 3", "item 7: 4"]);
  });

  it("trySend says what happened and never overtakes", () => {
    const { port, sender, send } = setUp(1);
    expect(sender.trySend(1)).toBe("sent");
    expect(sender.trySend(2)).toBe("full");
    send(3);
    sender.grant(1);
    expect(sender.trySend(4)).toBe("full");
    sender.grant(1);
    port.isBusy = true;
    expect(sender.trySend(5)).toBe("full");
    port.isBusy = false;
    expect(sender.trySend(5)).toBe("sent");
    sender.close(() => {});
    expect(sender.trySend(6)).toBe("closed");
  });

  it("tx_send_waits_for_sink_completion: waits for a busy link though it has credit", () => {
    const { port, sender, log, send } = setUp(4);
    port.isBusy = true;
    send(1);
    expect(port.waits).toBe(1);
    expect(log).toEqual([]);
    port.isBusy = false;
    sender.pump();
    expect(log).toEqual(["sent 1"]);
  });

  it("closes behind what waits, once there is credit", () => {
    const { port, sender, log, send } = setUp(1);
    send(1);
    send(2);
    sender.close(() => log.push("closed"));
    send(3);
    expect(log).toEqual(["sent 1", "failed 3: channel closed"]);
    sender.grant(1);
    expect(log.at(-1)).toBe("sent 2");
    expect(port.said).not.toContain("close 7");
    sender.grant(1);
    expect(port.said.slice(-2)).toEqual(["close 7", "forget 7"]);
    expect(log.at(-1)).toBe("closed");
    sender.close(() => log.push("again"));
    expect(log.at(-1)).toBe("again");
    expect(port.said.filter((text) => text === "close 7")).toHaveLength(1);
  });

  it("does not wait for ever to close", () => {
    const { port, sender } = setUp(1);
    sender.trySend(1);
    sender.close(() => {});
    expect(port.said).not.toContain("close 7");
    port.closeWait?.();
    expect(port.said).toContain("close 7");
  });

  it("fails what waits when the receiver gives up", () => {
    const { sender, log, send } = setUp(1);
    send(1);
    send(2);
    sender.end(resetByPeer());
    send(3);
    expect(log).toEqual(["sent 1", "failed 2: channel reset by peer", "failed 3: channel reset by peer"]);
    expect(sender.trySend(4)).toBe("closed");
  });
});

/** A port whose channels of connection 5 tell an observer. */
function watchedPort(observer: Observer): FakePort {
  const port = new FakePort();
  port.watch = (channelId, direction, _shape, origin) =>
    new ChannelWatch(observer, new FakeClock(), {
      link: "test",
      connectionId: 5,
      channelId,
      direction,
      label: origin?.label,
      itemType: "u32",
      method: origin?.method,
    });
  return port;
}

describe("a watched Sender", () => {
  it("observer_distinguishes_try_send_full_credit_from_runtime_queue", () => {
    const seen: unknown[] = [];
    const port = watchedPort({
      onChannelTrySend: ({ connectionId, channelId, label, outcome }) =>
        seen.push([connectionId, channelId, label, outcome]),
    });
    const starved = new Sender(7, u32Items, port, 0, { label: "credit-full", method: undefined });
    const busy = new Sender(9, u32Items, port, 1, { label: "runtime-full", method: undefined });
    port.isBusy = true;
    expect([starved.trySend(1), busy.trySend(1)]).toEqual(["full", "full"]);
    port.isBusy = false;
    expect(busy.trySend(1)).toBe("sent");
    busy.close(() => {});
    port.closeWait?.();
    expect(busy.trySend(1)).toBe("closed");
    expect(seen).toEqual([
      [5, 7, "credit-full", "FullCredit"],
      [5, 9, "runtime-full", "FullRuntimeQueue"],
      [5, 9, "runtime-full", "Sent"],
      [5, 9, "runtime-full", "Closed"],
    ]);
  });

  it("tells what a send waits for, and how it ended", () => {
    const seen: unknown[] = [];
    const port = watchedPort({
      onChannelSendStarted: () => seen.push("started"),
      onChannelSendWaiting: (event) => seen.push(`waiting for ${event.waitingFor}`),
      onChannelSendFinished: ({ outcome }) => seen.push(outcome),
      onChannelCreditGranted: ({ amount }) => seen.push(`granted ${amount}`),
      onChannelReset: ({ reason }) => seen.push(`reset ${reason}`),
    });
    const sender = new Sender(7, u32Items, port, 1);
    const send = (): void =>
      sender.send(
        1,
        () => {},
        () => {},
      );
    expect(sender.sendNow(1)).toBe(true);
    expect(sender.sendNow(1)).toBe(false);
    send();
    sender.grant(2);
    port.isBusy = true;
    send();
    sender.end(resetByPeer());
    sender.end(resetByPeer());
    send();
    const sent = ["started", "Sent"];
    const starved = ["started", "waiting for credit", "granted 2", "Sent"];
    const congested = ["started", "waiting for link", "Closed", "reset Remote"];
    expect(seen).toEqual([...sent, ...starved, ...congested, "started", "Closed"]);
  });
});
