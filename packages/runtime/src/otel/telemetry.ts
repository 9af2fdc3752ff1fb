/** Telemetry for an application: middleware for both sides and an observer. */
import {
  type MeterProvider,
  metrics,
  type TextMapPropagator,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import type { ClientMiddleware } from "../middleware/client-middleware.js";
import type { ServerMiddleware } from "../middleware/server-middleware.js";
import type { Observer } from "../observer.js";
import { checkOptions, having, type OptionChecks } from "../options/checks.js";
import { BufferLevels, countingObserver, type SnapshotSource } from "./metrics.js";
import { clientSpans, serverSpans } from "./spans.js";
import { traceContext } from "./trace-context.js";

/** Where traces and metrics go, and how a trace travels. */
export interface TelemetryOptions {
  /** Default: the one that is registered globally. */
  readonly tracerProvider?: TracerProvider | undefined;
  /** Default: the one that is registered globally. */
  readonly meterProvider?: MeterProvider | undefined;
  /** Default: the W3C trace context, as `traceparent` and `tracestate` entries of the call's metadata. */
  readonly propagator?: TextMapPropagator | undefined;
}

export const telemetryChecks: OptionChecks<TelemetryOptions> = {
  tracerProvider: having("a TracerProvider", "getTracer"),
  meterProvider: having("a MeterProvider", "getMeter"),
  propagator: having("a TextMapPropagator", "inject", "extract"),
};

/** Made by {@link otel}. */
export interface Telemetry {
  /** A span around each call that a client makes: for `withMiddleware`. */
  readonly client: ClientMiddleware;
  /** A span around each call that a handler answers, active while it runs: for `withMiddleware`. */
  readonly server: ServerMiddleware;
  /** Counts and measures: for the `observer` option; with others by `combineObservers`. */
  readonly observer: Observer;
  /**
   * Reports the outbound buffers of a session, or of all sessions of a server, when metrics are collected.
   * @returns a function that stops the tracking
   */
  track(source: SnapshotSource): () => void;
}

const sourceCheck = /*@__PURE__*/ having("a session or a server", "snapshot");

/** Name of tracer and meter. */
const scope = "@voxrpc/runtime";

/**
 * Traces and metrics of calls.
 *
 * ```ts
 * const telemetry = otel();
 * const dispatcher = withMiddleware(catalogDispatcher(handler), [telemetry.server]);
 * const server = await serve(url, dispatcher, { observer: telemetry.observer });
 * const shop = await connect(url, Catalog, { observer: telemetry.observer });
 * const traced = Catalog.create(withMiddleware(shop.$caller, [telemetry.client]));
 * ```
 *
 * @throws TypeError, RangeError for an option that is not valid, with its name
 */
export function otel(options: TelemetryOptions = {}): Telemetry {
  checkOptions(options, telemetryChecks);
  const { tracerProvider = trace, meterProvider = metrics, propagator = traceContext } = options;
  const tracer = tracerProvider.getTracer(scope);
  const meter = meterProvider.getMeter(scope);
  const levels = new BufferLevels(meter);
  return {
    client: clientSpans(tracer, propagator),
    server: serverSpans(tracer, propagator),
    observer: countingObserver(meter),
    track: (source) => {
      sourceCheck(source, "source");
      return levels.track(source);
    },
  };
}
