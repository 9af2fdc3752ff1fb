/** Reads the arguments of Calls of the peer, and opens or refuses the channels among them. */
import { Reader } from "../bytes/reader.js";
import type { HandledMethod } from "../call/dispatcher.js";
import type { Channels } from "../channel/channels.js";
import { HandlerChannels } from "../channel/handler-channels.js";
import type { DecodedBudget } from "../session/decoded-budget.js";
import type { WireId } from "../wire/message.js";
import type { ArgumentsReading, IncomingRequest, ServedMethod } from "./incoming-request.js";
import type { MethodTable } from "./method-table.js";
import type { RequestEvents } from "./request-events.js";

/** The arguments of the Calls on one connection. */
export class IncomingArguments {
  readonly #methods: MethodTable<HandledMethod, ArgumentsReading>;
  readonly #channels: Channels;
  readonly #events: RequestEvents;
  readonly #decoded: DecodedBudget;
  readonly #reader = new Reader();

  constructor(
    methods: MethodTable<HandledMethod, ArgumentsReading>,
    channels: Channels,
    events: RequestEvents,
    decoded: DecodedBudget,
  ) {
    this.#methods = methods;
    this.#channels = channels;
    this.#events = events;
    this.#decoded = decoded;
  }

  /**
   * Reads the arguments of a request, and opens the channels among them.
   * @throws DecodeFault or CodecError when the arguments cannot be read; none of their channels is open then
   */
  read(request: IncomingRequest, { read, skipsChannels }: ArgumentsReading): readonly unknown[] {
    const reader = this.#reader;
    reader.allow(this.#decoded.room).reset(request.bytes, request.argumentsStart, request.argumentsEnd);
    const args =
      request.method.hasChannels || skipsChannels ? this.#readWithChannels(request, read) : read(reader);
    request.decodedBytes = reader.decodedBytes;
    return args;
  }

  /** A Call is refused: its caller learns that its channels have ended, and items that came for them are dropped. */
  refuse(served: ServedMethod, requestId: WireId, bytes: Uint8Array, start: number, end: number): void {
    const { method } = served;
    const reader = this.#reader;
    const channels = new HandlerChannels(this.#channels, method);
    reader.binder = channels;
    try {
      const reading = this.#methods.decide(served);
      if (reading === undefined || reading.problem !== undefined) return;
      reader.allow(this.#decoded.room).reset(bytes, start, end);
      reading.read(reader);
    } catch (fault) {
      this.#events.codecFailed("onDecodeError", "arguments", { requestId, method }, fault);
    } finally {
      reader.binder = undefined;
      channels.refuse();
    }
  }

  #readWithChannels(request: IncomingRequest, read: ArgumentsReading["read"]): readonly unknown[] {
    const reader = this.#reader;
    const channels = new HandlerChannels(this.#channels, request.method);
    reader.binder = channels;
    try {
      const args = read(reader);
      channels.open();
      request.channels = channels;
      return args;
    } catch (fault) {
      channels.refuse();
      throw fault;
    } finally {
      reader.binder = undefined;
    }
  }
}
