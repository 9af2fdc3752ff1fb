/** The connection in components. */
import type { Client, SessionState } from "@voxrpc/runtime";
import { useMemo, useSyncExternalStore } from "react";
import { Connection, type ConnectionState } from "./connection.js";

/**
 * The connected client. The component suspends until there is one.
 * @throws what connecting has failed with, for the nearest error boundary; `connection.retry()` connects again
 */
export function useClient<C extends Client>(connection: Connection<C>): C {
  const state = useSyncExternalStore(connection.subscribe, connection.read, connection.read);
  const client = connection.connected;
  if (client !== undefined) return client;
  if (state.kind === "failed") throw state.error;
  // React waits for a thrown promise, and then renders the component again.
  throw connection.client().then(ignore, ignore);
}

/**
 * The state of the connection: `connecting`, `open`, `recovering`, `closed`; of a {@link Connection} also `failed`. The
 * component renders again with each change. It does not suspend.
 */
export function useConnectionState(source: Client): SessionState;
export function useConnectionState<C extends Client>(source: Connection<C>): ConnectionState;
export function useConnectionState(source: Client | Connection<Client>): ConnectionState;
export function useConnectionState(source: Client | Connection<Client>): ConnectionState {
  const { subscribe, read } = useMemo(() => watch(source), [source]);
  return useSyncExternalStore(subscribe, read, read);
}

interface StateSource {
  readonly subscribe: (listener: () => void) => () => void;
  readonly read: () => ConnectionState;
}

function watch(source: Client | Connection<Client>): StateSource {
  if (source instanceof Connection) return source;
  const session = source.$session;
  return {
    subscribe: (listener) => session.onStateChanged(() => listener()),
    read: () => session.state,
  };
}

function ignore(): void {}
