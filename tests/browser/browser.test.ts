/** The generated client in real browsers, against a real server, under a strict content-security policy. */
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  knownBrowsers,
  programOf,
  type StartedBrowser,
  startBrowser,
  startTimeoutMs,
} from "../support/browser.js";
import { bundleClassic, bundlePage, type Site, startSite } from "../support/site.js";

/** Runs one of the page's functions. */
function run(page: Page, name: string): Promise<unknown> {
  return page.evaluate(
    (test) =>
      (globalThis as unknown as { tests: Record<string, () => Promise<unknown>> }).tests[test]?.() ??
      Promise.reject(new Error(`no test ${test}`)),
    name,
  );
}

for (const known of knownBrowsers) {
  const program = programOf(known);
  describe(`a page in ${known.name}`, () => {
    if (program === undefined) {
      it("runs the generated client", ({ skip }) => skip(known.skipNote));
      return;
    }
    let started: StartedBrowser;
    let site: Site;
    let page: Page;

    beforeAll(async () => {
      const [scripts, serviceWorker, browser] = await Promise.all([
        bundlePage(),
        bundleClassic("tests/browser/service-worker.ts"),
        startBrowser(known, program),
      ]);
      started = browser;
      site = await startSite(new Map([...scripts, ["/service-worker.js", serviceWorker]]));
      page = await started.browser.newPage();
      await page.goto(site.url);
      await page.waitForFunction("globalThis.tests !== undefined");
    }, startTimeoutMs);

    afterAll(async () => {
      await started?.[Symbol.asyncDispose]();
      await site?.[Symbol.asyncDispose]();
    }, startTimeoutMs);

    it("makes unary calls and all kinds of streams at once", async () => {
      expect(await run(page, "calls")).toEqual({
        running: 0,
        total: "499500",
        seen: 1000,
        last: 999,
        loud: ["A", "B", "SS"],
      });
    });

    it("answers calls that the server makes to it", async () => {
      expect(await run(page, "callBack")).toBe("4950");
    });

    it("gets declared errors as values", async () => {
      expect(await run(page, "declaredError")).toBe("User");
    });

    it("gets a typed error for a path that is not served", async () => {
      expect(await run(page, "wrongPath")).toBe("Io");
    });

    it("goes on with its session when its connection is cut", async () => {
      expect(await run(page, "open")).toBe("open");
      expect(await run(page, "callOnKept")).toBe(0);
      site.cutConnections();
      expect(await run(page, "callOnKept")).toBe(0);
      await page.waitForFunction("globalThis.reconnects === 1");
      expect(await run(page, "state")).toMatchObject({ kind: "open", reconnects: 1, isResumed: true });
      await run(page, "close");
    });

    /** Opens a session that pauses for an hour before it looks for another connection, and loses its connection. */
    const losePatient = async (): Promise<void> => {
      expect(await run(page, "openPatient")).toBe(0);
      site.cutConnections();
      await page.waitForFunction("tests.state().then(({ kind }) => kind === 'recovering')", { polling: 20 });
    };
    const goesOn = async (): Promise<void> => {
      await page.waitForFunction("globalThis.reconnects === 1", { polling: 20 });
      expect(await run(page, "callOnKept")).toBe(0);
      await run(page, "close");
    };

    it("makes an attempt at once when the network is back", async () => {
      expect(await run(page, "openPatient")).toBe(0);
      await page.setOfflineMode(true);
      site.cutConnections();
      await page.waitForFunction("tests.state().then(({ kind }) => kind === 'recovering')");
      expect(await page.evaluate("navigator.onLine")).toBe(false);
      expect(await run(page, "wrongPath")).toBe("Io");
      await page.setOfflineMode(false);
      await goesOn();
    });

    it("makes an attempt at once when it is shown again", async () => {
      const other = await started.browser.newPage();
      await other.bringToFront();
      expect(await page.evaluate("document.visibilityState")).toBe("hidden");
      await losePatient();
      await page.bringToFront();
      await goesOn();
      await other.close();
    });

    it("goes on after ten minutes of sleep, with a clock that does not move", async () => {
      expect(await run(page, "openStill")).toBe(0);
      site.cutConnections();
      await page.waitForFunction("tests.state().then(({ kind }) => kind === 'recovering')");
      await run(page, "sleep");
      await goesOn();
    });

    it("holds as many items as it has given credit for when it reads none", async () => {
      expect(await run(page, "unread")).toBe(16);
    });

    it("connects from a worker", async () => {
      expect(await run(page, "worker")).toBe(1225);
    });

    it.each([
      ["serviceWorker", 1],
      ["sharedWorker", 2],
      ["frame", 1],
    ])("calls its %s over a message port", async (context, ports) => {
      expect(await run(page, context)).toEqual({ total: "6", bytes: 3 << 20, ports });
    });

    it("violates no rule of the content-security policy", async () => {
      expect(await page.evaluate("globalThis.violations")).toEqual([]);
    });
  });
}
