/** A span around each call, at both sides; one trace goes through them. */
import {
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapPropagator,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { Failure } from "../call/failure.js";
import { isVoxError, type MethodName } from "../errors.js";
import type { ClientMiddleware } from "../middleware/client-middleware.js";
import type { ServerMiddleware } from "../middleware/server-middleware.js";
import { callAttributes, errorType } from "./attributes.js";
import { metadataGetter, metadataSetter } from "./trace-context.js";

/** Spans of calls that this side makes: from the call to its answer, waiting included. */
export function clientSpans(tracer: Tracer, propagator: TextMapPropagator): ClientMiddleware {
  return async (call, next) => {
    const options = { kind: SpanKind.CLIENT, attributes: callAttributes(call.method) };
    const span = tracer.startSpan(nameOf(call.method), options);
    const active = trace.setSpan(context.active(), span);
    propagator.inject(active, call.metadata, metadataSetter);
    try {
      return await context.with(active, next);
    } catch (error) {
      recordError(span, codeOf(error), error);
      throw error;
    } finally {
      span.end();
    }
  };
}

/**
 * Spans of calls that this side answers, in the caller's trace; the handler runs inside the span. A span ends with its
 * handler, or earlier when the caller cancels or has gone.
 */
export function serverSpans(tracer: Tracer, propagator: TextMapPropagator): ServerMiddleware {
  return async (call, _args, next) => {
    const parent = propagator.extract(ROOT_CONTEXT, call.metadata, metadataGetter);
    const options = { kind: SpanKind.SERVER, attributes: callAttributes(call.method) };
    const span = tracer.startSpan(nameOf(call.method), options, parent);
    const onAbort = (): void => {
      recordError(span, "Cancelled", call.signal.reason);
      span.end();
    };
    call.signal.addEventListener("abort", onAbort);
    try {
      const value = await context.with(trace.setSpan(parent, span), () => next());
      if (value instanceof Failure) recordAnswer(span);
      return value;
    } catch (error) {
      if (error instanceof Failure) recordAnswer(span);
      else recordError(span, codeOf(error), error);
      throw error;
    } finally {
      call.signal.removeEventListener("abort", onAbort);
      if (span.isRecording()) span.end();
    }
  };
}

function nameOf({ service, name }: MethodName): string {
  return `${service}/${name}`;
}

function codeOf(error: unknown): string {
  if (isVoxError(error)) return error.code;
  return error instanceof Error ? error.name : "_OTHER";
}

/** A declared error is an answer: the server has done what it should. */
function recordAnswer(span: Span): void {
  if (span.isRecording()) span.setAttribute(errorType, "User");
}

/** Does nothing to a span that has ended with its caller. */
function recordError(span: Span, code: string, error: unknown): void {
  if (!span.isRecording()) return;
  span.setAttribute(errorType, code);
  if (error instanceof Error) span.recordException(error);
  span.setStatus({
    code: SpanStatusCode.ERROR,
    message: error instanceof Error ? error.message : String(error),
  });
}
