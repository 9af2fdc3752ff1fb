/** Logs calls: method, outcome and time; metadata and payloads only when asked, sensitive values never. */
import { callOut, ignore } from "../call/call-out.js";
import { Failure } from "../call/failure.js";
import { type Clock, systemClock } from "../clock.js";
import { DeclaredError, isVoxError, type MethodName } from "../errors.js";
import { callback, checkOptions, clock, flag, type OptionChecks, switchable } from "../options/checks.js";
import type { Metadata } from "../wire/metadata.js";
import type { ClientMiddleware } from "./client-middleware.js";
import { type PreviewLimits, preview, previewChecks } from "./preview.js";
import type { ServerMiddleware } from "./server-middleware.js";

/** What is logged of a call. */
export interface CallRecord {
  readonly side: "client" | "server";
  /** Like `Catalog.get`. */
  readonly method: string;
  /**
   * `Ok`, or the code of the error. Where the handler's side logs: `Cancelled` for a handler that ends with an error
   * after its caller has left, `Failed` for any other error that is no `VoxError`.
   */
  readonly outcome: string;
  readonly elapsedMs: number;
  /** Entries as texts, sensitive values masked; undefined unless requested. */
  readonly metadata: LoggedMetadata | undefined;
  /** Of the answer, where the handler's side logs; undefined unless requested. */
  readonly responseMetadata: LoggedMetadata | undefined;
  /** The arguments as a short text; undefined unless payloads are requested. */
  readonly args: string | undefined;
  /** The value, or the declared error, as a short text; undefined without one, or unless payloads are requested. */
  readonly answer: string | undefined;
}

/** Metadata as a log has it. */
export type LoggedMetadata = readonly { readonly key: string; readonly value: string }[];

/** How calls are logged. */
export interface LoggingOptions {
  /** Also the metadata. Default false. */
  readonly metadata?: boolean | undefined;
  /**
   * Also arguments and answers, `true` or how much of them. They are shown as they are: leave it off where they hold
   * what no log may have. Default false.
   */
  readonly payloads?: boolean | PreviewLimits | undefined;
  /** Default: the platform's. */
  readonly clock?: Clock | undefined;
}

export const loggingChecks: OptionChecks<LoggingOptions> = {
  metadata: flag,
  payloads: switchable(previewChecks),
  clock,
};

function checkLogging(write: unknown, options: LoggingOptions): void {
  callback(write, "write");
  checkOptions(options, loggingChecks);
}

/**
 * Logs the calls of this side.
 * @param write called with each call when it has settled; its errors are ignored
 * @throws TypeError, RangeError for an option that is not valid, with its name
 */
export function logClientCalls(
  write: (record: CallRecord) => void,
  options: LoggingOptions = {},
): ClientMiddleware {
  checkLogging(write, options);
  return ({ method, args, metadata }, next) => {
    const call = { side: "client", method, args, metadata } as const;
    return record({ ...call, responseMetadata: undefined, callerLeft: undefined }, next, write, options);
  };
}

/**
 * Logs the calls of the peer.
 * @param write called with each call when its handler has ended; its errors are ignored
 * @throws TypeError, RangeError for an option that is not valid, with its name
 */
export function logServerCalls(
  write: (record: CallRecord) => void,
  options: LoggingOptions = {},
): ServerMiddleware {
  checkLogging(write, options);
  return ({ method, metadata, responseMetadata, signal }, args, next) => {
    const call = { side: "server", method, args, metadata, responseMetadata, callerLeft: signal } as const;
    return record(call, () => next(), write, options);
  };
}

interface LoggedCall {
  readonly side: CallRecord["side"];
  readonly method: MethodName;
  readonly args: readonly unknown[];
  readonly metadata: Metadata;
  readonly responseMetadata: Metadata | undefined;
  /** Aborted when the caller of a handler has left. */
  readonly callerLeft: AbortSignal | undefined;
}

async function record(
  { side, method, args, metadata, responseMetadata, callerLeft }: LoggedCall,
  next: () => Promise<unknown>,
  write: (record: CallRecord) => void,
  { metadata: withMetadata = false, payloads = false, clock = systemClock }: LoggingOptions,
): Promise<unknown> {
  const startedAt = clock.now();
  const limits = payloads === true ? {} : payloads;
  const shownArgs = limits === false ? undefined : preview(args, limits);
  const log = (outcome: string, ...answer: readonly unknown[]): void => {
    const record: CallRecord = {
      side,
      method: `${method.service}.${method.name}`,
      outcome,
      elapsedMs: clock.now() - startedAt,
      metadata: withMetadata ? metadata.toJSON() : undefined,
      responseMetadata: withMetadata ? responseMetadata?.toJSON() : undefined,
      args: shownArgs,
      answer: limits === false || answer.length === 0 ? undefined : preview(answer[0], limits),
    };
    callOut(() => write(record), ignore);
  };
  let value: unknown;
  try {
    value = await next();
  } catch (error) {
    if (error instanceof Failure || error instanceof DeclaredError) log("User", error.value);
    else if (callerLeft?.aborted === true) log("Cancelled");
    else log(isVoxError(error) ? error.code : "Failed");
    throw error;
  }
  if (value instanceof Failure) log("User", value.value);
  else log("Ok", value);
  return value;
}
