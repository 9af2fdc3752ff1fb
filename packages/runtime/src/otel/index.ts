/**
 * Traces and metrics through OpenTelemetry's API, which applications install beside this package. Subpath
 * `@voxrpc/runtime/otel`; nothing else of the runtime imports it.
 */

export type { SnapshotSource } from "./metrics.js";
export { otel, type Telemetry, type TelemetryOptions } from "./telemetry.js";
export { traceContext } from "./trace-context.js";
