/**
 * Files of Unix sockets that a killed server has left behind. A file does not show whether a server listens: only an
 * attempt to connect does. The lock of the path protects two servers that start at the same moment on the same stale
 * file.
 */
import type { Stats } from "node:fs";
import { lstat, unlink } from "node:fs/promises";
import { connect as connectSocket } from "node:net";
import { SessionError } from "../errors.js";
import { errorCode, socketError } from "./socket-errors.js";

/**
 * Removes the file of a socket on which no server listens.
 * @param path of the file that kept the server from listening
 * @param place the path as an address, for texts
 * @returns whether the place is free now; false when a server answers there
 * @throws SessionError `Io` for a file that is not a socket, or when the file may not be removed
 */
export async function removeStaleSocket(path: string, place: string): Promise<boolean> {
  try {
    const found = await lookAt(path);
    if (found === undefined) return true;
    if (!found.isSocket()) {
      const text = `${place} is in use: the file there is no socket, and is left alone`;
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

/** @returns undefined when there is no file */
async function lookAt(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (fault) {
    if (errorCode(fault) === "ENOENT") return undefined;
    throw fault;
  }
}

/** Whether a server seems to listen there: only a refused connection means no. */
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
