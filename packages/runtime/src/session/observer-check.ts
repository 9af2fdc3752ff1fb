/** Refuses an observer with a misspelled member, which no event would ever reach. */
import type { Observer } from "../observer.js";
import { anyObject, type Check, suggestion } from "../options/checks.js";

/** Every member of an observer: one that is missing here does not compile. */
const members = {
  onConnectionOpened: 0,
  onConnectionClosed: 0,
  onStateChanged: 0,
  onRequestStarted: 0,
  onRequestFinished: 0,
  onHandlerError: 0,
  onOperationStoreError: 0,
  onOperationForgotten: 0,
  onSessionStoreError: 0,
  onResumeRefused: 0,
  onStorePressure: 0,
  onAcceptError: 0,
  onSessionCallbackError: 0,
  onFeatureMissing: 0,
  onProtocolError: 0,
  onDecodeError: 0,
  onEncodeError: 0,
  onHandshakeFailed: 0,
  onLinkClosed: 0,
  onFramesRead: 0,
  onFramesWritten: 0,
  onBackpressure: 0,
  onBackpressureReleased: 0,
  onChannelOpened: 0,
  onChannelSendStarted: 0,
  onChannelSendWaiting: 0,
  onChannelSendFinished: 0,
  onChannelTrySend: 0,
  onChannelCreditGranted: 0,
  onChannelItemReceived: 0,
  onChannelItemConsumed: 0,
  onChannelClosed: 0,
  onChannelReset: 0,
} satisfies Record<keyof Observer, 0>;

/** An observer: an object, or an instance of a class, whose members with names like `onEvent` are all known. */
export const observerCheck: Check = (value, name) => {
  anyObject(value, name);
  for (let each: unknown = value; each instanceof Object; each = Object.getPrototypeOf(each))
    for (const member of Object.getOwnPropertyNames(each))
      if (/^on[A-Z]/.test(member) && !Object.hasOwn(members, member))
        throw new TypeError(`${name}.${member} is no event${suggestion(member, members)}`);
};
