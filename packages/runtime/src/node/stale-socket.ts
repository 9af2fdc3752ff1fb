/**
 * Files of Unix sockets that a killed server has left behind. A file says nothing about whether somebody listens: only an
 * attempt to connect does. The lock of the path keeps two servers apart that start at the same moment on the same stale file.
 */
import type { Stats } from "node:fs";
import { lstat, unlink } from "node:fs/promises";
import { connect as connectSocket } from "node:net";
import { SessionError } from "../errors.js";
import { errorCode, socketError } from "./socket-errors.js";

/**
 * Removes the file of a socket on which nobody listens.
 * @param path where something stands, so that it could not be listened on
 * @param place the same as an address, for texts
 * @returns whether the place is free now; not when somebody answers there
 * @throws SessionError `Io` for what is no socket, or when it may not be removed
 */
export async function removeStaleSocket(path: string, place: string): Promise<boolean> {
  try {
    const found = await lookAt(path);
    if (found === undefined) return true;
    if (!found.isSocket()) {
      const text = `${place} is in use: what stands there is no socket, and is left alone`;
      throw new SessionError("Io", `io error: ${text}`);
    }
    if (await isAnswered(path)) return false;
    const now = await lookAt(path);
    if (now === undefined) return true;
    // Another server has replaced it meanwhile.
    if (now.ino !== found.ino || now.ctimeMs !== found.ctimeMs) return false;
    await unlink(path);
    return true;
  } catch (fault) {
    if (fault instanceof SessionError) throw fault;
    if (errorCode(fault) === "ENOENT") return true;
    throw socketError(fault, place);
  }
}

/** @returns undefined when nothing stands there */
async function lookAt(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (fault) {
    if (errorCode(fault) === "ENOENT") return undefined;
    throw fault;
  }
}

/** Whether somebody listens there, as far as this process can tell: only a refusal says no. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket({ path });
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", (fault) => resolve(errorCode(fault) !== "ECONNREFUSED"));
  });
}
