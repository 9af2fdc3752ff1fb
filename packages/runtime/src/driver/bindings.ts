/** Announcements of one connection, both ways: what was sent ahead of messages, and what the peer sent ahead of its own. */
import type { Binding } from "../call/binding.js";
import { CodecError, type MethodName } from "../errors.js";
import { defaultLimits, type Limits } from "../limits.js";
import type { Schema, TypeId, TypeRef } from "../schema/model.js";
import { assemblePayload, readSchemaPayload } from "../schema/payload.js";
import { Announcement, type BindingDirection, ReceiveState, SendState } from "../schema/registry.js";
import { typeName } from "../schema/type-ref.js";
import type { Connection } from "../session/connection.js";
import { writeSchemaMessage } from "../wire/request-messages.js";
import { decideArguments, decideResponse, type Mismatch, type ResponseDecision } from "./payload-reader.js";

/** Schemas of one connection. */
export class Bindings {
  private readonly connection: Connection;
  private readonly sent = new SendState();
  private readonly received: ReceiveState;

  constructor(connection: Connection, limits: Limits) {
    this.connection = connection;
    this.received = new ReceiveState(limits);
  }

  /** What a method keeps to know whether its schemas of one direction have left. */
  announcement(methodId: bigint, direction: BindingDirection, binding: Binding): Announcement {
    return new Announcement(this.sent, methodId, direction, binding);
  }

  /**
   * Sends schemas ahead of the next message, unless they have left. The link has them once they are in the outbox.
   * @param idBytes the method id as it stands in messages
   */
  announce(announcement: Announcement, idBytes: Uint8Array, direction: BindingDirection): void {
    const payload = announcement.prepare();
    if (payload === undefined) return;
    const { outbox } = this.connection.host;
    const w = outbox.writer;
    outbox.commit(writeSchemaMessage(w, outbox.begin(), this.connection.id, idBytes, direction, payload));
    announcement.commit();
  }

  /**
   * Takes an announcement of the peer.
   * @param carrier how the error text names the message that carried it
   * @returns whether it was good: otherwise the connection has been ended
   */
  receive(methodId: bigint, direction: BindingDirection, payload: Uint8Array, carrier: string): boolean {
    try {
      this.received.record(methodId, direction, payload);
      return true;
    } catch (error) {
      this.connection.fail(`${carrier}: ${error instanceof CodecError ? error.reason : String(error)}`);
      return false;
    }
  }

  /** How the arguments of a method are read. */
  decideArguments(method: MethodName, binding: Binding): Mismatch {
    const remote = this.rootOf(method.id, "args");
    if (typeof remote === "string") return remote;
    const parts = decideArguments(binding.root, remote);
    return parts === undefined
      ? undefined
      : this.explain(method, "arguments", binding, parts.local, parts.remote);
  }

  /** How the responses of a method are read. */
  decideResponse(method: MethodName, binding: Binding): { ok: Mismatch; user: Mismatch } {
    const remote = this.rootOf(method.id, "response");
    if (typeof remote === "string") return { ok: remote, user: remote };
    const decision: ResponseDecision = decideResponse(binding.root, remote);
    const text = (parts: ResponseDecision["ok"], what: string): Mismatch =>
      parts === undefined ? undefined : this.explain(method, what, binding, parts.local, parts.remote);
    return { ok: text(decision.ok, "result"), user: text(decision.user, "error") };
  }

  private rootOf(methodId: bigint, direction: BindingDirection): TypeRef | string {
    try {
      return this.received.requireRoot(methodId, direction);
    } catch (error) {
      return error instanceof CodecError ? error.reason : String(error);
    }
  }

  private explain(
    method: MethodName,
    what: string,
    binding: Binding,
    local: TypeRef,
    remote: TypeRef,
  ): string {
    const own = ownSchemas(binding);
    const ours = typeName(local, (id) => own.get(id));
    const theirs = typeName(remote, (id) => this.received.schema(id));
    const where = `${what} of ${method.service}.${method.name}`;
    const same = ours === theirs ? " (of the same name, but another definition)" : "";
    return `protocol error: translation plan failed: ${where}: remote is \`${theirs}\`, local is \`${ours}\`${same}`;
  }
}

/** Our own schemas of a binding, decoded: for error texts only. */
function ownSchemas(binding: Binding): ReadonlyMap<TypeId, Schema> {
  const chunks = binding.schemas.map((schema) => schema.bytes);
  const { schemas } = readSchemaPayload(assemblePayload(chunks, binding.root), {
    maxSchemaBytes: Number.POSITIVE_INFINITY,
    maxSchemas: Number.POSITIVE_INFINITY,
    maxSchemaDepth: defaultLimits.maxSchemaDepth,
  });
  return new Map(schemas.map((schema) => [schema.id, schema]));
}
