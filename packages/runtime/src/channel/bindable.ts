/** One half of a caller's pair goes to the call. These interfaces say what the other half, which stays, must take. */
import type { ChannelError } from "../errors.js";
import type { ChannelEnd } from "./end.js";
import type { Receiver } from "./receiver.js";
import type { Sender } from "./sender.js";

/** The half that sends when the other one was passed. */
export interface BindableTx<T> {
  readonly isErrorObserved: boolean;
  bind(sender: Sender<T>): void;
  fail(error: ChannelError): void;
  giveUp(error: ChannelError): void;
}

/** The half that receives when the other one was passed. */
export interface BindableRx<T> {
  /** The receiver of this half, once it is bound. */
  readonly bound: Receiver<T> | undefined;
  readonly isErrorObserved: boolean;
  readonly isLeft: boolean;
  bind(receiver: Receiver<T>): void;
  fail(error: ChannelError): void;
  endWith(end: ChannelEnd): void;
  giveUp(error: ChannelError): void;
}
