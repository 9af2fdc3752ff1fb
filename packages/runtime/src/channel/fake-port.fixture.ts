/** A connection that writes down what channels say. */
import type { Reader } from "../bytes/reader.js";
import type { CodecError } from "../errors.js";
import { readU32, writeU32 } from "../postcard/u32.js";
import { u32Shape } from "../shape/build.js";
import type { ItemType } from "../shape/shape.js";
import { unlocatedDecodeError } from "../shape/unlocated.js";
import type { WireId } from "../wire/message.js";
import type { ChannelPort } from "./port.js";

export const u32Items: ItemType<number> = {
  shape: u32Shape,
  write: (w, p, value) => {
    if (p + 5 > w.limit) w.grow(p, 5);
    return writeU32(w, p, value);
  },
  read: readU32,
};

/** Everything said so far, like `item 7: 42`. */
export class FakePort implements ChannelPort {
  readonly said: string[] = [];
  watch: ChannelPort["watch"] = undefined;
  isBusy = false;
  decodedRoom = 1 << 20;
  held = 0;

  holdDecoded(bytes: number): void {
    this.held += bytes;
  }

  get isFull(): boolean {
    return this.isBusy;
  }

  waits = 0;
  closeWait: (() => void) | undefined = undefined;

  sendItem<T>(channelId: WireId, _type: ItemType<T>, item: T): void {
    this.said.push(`item ${channelId}: ${String(item)}`);
  }

  decodeError(fault: unknown, reader: Reader): CodecError {
    return unlocatedDecodeError(fault, reader, "item");
  }

  sendClose(channelId: WireId): void {
    this.said.push(`close ${channelId}`);
  }

  sendReset(channelId: WireId, reason?: string): void {
    this.said.push(`reset ${channelId}${reason === undefined ? "" : `: ${reason}`}`);
  }

  sendGrant(channelId: WireId, items: number): void {
    this.said.push(`grant ${channelId}: ${items}`);
  }

  forget(channelId: WireId): void {
    this.said.push(`forget ${channelId}`);
  }

  wait(): void {
    this.waits += 1;
  }

  afterCloseWait(callback: () => void): () => void {
    this.closeWait = callback;
    return () => {
      this.closeWait = undefined;
    };
  }
}
