/** Metrics of calls, channels and links, from the events of an observer. */
import type { Meter } from "@opentelemetry/api";
import type { SessionSnapshot } from "../call/snapshot.js";
import type { Observer } from "../observer.js";
import { callAttributes, callSide, errorType, ioDirection } from "./attributes.js";

/** A session, or a server with its sessions. */
export interface SnapshotSource {
  snapshot():
    | Pick<SessionSnapshot, "outbound">
    | { readonly sessions: readonly Pick<SessionSnapshot, "outbound">[] };
}

/** An observer that counts. */
export function countingObserver(meter: Meter): Observer {
  const calls = meter.createCounter("vox.calls", { unit: "{call}", description: "Calls that have ended" });
  const errors = meter.createCounter("vox.call.errors", {
    unit: "{call}",
    description: "Calls that have failed, by code",
  });
  const durations = {
    client: meter.createHistogram("rpc.client.call.duration", { unit: "s", advice: durationAdvice }),
    server: meter.createHistogram("rpc.server.call.duration", { unit: "s", advice: durationAdvice }),
  };
  const connections = meter.createUpDownCounter("vox.connections", { unit: "{connection}" });
  const channels = meter.createUpDownCounter("vox.channels", { unit: "{channel}" });
  const stalls = meter.createCounter("vox.channel.credit_stalls", {
    unit: "{send}",
    description: "Sends that had to wait for the receiver",
  });
  const io = meter.createCounter("vox.link.io", { unit: "By", description: "Bytes of frames" });
  const full = meter.createUpDownCounter("vox.links.full", {
    unit: "{link}",
    description: "Links whose senders wait because they hold too much",
  });
  const protocolErrors = meter.createCounter("vox.protocol_errors", { unit: "{error}" });
  const refusals = meter.createCounter("vox.links.refused", { unit: "{link}" });
  const reconnects = meter.createCounter("vox.session.reconnects", {
    unit: "{link}",
    description: "Links that took the place of lost ones",
  });
  return {
    onRequestFinished({ method, side, outcome, elapsedMs }) {
      const attributes = callAttributes(method);
      if (outcome !== "Ok") attributes[errorType] = outcome;
      durations[side].record(elapsedMs / 1000, attributes);
      const sided = { ...attributes, [callSide]: side };
      calls.add(1, sided);
      if (outcome !== "Ok") errors.add(1, sided);
    },
    onStateChanged({ state }) {
      if (state.kind === "open" && state.reconnects > 0)
        reconnects.add(1, { "vox.resumed": state.isResumed });
    },
    onConnectionOpened: () => connections.add(1),
    onConnectionClosed: () => connections.add(-1),
    onChannelOpened: () => channels.add(1),
    onChannelClosed: () => channels.add(-1),
    onChannelReset: () => channels.add(-1),
    onChannelSendWaiting({ waitingFor: waitsFor, method }) {
      if (waitsFor === "credit") stalls.add(1, callAttributes(method));
    },
    onFramesRead: ({ bytes }) => io.add(bytes, { [ioDirection]: "receive" }),
    onFramesWritten: ({ bytes }) => io.add(bytes, { [ioDirection]: "transmit" }),
    onBackpressure: () => full.add(1),
    onBackpressureReleased: () => full.add(-1),
    onProtocolError: ({ origin }) => protocolErrors.add(1, { "vox.origin": origin }),
    onHandshakeFailed: ({ error }) => refusals.add(1, { [errorType]: error.code }),
  };
}

/** Bounds of the buckets, s: from a call on one machine to a call that takes as long as a user waits. */
const durationAdvice: { readonly explicitBucketBoundaries: number[] } = {
  explicitBucketBoundaries: [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ],
};

/** Reports the outbound buffers of all tracked sources, each time that metrics are collected. */
export class BufferLevels {
  readonly #tracked = new Set<SnapshotSource>();

  constructor(meter: Meter) {
    meter
      .createObservableGauge("vox.link.buffered", {
        unit: "By",
        description: "Bytes that wait for their readers, on all tracked links",
      })
      .addCallback((result) => {
        let bytes = 0;
        for (const source of this.#tracked) {
          const snapshot = source.snapshot();
          const sessions = "sessions" in snapshot ? snapshot.sessions : [snapshot];
          for (const { outbound } of sessions) bytes += outbound.bufferedBytes;
        }
        result.observe(bytes);
      });
  }

  /** @returns a function that stops the tracking */
  track(source: SnapshotSource): () => void {
    this.#tracked.add(source);
    return () => void this.#tracked.delete(source);
  }
}
