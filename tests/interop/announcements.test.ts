/** Generated constants against the reference: method ids, and the bytes of every announcement. */
import { assemblePayload, type TypeRef } from "@voxrpc/runtime/internal/schema";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { streamsHandler } from "../support/stream-handlers.js";
import { everythingDispatcher } from "./gen/everything.vox.js";
import { probeDispatcher } from "./gen/probe.vox.js";
import { streamsDispatcher } from "./gen/streams.vox.js";
import { recordingHandlers } from "./handlers.js";
import {
  buildPeer,
  buildTimeoutMs,
  isCargoFound,
  type PeerAnnouncement,
  readPeerAnnouncements,
  skipNote,
} from "./peer.js";

const isReady = isCargoFound();
const { everything, probe } = recordingHandlers();
const services = [
  everythingDispatcher(everything),
  probeDispatcher(probe),
  streamsDispatcher(streamsHandler().handler),
];
const methods = services.flatMap(({ methods }) => methods);

/** What announces a type when nothing has been announced, as hex. */
function announcement(binding: { root: TypeRef; schemas: readonly { bytes: Uint8Array }[] }): string {
  const payload = assemblePayload(
    binding.schemas.map(({ bytes }) => bytes),
    binding.root,
  );
  return Buffer.from(payload).toString("hex");
}

describe("announcements equal to those of the Rust peer", () => {
  let theirs: readonly PeerAnnouncement[];

  beforeAll(async () => {
    if (!isReady) return;
    await buildPeer();
    theirs = await readPeerAnnouncements();
  }, buildTimeoutMs);

  beforeEach(({ skip }) => skip(!isReady, skipNote));

  it.each(methods.map((method) => [`${method.service}.${method.name}`, method] as const))(
    "%s",
    (_, method) => {
      const reference = theirs.find(({ id }) => id === String(method.id));
      expect({
        service: method.service,
        method: method.name,
        id: String(method.id),
        args: announcement(method.args),
        response: announcement(method.response),
      }).toEqual(reference);
    },
  );

  it("cover every method of the Rust peer", () => {
    const names = methods.map((method) => `${method.service}.${method.name}`);
    expect(theirs.map(({ service, method }) => `${service}.${method}`).sort()).toEqual(names.sort());
  });
});
