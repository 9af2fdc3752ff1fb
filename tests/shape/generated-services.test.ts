/** Tests call generated clients, as applications do. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

const fromText = "the service comes from a text inside the test, its codecs are interpreted";
const nameOnly = "the name of the service is the subject; its client has no methods";
const callerOnly = "the caller is the subject; typed methods would hide it";

/** Modules that describe services by hand, with the reason. */
const byHand: Readonly<Record<string, string>> = {
  "tests/hostile/session.test.ts": nameOnly,
  "tests/model/service.ts": callerOnly,
  "tests/node/behaviours.test.ts": fromText,
  "tests/node/local.test.ts": fromText,
  "tests/node/pressure.test.ts": fromText,
  "tests/node/wrong-peers.test.ts": nameOnly,
  "tests/session/connection-behaviours.test.ts": fromText,
  "tests/session/connections.test.ts": nameOnly,
  "tests/session/errors.test.ts": nameOnly,
  "tests/session/proxy.test.ts": fromText,
  "tests/session/raw-settings.test.ts": callerOnly,
  "tests/session/released-roots.test.ts": callerOnly,
  "tests/session/reopening.test.ts": callerOnly,
  "tests/support/vox-types.ts": fromText,
};

const reading = "it reads how much a driver still holds";

/** Modules that use the driver of a session, with the reason. */
const driving: Readonly<Record<string, string>> = {
  "tests/application/arguments.test.ts": "a caller without a client goes into middleware",
  "tests/hostile/links.test.ts": reading,
  "tests/hostile/missing-features.test.ts": reading,
  "tests/model/world.ts": reading,
  "tests/session/recorded-caller.ts": "a client would hold the session, and the record says when it ends",
  "tests/session/refused-channels.test.ts": reading,
  "tests/session/streams.test.ts": reading,
};

const describing = /\$\.(?:service|handled|method|answered|declared)\(|extends (?:\$\.)?ClientBase/;
const usingDriver = /\.driver\b(?!\/)|\{ driver \} =/;

function modules(): string[] {
  return ["packages", "tests"].flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" })
      .map((path) => `${folder}/${path.replaceAll("\\", "/")}`)
      .filter((path) => (folder === "tests" ? /\.tsx?$/.test(path) : /\.(?:test|fixture)\.tsx?$/.test(path)))
      .filter((path) => !/\/(?:node_modules|dist|gen|shape)\/|\/\.\w/.test(path)),
  );
}

const matching = (pattern: RegExp): string[] =>
  modules()
    .filter((path) => pattern.test(readFileSync(`${root}${path}`, "utf8")))
    .sort();

describe("tests", () => {
  it("take services from the compiler, not by hand, but for those with a reason", () => {
    expect(matching(describing)).toEqual(Object.keys(byHand).sort());
  });

  it("call through clients, not through the driver of a session, but for those with a reason", () => {
    expect(matching(usingDriver)).toEqual(Object.keys(driving).sort());
  });
});
