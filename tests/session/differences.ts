/** Where a replay differs from its record on purpose, and which transcripts belong to other suites. */
import type { Role } from "./recorded-steps.js";
import type { DifferenceKind } from "./replay.js";

/** What a transcript may differ in, and the rule that says so. */
export interface ChosenDifference {
  /** The side of which it holds. */
  readonly role: Role;
  readonly kinds: readonly DifferenceKind[];
  readonly rule: string;
}

const saysWhy =
  "session.md §4: a peer that breaks the protocol is told so (ProtocolError) before the link closes";
const ownRoot = "schemas.md §4: the method's own response types are announced, not 0.8.2's narrow ones";
const ownTexts = "schemas.md §6, postcard.md: same error, its text is our own and names the place";
const noCloseAfterReset = "calls.md §5.3: after a Reset the channel is over, no Close follows";
const noGrantAfterEnd = "calls.md §5.2: a grant after the Close is ignored, so none is sent";
const linkLost =
  "calls.md §5.3: channels end with an error when their link is lost, and nothing is granted for them afterwards";
const keptAnnouncements =
  "schemas.md §5: 0.8.2 keeps what was announced on virtual connections and takes it only once, so it is not said again";
const newAnnouncements =
  "schemas.md §5: announcements begin again on every connection, so the call that 0.8.2 loses is answered";
const failedCallEnds =
  "calls.md §5.1: when a call fails its receivers get what is buffered, then an error: a stream that was cut never looks finished";
const failedHandlerResets =
  "calls.md §5.3: a handler that throws has given its streams up, so they are reset and not closed";
const excess =
  "calls.md §5.2: items beyond the grant reset that channel and block nothing; a grant goes out as soon as its items are taken";
const protocolErrorEnds = "session.md §4: a ProtocolError of the peer ends the session, 0.8.2 ignores it";

const difference = (role: Role, rule: string, ...kinds: readonly DifferenceKind[]): ChosenDifference => ({
  role,
  kinds,
  rule,
});

/** By the name of the transcript. A difference that does not show is a failure, too. */
export const differences: Readonly<Record<string, readonly ChosenDifference[]>> = {
  invalid_payload: [difference("server", ownTexts, "text")],
  request_limit_ignored: [
    difference("client", "calls.md §1: calls wait while the peer's limit is reached", "missing", "extra"),
  ],
  caller_drops_call: [difference("client", "calls.md §1: a caller that gives up sends Cancel", "extra")],
  cancel_volatile_operation: [
    difference("server", `${ownRoot}; calls.md §3: one Cancelled for one request`, "root", "missing"),
  ],
  cancel_volatile_no_operation: [
    difference("server", `${ownRoot}; wire.md §4.3: retry is always announced`, "root", "other"),
  ],
  shutdown_by_client: [
    difference("client", "session.md §5.4: after a shutdown nothing is sent any more", "missing"),
  ],
  refuse_mode_by_link: [
    difference("server", "wire.md §3: no link of ours refuses the mode, so it is accepted", "other", "end"),
  ],
  refuse_hello_even: [
    difference("server", "session.md §1: the acceptor takes the parity that the initiator leaves", "end"),
  ],
  refuse_hello_bytes_metadata: [
    difference("server", "wire.md §4.1: both forms of bytes are read", "extra", "end"),
  ],
  raw_protocol_error: [difference("server", protocolErrorEnds, "missing")],
  raw_call_bad_arguments: [
    difference("server", `${ownTexts}; postcard.md: a varint past u32 is refused, not cut`, "text", "other"),
  ],
  raw_request_ids: [
    difference(
      "server",
      "wire.md §6: a request id of the wrong parity ends the connection",
      "other",
      "missing",
    ),
  ],
  client_response_without_schemas: [
    difference(
      "client",
      "schemas.md §4: failures have the same bytes for every type, so they are read without schemas",
      "result",
    ),
  ],
  client_root_closed: [
    difference(
      "client",
      "session.md §4: when the root closes and nothing else is live, the session ends",
      "missing",
    ),
  ],
  operation_conflict: [difference("server", ownRoot, "root")],
  operation_sealed: [
    difference(
      "server",
      "calls.md §6.2: what was sealed is compared with the call, too: a conflict",
      "other",
    ),
  ],
  raw_operation_id_text: [
    difference(
      "server",
      "calls.md §6.2: what was sealed is compared with the call, too: a conflict",
      "other",
    ),
  ],
  operation_cancel_waiter: [
    difference("server", `${ownRoot}; calls.md §3: one Cancelled for one request`, "root", "missing"),
  ],
  operation_persist_cancel_waiter: [
    difference("server", "calls.md §3: a detached request is answered with Cancelled", "missing", "extra"),
  ],
  handler_panics: [
    difference("client", failedCallEnds, "result"),
    difference("server", `${ownRoot}; ${failedHandlerResets}`, "root", "other"),
  ],
  stream_error_ends_channel: [difference("client", failedCallEnds, "result")],
  stream_tx_paced: [difference("client", noGrantAfterEnd, "missing")],
  virtual_credit: [
    difference("client", noGrantAfterEnd, "missing"),
    difference("server", "calls.md §5.2: a Close is sent with a credit in hand only", "missing", "extra"),
  ],
  receiver_drops_early_client: [difference("server", noCloseAfterReset, "missing")],
  receiver_drops_early_server: [difference("client", noCloseAfterReset, "missing")],
  raw_unknown_channel_flood: [difference("server", excess, "extra")],
  raw_credit_ignored: [difference("server", excess, "missing", "extra")],
  raw_bad_item: [
    difference(
      "server",
      "calls.md §5.3: an item that cannot be read resets the channel at once",
      "missing",
      "extra",
    ),
  ],
  raw_channel_ids: [
    difference(
      "server",
      "wire.md §6: parity parts the channel ids, so 0 and an id of ours are refused in a Call of the peer",
      "missing",
      "extra",
    ),
  ],
  virtual_by_client: [
    difference(
      "client",
      "session.md §5.4: a call on a closed connection fails without being sent",
      "missing",
    ),
  ],
  virtual_closed_by_server: [
    difference("client", "calls.md §4: a receiver learns that its connection has ended", "result"),
  ],
  fail_schema_twice_virtual: [
    difference("server", `${saysWhy}: of a virtual connection, by its Close`, "extra"),
  ],
  client_open_answers: [
    difference(
      "client",
      "session.md §5.1: an Accept with credit 0 or our own parity is no connection, and is closed",
      "extra",
      "result",
    ),
  ],
  resume_reply_before_resend: [
    difference(
      "server",
      "calls.md §6.3: what is answered without a link leaves with the next one, and again when the call comes again",
      "extra",
      "missing",
    ),
  ],
  resume_idempotent: [
    difference(
      "server",
      "calls.md §6.3: a handler that runs on answers the call that comes again",
      "missing",
    ),
  ],
  resume_mid_stream_tx: [
    difference("client", linkLost, "missing", "result"),
    difference("server", `${ownRoot}, also ahead of Indeterminate`, "other", "extra", "root"),
  ],
  resume_mid_stream_rx: [
    difference("client", linkLost, "result"),
    difference("server", `${ownRoot}, also ahead of Indeterminate; ${linkLost}`, "other", "root"),
  ],
  resume_after_call_stream: [difference("client", noGrantAfterEnd, "missing")],
  resume_virtual: [
    difference("client", keptAnnouncements, "missing"),
    difference("server", newAnnouncements, "extra"),
  ],
  resume_twice: [
    difference("server", "session.md §7: a session is known under the newest key of its peer", "other"),
  ],
  resume_settings_changed: [difference("server", saysWhy, "extra")],
  resume_while_connected: [difference("server", saysWhy, "extra")],
  client_garbage: [difference("client", saysWhy, "extra")],
  client_protocol_error: [difference("client", protocolErrorEnds, "missing")],
  ...Object.fromEntries(
    [
      "fail_empty_frame",
      "fail_unknown_payload",
      "fail_truncated",
      "fail_varint",
      "fail_unknown_body",
      "fail_bad_utf8_key",
      "fail_bad_utf8_value",
      "fail_bad_utf8_description",
      "fail_key_length",
      "fail_metadata_count",
      "fail_payload_length",
      "fail_handshake_again",
      "fail_schema_twice",
      "fail_schema_cbor",
      "fail_schema_inlined",
      "fail_schema_unknown_response",
      "fail_in_call",
    ].map((name) => [name, [difference("server", saysWhy, "extra")]]),
  ),
};

const secondClient = "its second client presents the key of the first, which ours does not give away";
const oneKey = "session.md §7: acceptors of ours expect no certain key, they look keys up";
const pending = "belongs to connections: acceptors that get the connection itself";

/** Transcripts that are not replayed here, or of which one side is not. */
const elsewhere: readonly (readonly [name: RegExp, reason: string, role?: Role])[] = [
  [/^(virtual_dropped_acceptor|virtual_early_call)$/, pending, "server"],
  [/^resume_(settings_changed|while_connected)$/, secondClient, "client"],
  [/^resume_key_mismatch$/, oneKey],
  [/^resume_key_wrong_length$/, "its second client is the recorder", "client"],
  [/^resume_server_gone$/, "its calls name their operations, which the notes do not say", "client"],
  [/^invalid_payload$/, "its client was built from other types than those of session.vox", "client"],
];

/** Transcripts with a third side, which is not replayed. */
export const thirdSides: Readonly<Record<string, string>> = {
  proxy: "its guest and its backend are replayed; its host belongs to connections: forwarding",
};

/** Why a side of a transcript is not replayed; undefined when it is. */
export function whyNotReplayed(name: string, role: Role): string | undefined {
  return elsewhere.find(([pattern, , only]) => pattern.test(name) && (only ?? role) === role)?.[1];
}
