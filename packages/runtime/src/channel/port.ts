/** What both ends of a channel need of their connection. */

import type { Reader } from "../bytes/reader.js";
import type { CodecError } from "../errors.js";
import type { ChannelDirection } from "../observer.js";
import type { ItemType, Shape } from "../shape/shape.js";
import type { WireId } from "../wire/message.js";
import type { ChannelOrigin } from "./origin.js";
import type { ChannelWatch } from "./watch.js";

/** Sends messages about the channels of one connection to the peer. No member waits. */
export interface ChannelPort {
  /** Whether no item can leave in spite of credit: the link holds too much, or a message is being encoded. */
  readonly isFull: boolean;
  /** Whether items must wait in spite of credit: {@link isFull}, or other code has not had its turn. */
  readonly isBusy: boolean;
  /** Memory that the value of an item may take, bytes. */
  readonly decodedRoom: number;
  /** Counts memory of items that are held until they are taken, bytes. Less than 0: they are not held any more. */
  holdDecoded(bytes: number): void;
  /**
   * @throws CodecError `EncodeFailed`, or ItemFault, when the item does not fit its type: nothing was sent
   * @throws ChannelError `ItemUnreadable` when the receiver's version of the type cannot hold the item: nothing was
   *   sent
   */
  sendItem<T>(channelId: WireId, type: ItemType<T>, item: T): void;
  /** The error for an item that cannot be read. @param fault what its reader has thrown */
  decodeError(fault: unknown, reader: Reader, shape: Shape): CodecError;
  sendClose(channelId: WireId): void;
  /** @param reason a text for the peer */
  sendReset(channelId: WireId, reason?: string): void;
  sendGrant(channelId: WireId, items: number): void;
  /** One end of a channel has finished: its id is never used again. */
  forget(channelId: WireId): void;
  /** Calls back when {@link isBusy} may have changed. */
  wait(): void;
  /** Calls `callback` once, after a time in which a sender waits for credit to close. @returns what stops that */
  afterCloseWait(callback: () => void): () => void;
  /** Makes the part that reports a channel to an observer; undefined when there is none. */
  readonly watch:
    | ((
        channelId: WireId,
        direction: ChannelDirection,
        shape: Shape,
        origin: ChannelOrigin | undefined,
      ) => ChannelWatch)
    | undefined;
}
