/**
 * The board of `examples/live-board`, in two tabs whose server is killed. Needs a build. With `SCREENSHOT` the test
 * writes what it sees to that file.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "puppeteer-core";
import { expect, it } from "vitest";
import { knownBrowsers, programOf, startBrowser, startTimeoutMs } from "../support/browser.js";
import { Running, root } from "../support/command.js";
import { buildExample } from "../support/example.js";

const [chrome] = knownBrowsers;
const program = chrome === undefined ? undefined : programOf(chrome);

/** The figures of a tab, by name. */
function figures(tab: Page): Promise<Record<string, number>> {
  return tab.$$eval("dd", (all) =>
    Object.fromEntries(
      all.map((each) => {
        const { id, textContent } = each as unknown as { readonly id: string; readonly textContent: string };
        return [id, Number(textContent)];
      }),
    ),
  );
}

/** Waits for a condition in a tab. A hidden tab has no animation frames, so the condition is looked at by a timer. */
async function until(tab: Page, condition: string): Promise<void> {
  await tab.waitForFunction(condition, { polling: 50 });
}

/** Reads a figure, in the page. */
const number = (id: string): string => `Number(document.getElementById('${id}').textContent)`;

it("loses no mark of two tabs, though its server is killed", { timeout: startTimeoutMs }, async ({
  skip,
}) => {
  if (chrome === undefined || program === undefined) return skip(chrome?.skipNote);
  const folder = buildExample("live-board");
  // The build for users: tests run with another NODE_ENV.
  const env = { ...process.env, NODE_ENV: "production" };
  const vite = [join(root, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "warn"];
  execFileSync(process.execPath, vite, { cwd: folder, env });
  await using example = new Running(process.execPath, ["dist/start.js"], folder, { PORT: "0" });
  const address = (await example.line(/^live-board: /)).slice("live-board: ".length);
  await using started = await startBrowser(chrome, program);
  const tabs = [await started.browser.newPage(), await started.browser.newPage()];
  for (const tab of tabs) {
    await tab.setViewport({ width: 1040, height: 520 });
    await tab.goto(address);
    await tab.waitForSelector("#draw");
  }
  const click = (tab: Page, id: string): Promise<void> =>
    tab.$eval(`#${id}`, (button) => (button as unknown as { click(): void }).click());
  const [first, second] = tabs as [Page, Page];
  for (const tab of tabs) await click(tab, "draw");
  for (const tab of tabs) await until(tab, `${number("confirmed")} >= 40`);
  await click(second, "kill");
  await example.line(/^another server runs/);
  for (const tab of tabs) {
    await until(tab, "document.getElementById('state').textContent === 'open, after 1 loss'");
    const { confirmed = 0 } = await figures(tab);
    await until(tab, `${number("confirmed")} >= ${confirmed + 20}`);
  }
  for (const tab of tabs) await click(tab, "draw");
  for (const tab of tabs) await until(tab, `${number("sent")} === ${number("confirmed")}`);
  const sent = (await Promise.all(tabs.map(figures))).map((each) => each["sent"] ?? 0);
  const all = sent.reduce((sum, each) => sum + each, 0);
  for (const tab of tabs) await until(tab, `${number("received")} >= ${all}`);
  for (const [index, tab] of tabs.entries())
    expect(await figures(tab)).toEqual({
      sent: sent[index],
      confirmed: sent[index],
      received: all,
      newest: all,
      lost: 0,
      doubled: 0,
    });
  await first.bringToFront();
  const picture = await first.screenshot({ type: "png" });
  expect(picture.length).toBeLessThan(150_000);
  const file = process.env["SCREENSHOT"];
  if (file !== undefined) writeFileSync(file, picture);
});
