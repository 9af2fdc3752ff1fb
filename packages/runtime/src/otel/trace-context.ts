/** The W3C trace context: `traceparent` and `tracestate` entries beside a call. */
import {
  type Context,
  createTraceState,
  isSpanContextValid,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from "@opentelemetry/api";
import type { Metadata } from "../wire/metadata.js";

const parentKey = "traceparent";
const stateKey = "tracestate";
const version = "00";
/** Version, trace id, span id, flags; what later versions append is ignored. */
const parentPattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads and writes the trace context as https://www.w3.org/TR/trace-context/ says. */
export const traceContext: TextMapPropagator = {
  inject(context, carrier, setter): void {
    const span = trace.getSpanContext(context);
    if (span === undefined || !isSpanContextValid(span)) return;
    const flags = (span.traceFlags & 0xff).toString(16).padStart(2, "0");
    setter.set(carrier, parentKey, `${version}-${span.traceId}-${span.spanId}-${flags}`);
    const state = span.traceState?.serialize() ?? "";
    if (state !== "") setter.set(carrier, stateKey, state);
  },

  extract(context, carrier, getter): Context {
    const parent = text(getter.get(carrier, parentKey))?.match(parentPattern);
    const [, parentVersion, traceId = "", spanId = "", flags = "", rest] = parent ?? [];
    if (parentVersion === undefined || parentVersion === "ff") return context;
    if (parentVersion === version && rest !== undefined) return context;
    const span = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
    if (!isSpanContextValid(span)) return context;
    const state = text(getter.get(carrier, stateKey));
    const remote = state === undefined ? span : { ...span, traceState: createTraceState(state) };
    return trace.setSpanContext(context, remote);
  },

  fields: () => [parentKey, stateKey],
};

/** Puts entries beside a call. */
export const metadataSetter: TextMapSetter<Metadata> = {
  set: (metadata, key, value) => void metadata.set(key, value),
};

/** Finds entries beside a call; entries that are not texts are ignored. */
export const metadataGetter: TextMapGetter<Metadata> = {
  get: (metadata, key) => metadata.getString(key),
  keys: (metadata) => Array.from(metadata, ({ key }) => key),
};

function text(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
