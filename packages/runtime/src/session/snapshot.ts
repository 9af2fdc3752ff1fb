/** What the connections of a session hold at one moment, as plain data. */
import { type ConnectionSnapshot, snapshotId } from "../call/snapshot.js";
import type { WireId } from "../wire/message.js";
import type { Connection } from "./connection.js";

/** @param pendingIds of connections that one side has requested and the other has not answered */
export function snapshotConnections(
  active: readonly Connection[],
  pendingIds: readonly WireId[],
): ConnectionSnapshot[] {
  const open = active.map(({ id, sink }): ConnectionSnapshot => {
    const { isDraining = false, requests = [], channels = [] } = sink?.snapshot?.() ?? {};
    const hasDriver = sink?.snapshot !== undefined;
    return { id: snapshotId(id), state: isDraining ? "closing" : "open", hasDriver, requests, channels };
  });
  const opening = pendingIds.map((id): ConnectionSnapshot => {
    return { id: snapshotId(id), state: "opening", hasDriver: false, requests: [], channels: [] };
  });
  return [...open, ...opening];
}
