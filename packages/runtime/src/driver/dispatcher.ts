/** Dispatchers as generated code makes them: with the code that answers calls. */
import { checkHandler } from "../call/check-handler.js";
import { Dispatcher, type HandledMethod } from "../call/dispatcher.js";
import type { AnsweringImplementation } from "./answering.js";
import { IncomingCalls } from "./incoming.js";

/** Answers the calls of a peer with the handlers of a dispatcher. */
const answering: AnsweringImplementation = {
  feature: "answering",
  start: (parts) => new IncomingCalls(parts),
};

/**
 * The methods of one service with their handler.
 * @param handlers what the application gave for the handler; none where each method has code of its own
 * @throws TypeError for a handler that has no methods, like `undefined`
 */
export function dispatcher(
  name: string,
  methods: readonly HandledMethod[],
  ...handlers: readonly unknown[]
): Dispatcher {
  for (const handler of handlers) checkHandler(handler);
  return new Dispatcher(name, methods, answering);
}
