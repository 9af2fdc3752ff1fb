/**
 * What each side of a connection has announced. Pure: no I/O, no clock; the driver moves the bytes. Both states belong
 * to one connection and live as long as it does. Source: `protocol/schemas.md` §4, §5.
 */
import { IdMap } from "../bytes/id-map.js";
import { CodecError } from "../errors.js";
import { assemblePayload } from "./assemble-payload.js";
import type { Schema, SchemaPayload, TypeId, TypeRef } from "./model.js";
import type { SchemaLimits } from "./payload.js";

/** Which half of a method a root describes. */
export type BindingDirection = "args" | "response";

/** One schema of an announcement as the sender needs it: its id and its own CBOR. */
export interface AnnouncedSchema {
  readonly id: TypeId;
  /** CBOR of this single schema. */
  readonly bytes: Uint8Array;
}

/** The announcement for one direction of a method: its root and all schemas that the root needs, dependencies first. */
export interface AnnouncedBinding {
  readonly root: TypeRef;
  readonly schemas: readonly AnnouncedSchema[];
}

/** The schemas that are new to a side that has those of `known`. */
function unknownOf(
  { schemas }: AnnouncedBinding,
  known: { has(id: TypeId): boolean },
): readonly AnnouncedSchema[] {
  const unknown = new Map<TypeId, AnnouncedSchema>();
  for (const schema of schemas)
    if (!known.has(schema.id) && !unknown.has(schema.id)) unknown.set(schema.id, schema);
  return [...unknown.values()];
}

/** CBOR of an announcement. */
function payloadOf(schemas: readonly AnnouncedSchema[], root: TypeRef): Uint8Array {
  return assemblePayload(
    schemas.map(({ bytes }) => bytes),
    root,
  );
}

const directionBits: Readonly<Record<BindingDirection, number>> = { args: 1, response: 2 };

/** The announcements of this side on one connection. */
export class SendState {
  /** Grows with every reset: an {@link Announcement} keeps the epoch in which it was sent. @internal */
  epoch = 1;
  readonly #schemas = new Set<TypeId>();
  /** Per method id: the bits of the directions that are bound. */
  readonly #bindings = new Map<bigint, number>();

  /** Whether a root of this method and direction was announced. One map look-up by bigint: see {@link Announcement}. */
  isSent(methodId: bigint, direction: BindingDirection): boolean {
    return ((this.#bindings.get(methodId) ?? 0) & directionBits[direction]) !== 0;
  }

  /**
   * CBOR of the announcement to send ahead of the next message of this method and direction. It has the schemas that
   * the peer does not have yet; without any, the root is still sent. Undefined when an announcement was sent. Changes
   * nothing: call {@link commit} once the link has the message.
   */
  prepare(methodId: bigint, direction: BindingDirection, binding: AnnouncedBinding): Uint8Array | undefined {
    if (this.isSent(methodId, direction)) return undefined;
    return payloadOf(unknownOf(binding, this.#schemas), binding.root);
  }

  /** Marks the binding and its schemas as sent. */
  commit(methodId: bigint, direction: BindingDirection, binding: AnnouncedBinding): void {
    this.#bindings.set(methodId, (this.#bindings.get(methodId) ?? 0) | directionBits[direction]);
    for (const schema of binding.schemas) this.#schemas.add(schema.id);
  }

  /** Forgets everything: the session goes on over a new link. */
  reset(): void {
    this.epoch += 1;
    this.#schemas.clear();
    this.#bindings.clear();
  }
}

/**
 * One binding of one method on one connection: what the driver keeps beside the method so that "already announced?"
 * costs a comparison of two numbers on the way of every call.
 */
export class Announcement {
  readonly #state: SendState;
  readonly #methodId: bigint;
  readonly #direction: BindingDirection;
  readonly #binding: AnnouncedBinding;
  #sentEpoch = 0;

  constructor(state: SendState, methodId: bigint, direction: BindingDirection, binding: AnnouncedBinding) {
    this.#state = state;
    this.#methodId = methodId;
    this.#direction = direction;
    this.#binding = binding;
  }

  /** Whether nothing has to be sent ahead of the next message. */
  get isSent(): boolean {
    return this.#sentEpoch === this.#state.epoch;
  }

  /**
   * CBOR to send ahead of the next message; undefined when the method's root was announced, also through another
   * binding. Changes nothing about the connection: {@link commit} does, once the link has the message.
   */
  prepare(): Uint8Array | undefined {
    if (this.isSent) return undefined;
    const bytes = this.#state.prepare(this.#methodId, this.#direction, this.#binding);
    if (bytes === undefined) this.#sentEpoch = this.#state.epoch;
    return bytes;
  }

  /** Marks it as sent. */
  commit(): void {
    this.#state.commit(this.#methodId, this.#direction, this.#binding);
    this.#sentEpoch = this.#state.epoch;
  }
}

interface Root {
  readonly ref: TypeRef;
  /** Bytes given back when a later root replaces this one. */
  readonly bytes: number;
}

interface MethodRoots {
  args: Root | undefined;
  response: Root | undefined;
}

/** {@link SchemaPayload} in the bytes of this side. */
interface OwnPayload {
  readonly schemas: readonly AnnouncedSchema[];
  readonly root: TypeRef;
}

const anyRoot: TypeRef = { tag: "var", name: "" };

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && a.every((byte, at) => byte === b[at]));
}

/** Bytes that one connection may hold, in payloads of the largest size. */
const payloadsHeld = 8;

function refuseAbove(limit: number, count: number, what: string): void {
  if (count > limit) throw new CodecError("DecodeFailed", `more than ${limit} ${what}`);
}

/** Reads an announcement without trusting it: `readSchemaPayload`. */
export type ReadPayload = (bytes: Uint8Array, limits: SchemaLimits) => SchemaPayload;

/** The announcements of the peer on one connection. */
export class ReceiveState {
  /**
   * Undefined: the code for it is not loaded. Only announcements that have the bytes of this side can be taken then.
   */
  read: ReadPayload | undefined;
  readonly #limits: SchemaLimits;
  /** Schemas of the peer by id; one that has the bytes of this side is kept as such. */
  readonly #schemas = new Map<TypeId, Schema | AnnouncedSchema>();
  readonly #roots = new IdMap<MethodRoots>();
  #bytesHeld = 0;

  /**
   * @param limits `maxSchemas` bounds the schemas and the methods of the whole connection, `maxSchemaBytes` one payload
   * (and eight times that all of them).
   */
  constructor(limits: SchemaLimits, read?: ReadPayload) {
    this.#limits = limits;
    this.read = read;
  }

  /**
   * Takes the CBOR of an announcement: adds its schemas, sets the root of the method and direction; a later root
   * replaces an earlier one.
   *
   * @param own the types of this side for the method and direction
   * @returns false, and changes nothing, when the announcement differs from that of this side and {@link read} is
   *   missing
   * @throws CodecError `DecodeFailed` when the bytes are no payload, when they bring a schema id a second time (those
   * before it stay recorded), and when the connection's limits are exceeded: each ends the connection, with the text
   * behind the name of the message that carried it.
   */
  record(methodId: bigint, direction: BindingDirection, bytes: Uint8Array, own?: AnnouncedBinding): boolean {
    const payload = this.read === undefined ? this.#asOurs(bytes, own) : this.read(bytes, this.#limits);
    if (payload === undefined) return false;
    const before = this.#roots.get(methodId);
    this.#bytesHeld += bytes.length - (before?.[direction]?.bytes ?? 0);
    this.#checkLimits(payload, before === undefined);
    for (const schema of payload.schemas) {
      if (this.#schemas.has(schema.id)) throw new CodecError("DecodeFailed", duplicateText(schema.id));
      this.#schemas.set(schema.id, schema);
    }
    const root: Root = { ref: payload.root, bytes: payload.schemas.length === 0 ? bytes.length : 0 };
    if (before === undefined) {
      this.#roots.set(methodId, { args: undefined, response: undefined, [direction]: root });
    } else {
      before[direction] = root;
    }
    return true;
  }

  /** The announcement if a peer of the same version sends it; undefined when it differs. */
  #asOurs(bytes: Uint8Array, own: AnnouncedBinding | undefined): OwnPayload | undefined {
    if (own === undefined) return undefined;
    const schemas = unknownOf(own, this.#schemas);
    return sameBytes(bytes, payloadOf(schemas, own.root)) ? { schemas, root: own.root } : undefined;
  }

  /**
   * Whether the peer has announced the types of this side: the same root, and the same schema for each id of this side.
   */
  isOurs({ root, schemas }: AnnouncedBinding, remote: TypeRef): boolean {
    return (
      root === remote &&
      schemas.every(({ id, bytes }) => {
        const other = this.#schemas.get(id);
        return other === undefined || ("bytes" in other && sameBytes(bytes, other.bytes));
      })
    );
  }

  #checkLimits(payload: SchemaPayload | OwnPayload, isNewMethod: boolean): void {
    const { maxSchemas } = this.#limits;
    refuseAbove(maxSchemas, this.#schemas.size + payload.schemas.length, "schemas on one connection");
    refuseAbove(maxSchemas, this.#roots.size + Number(isNewMethod), "methods with schemas on one connection");
    this.#checkBytes(this.#bytesHeld);
  }

  #checkBytes(bytes: number): void {
    refuseAbove(payloadsHeld * this.#limits.maxSchemaBytes, bytes, "bytes of schemas on one connection");
  }

  /**
   * Checks an announcement that {@link record} has not taken, before it is kept.
   * @param size bytes of its payload
   * @param count announcements that wait, this one included
   * @param bytes that they count
   * @throws CodecError `DecodeFailed` when a limit is exceeded
   */
  checkUnread(size: number, count: number, bytes: number): void {
    const { maxSchemas, maxSchemaBytes } = this.#limits;
    refuseAbove(maxSchemaBytes, size, "bytes of schemas in one announcement");
    refuseAbove(maxSchemas, count, "announcements that wait");
    this.#checkBytes(this.#bytesHeld + bytes);
  }

  /** Bytes of the announcements that are kept. */
  get bytes(): number {
    return this.#bytesHeld;
  }

  /** The schema with this id, if the peer has announced it. */
  schema(id: TypeId): Schema | undefined {
    const known = this.#schemas.get(id);
    if (known === undefined || !("bytes" in known)) return known;
    const [schema] = this.read?.(payloadOf([known], anyRoot), this.#limits).schemas ?? [];
    if (schema !== undefined) this.#schemas.set(id, schema);
    return schema;
  }

  /** The root announced for a method and direction. Not checked against the schemas. */
  root(methodId: bigint, direction: BindingDirection): TypeRef | undefined {
    return this.#roots.get(methodId)?.[direction]?.ref;
  }

  /**
   * The root by which a payload has to be read.
   *
   * @throws CodecError `DecodeFailed` when there is none, or when its schema is not among the announced: the call
   * fails with `InvalidPayload` and this text, the connection goes on.
   */
  requireRoot(methodId: bigint, direction: BindingDirection): TypeRef {
    const root = this.root(methodId, direction);
    if (root === undefined) {
      throw new CodecError(
        "DecodeFailed",
        `protocol error: no remote ${direction} schema received for method MethodId(${methodId})` +
          " — sender must send schemas before data",
      );
    }
    if (root.tag === "var" || !this.#schemas.has(root.typeId)) {
      throw new CodecError(
        "DecodeFailed",
        `protocol error: remote root type ref ${debugText(root)} not found in received schemas`,
      );
    }
    return root;
  }

  /** Forgets everything: the session goes on over a new link, and senders start again. */
  reset(): void {
    this.#schemas.clear();
    this.#roots.clear();
    this.#bytesHeld = 0;
  }
}

/** The reference's words, with its notation of ids, so that logs of both peers can be compared. */
function duplicateText(id: TypeId): string {
  return `duplicate TypeSchemaId SchemaHash(${id}) received on same connection — protocol error`;
}

function debugText(ref: TypeRef): string {
  if (ref.tag === "var") return `Var { name: TypeParamName(${JSON.stringify(ref.name)}) }`;
  return `Concrete { type_id: SchemaHash(${ref.typeId}), args: [${ref.args.map(debugText).join(", ")}] }`;
}
