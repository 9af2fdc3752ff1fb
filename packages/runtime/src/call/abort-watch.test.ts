import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { unwatchAbort, watchAbort } from "./abort-watch.js";

describe("watchAbort", () => {
  it("puts one listener on a signal, whatever the number of watchers, and none when all are gone", () => {
    const { signal } = new AbortController();
    const watchers = Array.from({ length: 100 }, () => ({ onAborted: () => {} }));
    for (const watcher of watchers) watchAbort(signal, watcher);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    for (const watcher of watchers) unwatchAbort(signal, watcher);
    for (const watcher of watchers) unwatchAbort(signal, watcher);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("tells each watcher once, also one that others leave or join meanwhile", () => {
    const controller = new AbortController();
    const { signal } = controller;
    const told: string[] = [];
    const second = { onAborted: () => told.push("second") };
    const first = {
      onAborted: () => {
        told.push("first");
        unwatchAbort(signal, first);
      },
    };
    watchAbort(signal, first);
    watchAbort(signal, second);
    controller.abort();
    controller.abort();
    expect(told).toEqual(["first", "second"]);
    unwatchAbort(signal, second);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("tells no watcher that another one has removed during the same dispatch", () => {
    const controller = new AbortController();
    const { signal } = controller;
    const told: string[] = [];
    const second = { onAborted: () => told.push("second") };
    watchAbort(signal, { onAborted: () => unwatchAbort(signal, second) });
    watchAbort(signal, second);
    watchAbort(signal, { onAborted: () => told.push("third") });
    controller.abort();
    expect(told).toEqual(["third"]);
  });

  it("tells the others when a watcher throws, and reports what it throws to the process", async () => {
    const controller = new AbortController();
    const bug = new Error("a bug");
    const told: string[] = [];
    const uncaught = new Promise((resolve) => {
      process.once("uncaughtException", resolve);
    });
    const others = process.listeners("uncaughtException").slice(0, -1);
    for (const other of others) process.off("uncaughtException", other);
    watchAbort(controller.signal, {
      onAborted: () => {
        throw bug;
      },
    });
    watchAbort(controller.signal, { onAborted: () => told.push("second") });
    controller.abort();
    expect(told).toEqual(["second"]);
    expect(await uncaught).toBe(bug);
    for (const other of others) process.on("uncaughtException", other);
  });
});
