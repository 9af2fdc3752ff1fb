/**
 * The lock beside a Unix socket: one server at a path, in whatever order they start, and none that a dead one keeps
 * out.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SessionError } from "@voxrpc/runtime";
import { connect, serve } from "@voxrpc/runtime/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listen } from "../../packages/runtime/src/node/listen.js";
import { lockSocket } from "../../packages/runtime/src/node/socket-lock.js";
import { Golden, goldenDispatcher } from "../support/golden-client.js";
import { closeAfterEach, opens } from "../support/opened.js";

let folder = "";
let path = "";
let address = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vox-"));
  path = join(folder, "s");
  address = `local://${path}`;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
closeAfterEach();

const isRoot = process.getuid?.() === 0;
const lowLevel = () => listen({ path }, { onSocket: (socket) => socket.destroy() });

async function failure(attempt: Promise<unknown>): Promise<SessionError> {
  return attempt.then(
    () => {
      throw new Error("it worked");
    },
    (error: SessionError) => error,
  );
}

/** Another process that holds the lock and listens nowhere. */
async function holder(): Promise<ChildProcess> {
  const child = spawn("flock", ["-x", `${path}.lock`, "sh", "-c", "echo held; exec cat"]);
  await once(child.stdout, "data");
  opens({
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        child.stdin.end();
        await once(child, "close");
      }
    },
  });
  return child;
}

describe("a path with a server", () => {
  it("serve_local_with_lock: has no room for another, even of this process", async () => {
    opens(await serve(address, goldenDispatcher()));
    await using shop = await connect(address, Golden);
    expect(await shop.add(99, 0)).toBe(99);
    expect(await failure(lowLevel())).toMatchObject({
      code: "Io",
      message: `io error: another process is serving on ${address}`,
    });
    expect(await shop.hello()).toBe("hello");
  });

  it("serve_local_lock_released_after_drop: has room again when the server has closed", async () => {
    const { listener, lock } = await lowLevel();
    expect(existsSync(`${path}.lock`)).toBe(true);
    await new Promise((resolve) => listener.close(resolve));
    await lock?.release();
    expect([existsSync(path), existsSync(`${path}.lock`)]).toEqual([false, false]);
    const again = await lowLevel();
    await new Promise((resolve) => again.listener.close(resolve));
    await again.lock?.release();
  });

  it("can be served again at once after close", async () => {
    for (let round = 0; round < 5; round++) {
      const server = await serve(address, goldenDispatcher());
      await server.close();
      expect([existsSync(path), existsSync(`${path}.lock`)]).toEqual([false, false]);
    }
  });

  it("goes to exactly one of many servers that start at once", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => serve(address, goldenDispatcher())),
    );
    const started = outcomes.filter((outcome) => outcome.status === "fulfilled");
    expect(started).toHaveLength(1);
    for (const { value } of started) opens(value);
    await using shop = await connect(address, Golden);
    expect(await shop.hello()).toBe("hello");
  });
});

describe("a lock that another process holds", () => {
  it("keeps a server out, and its text says that the other one does not answer", async () => {
    const child = await holder();
    expect(await failure(serve(address, goldenDispatcher()))).toMatchObject({
      code: "Io",
      retryable: true,
      message: `io error: another process holds the lock on ${address} but is not responding`,
    });
    expect(child.exitCode).toBe(null);
  });

  it("is free when the process is killed, and its socket is replaced", async () => {
    const child = await holder();
    child.kill("SIGKILL");
    // The shell below may hold the file for a moment longer.
    (child.stdin as { destroy(): void }).destroy();
    await once(child, "close");
    opens(await serve(address, goldenDispatcher()));
    await using shop = await connect(address, Golden);
    expect(await shop.hello()).toBe("hello");
  });

  it("is seen by other programs: the command flock does not get it", async () => {
    const server = opens(await serve(address, goldenDispatcher()));
    const attempt = spawn("flock", ["-x", "-n", `${path}.lock`, "true"]);
    expect(await once(attempt, "close")).toEqual([1, null]);
    await server.close();
    const later = spawn("flock", ["-x", "-n", `${path}.lock`, "true"]);
    expect(await once(later, "close")).toEqual([0, null]);
  });
});

describe("a lock file", () => {
  it("that was left behind is no obstacle, and keeps its content", async () => {
    writeFileSync(`${path}.lock`, "mine");
    const attempt = await lockSocket(path);
    expect(attempt.kind).toBe("taken");
    if (attempt.kind === "taken") await attempt.lock.release();
  });

  it("that its last owner removes meanwhile holds nothing: the new file is locked", async () => {
    const first = await lockSocket(path);
    renameSync(`${path}.lock`, `${path}.old`);
    const second = await lockSocket(path);
    expect([first.kind, second.kind]).toEqual(["taken", "taken"]);
    expect((await lockSocket(path)).kind).toBe("held");
    for (const attempt of [second, first]) if (attempt.kind === "taken") await attempt.lock.release();
  });

  it("is not needed where there is no command for it", async () => {
    expect(await lockSocket(path, "no-such-command")).toEqual({ kind: "unavailable" });
    expect(await lockSocket(path, "false")).toEqual({ kind: "held" });
  });

  const obstacles: Readonly<Record<string, readonly [make: () => void, text: string]>> = {
    "a symbolic link": [
      () => symlinkSync(join(folder, "elsewhere"), `${path}.lock`),
      "its lock file LOCK cannot be opened (ELOOP)",
    ],
    "a folder": [() => mkdirSync(`${path}.lock`), "its lock file LOCK cannot be opened (EISDIR)"],
    "in no folder": [() => rmSync(folder, { recursive: true }), "its folder does not exist (ENOENT)"],
  };
  it.each(Object.entries(obstacles))("that is %s ends serve with one sentence", async (_, [make, text]) => {
    make();
    const error = await failure(serve(address, goldenDispatcher()));
    expect(error.code).toBe("Io");
    expect(error.message).toBe(
      `io error: ${address} cannot be listened on: ${text.replace("LOCK", `${path}.lock`)}`,
    );
  });

  it.skipIf(isRoot)("in a folder without permission ends serve with one sentence", async () => {
    chmodSync(folder, 0o500);
    expect(await failure(serve(address, goldenDispatcher()))).toMatchObject({
      code: "Io",
      message: `io error: this process may not use ${address} (EACCES)`,
    });
  });
});
