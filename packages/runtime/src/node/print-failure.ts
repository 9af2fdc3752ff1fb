/** Prints failures of the application's code that no observer handles. */
import type { MethodName } from "../errors.js";
import { UnauthenticatedError } from "../middleware/bearer.js";
import type { UnhandledErrorEvent } from "../observer.js";

/**
 * Prints what code of the application threw to the standard error. The peer only learns that something failed, so a bug
 * would stay hidden without this line. A refused token is no bug, and is not printed.
 */
export function printFailure(event: UnhandledErrorEvent): void {
  if (!(event.error instanceof UnauthenticatedError)) console.error(`vox: ${describe(event)}:`, event.error);
}

function describe(event: UnhandledErrorEvent): string {
  switch (event.source) {
    case "handler":
      if (event.side === "client")
        return `the onMetadata callback of a call of ${nameOf(event.method)} failed, over ${event.link}`;
      return `the handler of ${nameOf(event.method)} failed, called from ${event.link}`;
    case "accept": {
      const kind = event.isVirtual ? "a virtual connection" : "a connection";
      return `accepting failed, asked about ${kind} for ${event.service ?? "no service"} from ${event.link}`;
    }
    case "onSession":
      return `onSession failed for the session from ${event.link}, which is ended`;
    case "operationStore": {
      const of = `in a call of ${nameOf(event.method)} from ${event.link}`;
      return `the store of operations failed (${event.step}), ${of}`;
    }
    case "sessionStore":
      return `the store of sessions failed (${event.step})`;
  }
}

function nameOf(method: MethodName | undefined): string {
  return method === undefined ? "a method" : `${method.service}.${method.name}`;
}
