/** Real browsers for tests: found on the machine, started headless, driven by puppeteer-core. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer, { type Browser } from "puppeteer-core";

/** A browser that the tests know how to start. */
export interface KnownBrowser {
  readonly name: "chrome" | "firefox";
  /** Where it may be; the first that exists is taken. */
  readonly places: readonly string[];
  /** Note with which its tests are skipped where it is missing. */
  readonly skipNote: string;
}

export const knownBrowsers: readonly KnownBrowser[] = [
  {
    name: "chrome",
    places: ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"],
    skipNote: "browser (chromium not found)",
  },
  {
    name: "firefox",
    places: ["/usr/bin/firefox-esr", "/usr/bin/firefox"],
    skipNote: "browser (firefox not found)",
  },
];

/** Milliseconds that a browser may take to start on a busy machine. */
export const startTimeoutMs = 120_000;

/**
 * The browser's program; undefined where it is not installed.
 * @throws Error in CI, where a missing browser is a mistake unless VOX_ALLOW_NO_BROWSER says otherwise
 */
export function programOf({ name, places }: KnownBrowser): string | undefined {
  const program = places.find((place) => existsSync(place));
  if (program === undefined && isSet("CI") && !isSet("VOX_ALLOW_NO_BROWSER"))
    throw new Error(
      `${name} is not found: install it, or set VOX_ALLOW_NO_BROWSER=1 to go without its tests`,
    );
  return program;
}

function isSet(name: string): boolean {
  const value = process.env[name];
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}

/** A started browser. */
export interface StartedBrowser extends AsyncDisposable {
  readonly browser: Browser;
}

/** Starts a browser with an empty profile that makes no connections of its own. */
export async function startBrowser({ name }: KnownBrowser, program: string): Promise<StartedBrowser> {
  const profile = mkdtempSync(join(tmpdir(), "vox-browser-"));
  const browser = await puppeteer.launch({
    browser: name,
    executablePath: program,
    headless: true,
    userDataDir: profile,
    timeout: startTimeoutMs,
    args:
      name === "chrome"
        ? [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
          ]
        : [],
  });
  return {
    browser,
    async [Symbol.asyncDispose]() {
      await browser.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
