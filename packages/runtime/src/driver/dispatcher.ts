/** Dispatchers as generated code makes them: with the code that answers calls. */
import { Dispatcher, type HandledMethod } from "../call/dispatcher.js";
import type { AnsweringImplementation } from "./answering.js";
import { IncomingCalls } from "./incoming.js";

/** Answers the calls of a peer with the handlers of a dispatcher. */
const answering: AnsweringImplementation = {
  feature: "answering",
  start: (parts) => new IncomingCalls(parts),
};

/** The methods of one service with their handler. */
export function dispatcher(name: string, methods: readonly HandledMethod[]): Dispatcher {
  return new Dispatcher(name, methods, answering);
}
