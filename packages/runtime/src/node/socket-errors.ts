/** One sentence for each error of the system about sockets. */
import { SessionError } from "../errors.js";
import { tlsError } from "./tls-errors.js";

/** Sentences by error code; `place` is the address, like `tcp://127.0.0.1:4000`. */
const sentences: ReadonlyMap<string, (place: string) => string> = /*@__PURE__*/ new Map(
  /*@__PURE__*/ Object.entries({
    ECONNREFUSED: (place: string) => `nothing listens on ${place}`,
    ECONNRESET: (place: string) => `connection reset by ${place}`,
    ECONNABORTED: (place: string) => `the connection to ${place} was cut`,
    EPIPE: (place: string) => `${place} has closed the connection and takes nothing more`,
    ETIMEDOUT: (place: string) => `${place} does not answer`,
    EHOSTUNREACH: (place: string) => `there is no way to the host of ${place}`,
    ENETUNREACH: (place: string) => `there is no way to the network of ${place}`,
    EHOSTDOWN: (place: string) => `the host of ${place} is down`,
    ENOTFOUND: (place: string) => `the host name in ${place} is unknown`,
    EAI_AGAIN: (place: string) => `the host name in ${place} could not be looked up: no name server answers`,
    EADDRINUSE: (place: string) => `${place} is in use: another socket listens there`,
    EADDRNOTAVAIL: (place: string) => `the host of ${place} is no address of this machine`,
    EACCES: (place: string) => `this process may not use ${place}`,
    EPERM: (place: string) => `this process may not use ${place}`,
    ENOENT: (place: string) => `nothing listens on ${place}: there is no such file`,
    ENOTDIR: (place: string) => `nothing can listen on ${place}: what the path goes through is no folder`,
    ENOTSOCK: (place: string) => `nothing listens on ${place}: the file there is no socket`,
    EMFILE: () => "this process has too many open files to take another connection",
    ENFILE: () => "this machine has too many open files to take another connection",
  }),
);

/**
 * The error of a socket as a `SessionError`: mostly `Protocol` for TLS, else `Io`. The message ends with the code of
 * the system; the original error is the `cause`.
 * @param place where the socket leads or listens, like `tcp://127.0.0.1:4000`
 */
export function socketError(fault: unknown, place: string): SessionError {
  const code = errorCode(fault);
  const ofTls = fault instanceof Error ? tlsError(fault, code, place) : undefined;
  if (ofTls !== undefined) return ofTls;
  const sentence = code === undefined ? undefined : sentences.get(code)?.(place);
  const text = sentence ?? `${place}: ${fault instanceof Error ? fault.message : String(fault)}`;
  return new SessionError("Io", `io error: ${text}${sentence === undefined ? "" : ` (${code})`}`, {
    cause: fault,
  });
}

/** Code of the system; also that of an aggregate error, after all addresses of a host have failed. */
export function errorCode(fault: unknown): string | undefined {
  if (typeof fault !== "object" || fault === null || !("code" in fault)) return undefined;
  return typeof fault.code === "string" ? fault.code : undefined;
}
