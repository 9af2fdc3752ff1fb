/** What the two ends of channels need of their connection. */

import type { ChannelDirection } from "../observer.js";
import type { ItemType, Shape } from "../shape/shape.js";
import type { WireId } from "../wire/message.js";
import type { ChannelOrigin } from "./origin.js";
import type { ChannelWatch } from "./watch.js";

/** Says things to the peer about one connection's channels. Nothing here waits. */
export interface ChannelPort {
  /** Whether no item can leave although there is credit: the link holds too much, or a message is being encoded. */
  readonly isFull: boolean;
  /** Whether items must wait although there is credit: {@link isFull}, or others have not had their turn. */
  readonly isBusy: boolean;
  /** Memory that the value of an item may take, bytes. */
  readonly decodedRoom: number;
  /** Items are held until they are taken, or not any more (less than 0): memory, bytes. */
  holdDecoded(bytes: number): void;
  /**
   * @throws CodecError `EncodeFailed` when the item does not fit its type: nothing was sent
   * @throws ChannelError `ItemUnreadable` when the receiver's version of the type cannot hold the item: nothing was sent
   */
  sendItem<T>(channelId: WireId, type: ItemType<T>, item: T): void;
  sendClose(channelId: WireId): void;
  /** @param reason what the peer learns */
  sendReset(channelId: WireId, reason?: string): void;
  sendGrant(channelId: WireId, items: number): void;
  /** An end is through: its id is never used again. */
  forget(channelId: WireId): void;
  /** Calls back when {@link isBusy} may have changed. */
  wait(): void;
  /** Calls `callback` once after a while; a sender that waits to close gives up then. @returns stops it */
  afterCloseWait(callback: () => void): () => void;
  /** Makes what tells an observer about a channel; undefined when nobody watches. */
  readonly watch:
    | ((
        channelId: WireId,
        direction: ChannelDirection,
        shape: Shape,
        origin: ChannelOrigin | undefined,
      ) => ChannelWatch)
    | undefined;
}
