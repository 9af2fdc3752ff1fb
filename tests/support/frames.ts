/** Frames of a peer that says what it likes: each message as bytes, without a check of sense or order. */
import type * as $ from "@voxrpc/runtime/gen/v1";
import { Writer } from "../../packages/runtime/src/bytes/writer.js";
import { assemblePayload } from "../../packages/runtime/src/schema/assemble-payload.js";
import {
  writeChannelClose,
  writeChannelReset,
  writeGrantCredit,
  writeItemHead,
} from "../../packages/runtime/src/wire/channel-messages.js";
import { Metadata, writeMetadata } from "../../packages/runtime/src/wire/metadata.js";
import {
  beginPayload,
  endItem,
  endPayload,
  methodIdBytes,
  writeCallHead,
  writeCancel,
  writeResponseHead,
  writeSchemaMessage,
} from "../../packages/runtime/src/wire/request-messages.js";
import {
  writeConnectionAccept,
  writeConnectionClose,
  writeConnectionOpen,
  writeConnectionReject,
  writePing,
  writePong,
  writeProtocolError,
} from "../../packages/runtime/src/wire/session-messages.js";

type Id = number | bigint;

const none = new Metadata();
const settings = { isEven: false, maxConcurrentRequests: 64, initialChannelCredit: 16 };

function written(write: (w: Writer, p: number) => number): Uint8Array {
  const w = new Writer(512);
  const end = write(w, 0);
  return w.buffer.slice(0, end);
}

function put(w: Writer, p: number, bytes: Uint8Array): number {
  if (p + bytes.length > w.limit) w.grow(p, bytes.length);
  w.buffer.set(bytes, p);
  return p + bytes.length;
}

export const frame = {
  /** Announces the argument types of a method, or any payload in their place. */
  schemas(
    method: { readonly id: bigint; readonly args: $.Binding },
    payload?: Uint8Array,
    connectionId: Id = 0,
  ): Uint8Array {
    const { schemas, root } = method.args;
    const own =
      payload ??
      assemblePayload(
        schemas.map(({ bytes }) => bytes),
        root,
      );
    return written((w, p) => writeSchemaMessage(w, p, connectionId, methodIdBytes(method.id), "args", own));
  },
  /** Announces the response types of a method. */
  responseSchemas(
    method: { readonly id: bigint; readonly response: $.Binding },
    payload?: Uint8Array,
  ): Uint8Array {
    const { schemas, root } = method.response;
    const own =
      payload ??
      assemblePayload(
        schemas.map(({ bytes }) => bytes),
        root,
      );
    return written((w, p) => writeSchemaMessage(w, p, 0, methodIdBytes(method.id), "response", own));
  },
  /** @param args encoded arguments */
  call(
    id: Id,
    method: { readonly id: bigint },
    args: readonly number[],
    { connectionId = 0, metadata = none }: { readonly connectionId?: Id; readonly metadata?: Metadata } = {},
  ): Uint8Array {
    return written((w, p) => {
      const head = writeCallHead(w, p, connectionId, id, methodIdBytes(method.id));
      const start = beginPayload(w, writeMetadata(w, head, metadata));
      return endPayload(w, start, put(w, start, Uint8Array.from(args)));
    });
  },
  /** @param payload the encoded Result */
  response(id: Id, payload: readonly number[], connectionId: Id = 0): Uint8Array {
    return written((w, p) => {
      const head = writeResponseHead(w, p, connectionId, id);
      const start = beginPayload(w, writeMetadata(w, head, none));
      return endPayload(w, start, put(w, start, Uint8Array.from(payload)));
    });
  },
  cancel: (id: Id, connectionId: Id = 0): Uint8Array =>
    written((w, p) => writeCancel(w, p, connectionId, id)),
  item(channelId: Id, bytes: readonly number[] | Uint8Array, connectionId: Id = 0): Uint8Array {
    return written((w, p) => {
      const start = beginPayload(w, writeItemHead(w, p, connectionId, channelId));
      return endItem(w, start, put(w, start, Uint8Array.from(bytes)));
    });
  },
  close: (channelId: Id, connectionId: Id = 0): Uint8Array =>
    written((w, p) => writeChannelClose(w, p, connectionId, channelId, none)),
  reset: (channelId: Id, connectionId: Id = 0): Uint8Array =>
    written((w, p) => writeChannelReset(w, p, connectionId, channelId, none)),
  grant: (channelId: Id, items: number, connectionId: Id = 0): Uint8Array =>
    written((w, p) => writeGrantCredit(w, p, connectionId, channelId, items)),
  open: (
    connectionId: Id,
    metadata: Metadata = new Metadata({ "vox-service": "Golden" }),
    chosen: Partial<typeof settings> = {},
  ): Uint8Array =>
    written((w, p) => writeConnectionOpen(w, p, connectionId, { ...settings, ...chosen }, metadata)),
  accept: (connectionId: Id, chosen: Partial<typeof settings> = {}): Uint8Array =>
    written((w, p) =>
      writeConnectionAccept(w, p, connectionId, { ...settings, isEven: true, ...chosen }, none),
    ),
  reject: (connectionId: Id): Uint8Array =>
    written((w, p) => writeConnectionReject(w, p, connectionId, none)),
  closeConnection: (connectionId: Id): Uint8Array =>
    written((w, p) => writeConnectionClose(w, p, connectionId, none)),
  ping: (nonce: number): Uint8Array => written((w, p) => writePing(w, p, nonce)),
  pong: (nonce: number, connectionId: Id = 0): Uint8Array =>
    written((w, p) => writePong(w, p, connectionId, nonce)),
  protocolError: (text: string): Uint8Array => written((w, p) => writeProtocolError(w, p, text)),
} as const;

/** Announces the argument types of several methods on the root connection, each type once. */
export function announced(
  ...methods: readonly { readonly id: bigint; readonly args: $.Binding }[]
): Uint8Array[] {
  const seen = new Set<bigint>();
  return methods.map((method) => {
    const fresh = method.args.schemas.filter(({ id }) => !seen.has(id));
    for (const { id } of fresh) seen.add(id);
    return frame.schemas(
      method,
      assemblePayload(
        fresh.map(({ bytes }) => bytes),
        method.args.root,
      ),
    );
  });
}
