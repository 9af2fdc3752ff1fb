/** The hooks in real browsers with real React, in strict mode, against a real server. */

import { fail, partialDispatcher } from "@voxrpc/runtime";
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ShopHandler, shopDispatcher } from "../application/gen/shop.vox.js";
import {
  knownBrowsers,
  programOf,
  type StartedBrowser,
  startBrowser,
  startTimeoutMs,
} from "../support/browser.js";
import { bundlePage, type Site, startSite } from "../support/site.js";

/** Answers the page, and records its calls. */
function shop() {
  const calls: string[] = [];
  const handler: Partial<ShopHandler> = {
    add(a, b) {
      calls.push(`add ${a} ${b}`);
      return a + b;
    },
    find(id, { signal }) {
      calls.push(`find ${id}`);
      if (id === 404n) return fail({ kind: "NotFound", id });
      if (id !== 99n) return { id, name: `item ${id}` };
      signal.addEventListener("abort", () => calls.push(`left ${id}`));
      return new Promise(() => {});
    },
    async watch(out, { signal }) {
      for (const name of ["a", "b", "c"]) await out.send(name);
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      calls.push("left watch");
    },
  };
  return { calls, dispatcher: partialDispatcher(shopDispatcher, handler) };
}

for (const known of knownBrowsers) {
  const program = programOf(known);
  describe(`React in ${known.name}`, () => {
    if (program === undefined) {
      it("runs the hooks", ({ skip }) => skip(known.skipNote));
      return;
    }
    let started: StartedBrowser;
    let site: Site;
    let page: Page;
    const { calls, dispatcher } = shop();
    const problems: string[] = [];

    beforeAll(async () => {
      const [scripts, browser] = await Promise.all([
        bundlePage({ page: "tests/react/page.ts" }),
        startBrowser(known, program),
      ]);
      started = browser;
      site = await startSite(scripts, dispatcher);
      page = await started.browser.newPage();
      page.on("pageerror", (error) => problems.push(String(error)));
      await page.goto(site.url);
      await page.waitForFunction("globalThis.show !== undefined");
    }, startTimeoutMs);

    afterAll(async () => {
      await started?.[Symbol.asyncDispose]();
      await site?.[Symbol.asyncDispose]();
    }, startTimeoutMs);

    const show = (view: string): Promise<void> =>
      page.evaluate((name) => (globalThis as unknown as { show(view: string): void }).show(name), view);
    const sees = async (text: string): Promise<void> => {
      await page.waitForFunction(`document.getElementById("root").textContent === ${JSON.stringify(text)}`);
    };
    const happens = (call: string): Promise<void> =>
      expect.poll(() => calls.includes(call)).toBe(true) as Promise<void>;

    it("calls once, though strict mode mounts twice", async () => {
      await show("Call");
      await sees("success 5");
      expect(calls.filter((call) => call.startsWith("add"))).toEqual(["add 2 3"]);
    });

    it("aborts the call when the component unmounts", async () => {
      await show("Unanswered");
      await sees("pending");
      await happens("find 99");
      await show("nothing");
      await happens("left 99");
    });

    it("suspends until the answer is there, and shares one call by arguments", async () => {
      await show("Suspended");
      await sees("item 1");
      await show("SharedByArguments");
      await sees("item 2, item 2");
      expect(calls.filter((call) => call === "find 2")).toHaveLength(1);
    });

    it("gives a declared error to the error boundary", async () => {
      await show("Failing");
      await sees("failed: NotFound");
    });

    it("serves TanStack Query", async () => {
      await show("Query");
      await sees("item 3 21");
      expect(calls.filter((call) => call === "find 3")).toHaveLength(1);
    });

    it("makes a stream again after a lost connection, behind its last item", async () => {
      await show("Stream");
      await sees("open b c of 3, run 1, after undefined");
      site.cutConnections();
      await sees("open b c of 6, run 2, after c");
      await show("nothing");
      await happens("left watch");
    });

    it("shows the state of the connection", async () => {
      await show("StateOfClient");
      await sees("open");
      await show("State");
      await sees("open 1");
      await site.whileAway(() => sees("recovering"));
      await sees("open 2");
    });

    it("throws nothing in the page", () => {
      expect(problems).toEqual([]);
    });
  });
}
