/**
 * The lock file beside a Unix socket, which keeps two servers from listening on one path: `PATH.lock` under an
 * exclusive `flock`. The system releases the lock when the process ends, however it ends. Source: `protocol/wire.md`
 * §2.
 *
 * Node has no `flock`. The lock belongs to the open file, which a child process shares. So the command `flock` takes
 * the lock in a child process and ends, and the open file of this process keeps it. BSD and macOS take the lock when
 * they open the file.
 */
import { spawn } from "node:child_process";
import { close, constants, fstat, open } from "node:fs";
import { lstat, unlink } from "node:fs/promises";
import { resolve as resolvePath } from "node:path";
import { promisify } from "node:util";
import { errorCode } from "./socket-errors.js";

/** What became of the attempt to take a lock. */
export type LockAttempt =
  | { readonly kind: "taken"; readonly lock: SocketLock }
  /** Another open file has the lock, in this process or in another. */
  | { readonly kind: "held" }
  /** This machine has no way to take it. */
  | { readonly kind: "unavailable" };

/** A lock that this process holds. */
export interface SocketLock {
  /** Removes the lock file and releases the lock. Never fails: a file that cannot be removed stays. */
  release(): Promise<void>;
}

const openFile = promisify(open);
const closeFile = promisify(close);
const statFile = promisify(fstat);

/** Only the owner may open the lock file: another user who opened it could hold the lock. */
const lockFileMode = 0o600;
/** `O_EXLOCK` of BSD and macOS, which Node has no name for. */
const openLocked = 0x20;
const opensLocked = ["darwin", "freebsd", "openbsd"].includes(process.platform);
/** Exit status of the command when another process has the lock. */
const heldStatus = 1;
/** How often another process may remove the lock file during the attempt before the attempt fails. */
const maxAttempts = 10;

/**
 * Takes the lock of a path, without waiting.
 * @param path of the socket
 * @param command that takes the lock of the file with descriptor 3. Default `flock`, of util-linux or BusyBox
 * @throws the system's error when the lock file cannot be opened
 */
export async function lockSocket(path: string, command = "flock"): Promise<LockAttempt> {
  const file = `${resolvePath(path)}.lock`;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const taken = await takeLock(file, command);
    if (typeof taken === "string") return { kind: taken };
    // The last owner may have removed the file between the two steps. A lock on a removed file does not exclude others.
    if (await isNamed(file, taken)) return { kind: "taken", lock: ownedLock(file, taken) };
    await closeFile(taken);
  }
  return { kind: "held" };
}

/** @returns the open file that has the lock, or why there is none */
async function takeLock(file: string, command: string): Promise<number | "held" | "unavailable"> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
  if (opensLocked) {
    try {
      return await openFile(file, flags | openLocked | constants.O_NONBLOCK, lockFileMode);
    } catch (fault) {
      if (errorCode(fault) === "EAGAIN") return "held";
      throw fault;
    }
  }
  const descriptor = await openFile(file, flags, lockFileMode);
  try {
    const status = await runLocking(command, descriptor);
    if (status === 0) return descriptor;
    await closeFile(descriptor);
    return status === heldStatus ? "held" : "unavailable";
  } catch (fault) {
    await closeFile(descriptor);
    throw fault;
  }
}

/** @returns status of the command; undefined when it cannot be run */
function runLocking(command: string, descriptor: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const child = spawn(command, ["-x", "-n", "3"], { stdio: ["ignore", "ignore", "ignore", descriptor] });
    child.on("error", () => resolve(undefined));
    child.on("close", (status) => resolve(status ?? undefined));
  });
}

async function isNamed(file: string, descriptor: number): Promise<boolean> {
  const own = await statFile(descriptor);
  try {
    const named = await lstat(file);
    return named.ino === own.ino && named.dev === own.dev;
  } catch (fault) {
    if (errorCode(fault) === "ENOENT") return false;
    throw fault;
  }
}

function ownedLock(file: string, descriptor: number): SocketLock {
  let releasing: Promise<void> | undefined;
  const release = async (): Promise<void> => {
    // First the file, then the lock: the next owner makes a new file.
    await unlink(file).catch(() => {});
    await closeFile(descriptor);
  };
  return {
    release() {
      releasing ??= release();
      return releasing;
    },
  };
}
