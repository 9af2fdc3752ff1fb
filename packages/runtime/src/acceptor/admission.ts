/** Asks the application about a connection, and carries out its decision. Source: `protocol/calls.md` §8.4. */

import { Dispatcher } from "../call/dispatcher.js";
import { type Awaitable, isPromise } from "../call/result.js";
import { noService } from "../call/service.js";
import { type FailureReporting, reportFailure } from "../observer.js";
import { peerText } from "../options/peer-text.js";
import { RejectedError } from "../wire/rejected-error.js";
import { type ConnectionOffer, type ConnectionRequest, IncomingConnection } from "./incoming-connection.js";
import type { Servable } from "./router.js";
import { serviceNames } from "./service-names.js";

/** Lets the application decide about a connection, at once or later. */
export function admit(
  servable: Servable | undefined,
  request: ConnectionRequest,
  offer: ConnectionOffer,
  reporting: FailureReporting,
): void {
  const connection = new IncomingConnection(request, offer);
  const fail = (error: unknown): void => {
    if (!(error instanceof RejectedError)) reportAcceptError(reporting, request, error);
    connection.fail(error);
  };
  const conclude = (): void => connection.rejectUnsettled(unknownService(servable, request));
  try {
    const decision = ask(servable, request, connection);
    if (isPromise(decision)) {
      Promise.resolve(decision).then(conclude, fail);
      return;
    }
  } catch (error) {
    fail(error);
    return;
  }
  conclude();
}

/** Code of the application that decides about a connection has failed. */
export function reportAcceptError(
  reporting: FailureReporting,
  { link, service, isVirtual }: ConnectionRequest,
  error: unknown,
): void {
  const event = { link, service: service && peerText(service), isVirtual, error };
  reportFailure(reporting, "onAcceptError", "accept", event);
}

function ask(
  servable: Servable | undefined,
  request: ConnectionRequest,
  connection: IncomingConnection,
): Awaitable<void> {
  if (servable === undefined || servable instanceof Dispatcher) {
    connection.accept(servable);
    return undefined;
  }
  if ("accept" in servable) return servable.accept(request, connection);
  const give = (dispatcher: Dispatcher | undefined): void => {
    if (dispatcher !== undefined && !connection.isSettled) connection.accept(dispatcher);
  };
  const route = servable.route(request, connection);
  return isPromise(route) ? Promise.resolve(route).then(give) : give(route);
}

/** The refusal of a connection that the application has not accepted. For a virtual one it is the reference's text. */
function unknownService(
  servable: Servable | undefined,
  { service: wanted = noService, isVirtual }: ConnectionRequest,
): string {
  const text = `unknown service ${wanted}`;
  if (isVirtual) return text;
  const hint = wanted === noService ? " (the client names none: option service)" : "";
  const services = servable !== undefined && "services" in servable ? (servable.services ?? []) : [];
  // A service that exists was refused to this client.
  if (services.length === 0 || services.includes(wanted)) return text + hint;
  return `${text}${hint}; ${serviceNames(services)}`;
}
