/** The requests of a connection in a snapshot. */
import type { HandledMethod } from "../call/dispatcher.js";
import { methodIdText, type RequestSnapshot, snapshotId } from "../call/snapshot.js";
import { methodText } from "../channel/origin.js";
import type { QueuedMessage } from "./arrival-queue.js";
import type { InFlightTable } from "./in-flight-table.js";
import type { IncomingRequest } from "./incoming-request.js";
import { methodIdOf } from "./method-id.js";
import type { WaitingQueue } from "./outgoing-queue.js";
import type { OutgoingRequest } from "./outgoing-request.js";

/** Calls of this side: those that wait, then those that the peer has not answered. */
export function outgoingSnapshot(
  waiting: WaitingQueue,
  inFlight: InFlightTable,
  nowMs: number,
): RequestSnapshot[] {
  const requests: RequestSnapshot[] = [];
  for (let request = waiting.head; request !== undefined; request = request.next)
    requests.push(ours(undefined, request, nowMs));
  for (const [id, request] of inFlight.all()) requests.push(ours(id, request, nowMs));
  return requests;
}

function ours(id: number | undefined, request: OutgoingRequest | undefined, nowMs: number): RequestSnapshot {
  return {
    id,
    direction: "outgoing",
    state: request === undefined ? "abandoned" : id === undefined ? "waiting" : "sent",
    method: methodText(request?.method),
    methodId: request === undefined ? undefined : methodIdText(request.method.id),
    ageMs: request === undefined ? undefined : age(request.sinceMs, nowMs),
  };
}

/** A call of the peer that waits. @param method undefined when it is not served here */
function queuedSnapshot(
  call: QueuedMessage,
  methodId: bigint,
  method: HandledMethod | undefined,
  nowMs: number,
): RequestSnapshot {
  return {
    id: snapshotId(call.id),
    direction: "incoming",
    state: "queued",
    method: methodText(method),
    methodId: methodIdText(methodId),
    ageMs: age(call.sinceMs, nowMs),
  };
}

/** A call of the peer whose handler runs. */
function runningSnapshot(request: IncomingRequest, nowMs: number): RequestSnapshot {
  return {
    id: snapshotId(request.requestId),
    direction: "incoming",
    state: "running",
    method: methodText(request.method),
    methodId: methodIdText(request.method.id),
    ageMs: age(request.sinceMs, nowMs),
  };
}

function age(sinceMs: number, nowMs: number): number {
  return Math.max(0, nowMs - sinceMs);
}

/** Calls of the peer: the running ones, then those that wait. */
export function incomingSnapshot(
  running: ReadonlyMap<unknown, IncomingRequest>,
  waiting: readonly QueuedMessage[],
  find: (call: QueuedMessage) => HandledMethod | undefined,
  nowMs: number,
): RequestSnapshot[] {
  return [
    ...Array.from(running.values(), (request) => runningSnapshot(request, nowMs)),
    ...waiting.map((call) => queuedSnapshot(call, methodIdOf(call), find(call), nowMs)),
  ];
}
