/** Logs calls: method, outcome and time; metadata only when asked, sensitive values never. */
import { Failure } from "../call/failure.js";
import { type Clock, systemClock } from "../clock.js";
import { isVoxError, type MethodName } from "../errors.js";
import type { Metadata } from "../wire/metadata.js";
import type { ClientMiddleware } from "./client-middleware.js";
import type { ServerMiddleware } from "./server-middleware.js";

/** What is logged of a call. */
export interface CallRecord {
  readonly side: "client" | "server";
  /** Like `Catalog.get`. */
  readonly method: string;
  /** `Ok`, or the code of the error; `Failed` for what a handler threw. */
  readonly outcome: string;
  readonly elapsedMs: number;
  /** Entries as texts, sensitive values masked; undefined unless asked for. */
  readonly metadata: readonly { readonly key: string; readonly value: string }[] | undefined;
}

/** How calls are logged. */
export interface LoggingOptions {
  /** Also the metadata. Default false. */
  readonly metadata?: boolean | undefined;
  /** Default: the platform's. */
  readonly clock?: Clock | undefined;
}

/** Logs the calls that we make. @param write is given each call when it has settled */
export function logging(write: (record: CallRecord) => void, options: LoggingOptions = {}): ClientMiddleware {
  return ({ method, metadata }, next) => record("client", method, metadata, next, write, options);
}

/** Logs the calls that we answer. @param write is given each call when its handler is through */
export function serverLogging(
  write: (record: CallRecord) => void,
  options: LoggingOptions = {},
): ServerMiddleware {
  return ({ method, metadata }, _args, next) =>
    record("server", method, metadata, () => next(), write, options);
}

async function record(
  side: CallRecord["side"],
  method: MethodName,
  metadata: Metadata,
  next: () => Promise<unknown>,
  write: (record: CallRecord) => void,
  { metadata: withMetadata = false, clock = systemClock }: LoggingOptions,
): Promise<unknown> {
  const startedAt = clock.now();
  const log = (outcome: string): void => {
    write({
      side,
      method: `${method.service}.${method.name}`,
      outcome,
      elapsedMs: clock.now() - startedAt,
      metadata: withMetadata ? metadata.toJSON() : undefined,
    });
  };
  let value: unknown;
  try {
    value = await next();
  } catch (error) {
    log(error instanceof Failure ? "User" : isVoxError(error) ? error.code : "Failed");
    throw error;
  }
  log(value instanceof Failure ? "User" : "Ok");
  return value;
}
