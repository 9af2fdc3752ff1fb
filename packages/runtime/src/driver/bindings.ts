/**
 * Announcements on one connection in both directions: schemas that this side and the peer send ahead of their messages.
 */
import type { Binding } from "../call/binding.js";
import type { HandledMethod } from "../call/dispatcher.js";
import { CodecError } from "../errors.js";
import type { Limits } from "../limits.js";
import type { Comparing } from "../plan/comparing.js";
import type { Difference } from "../plan/differing-types.js";
import type { PlanAllowance } from "../plan/plan.js";
import { planLimits } from "../plan/plan-model.js";
import { sameType } from "../plan/same-type.js";
import { readNever } from "../postcard/flags.js";
import {
  type AnnouncedBinding,
  Announcement,
  type BindingDirection,
  SendState,
} from "../schema/announcements.js";
import type { TypeRef } from "../schema/model.js";
import { encodeSchema } from "../schema/payload.js";
import type { SchemaLookup } from "../schema/type-ref.js";
import type { Connection, RestoredLink } from "../session/connection.js";
import { ReceivedSchemas } from "../session/received-schemas.js";
import { neverShape } from "../shape/build.js";
import { rootConnectionId } from "../wire/message.js";
import { writeSchemaMessage } from "../wire/request-messages.js";
import type { AnyMethod } from "./outgoing-request.js";
import { loadedPlans, loadPlans } from "./plans.js";
import { type Reading, type ResponseReading, type StaticReader, statically, unreadable } from "./reading.js";

/** Nodes that may be compared on one connection, over one link: as many as sixteen plans may have. */
const comparable = 16 * planLimits.maxNodes;

/** Schemas of one connection. */
export class Bindings {
  readonly #connection: Connection;
  readonly #sent = new SendState();
  readonly #received: ReceivedSchemas;
  readonly #allowance: PlanAllowance = { left: comparable };

  readonly #onLoaded: () => void;
  #isLoading = false;
  /** Why the code could not be loaded; set while the waiting calls learn it. */
  #loadFailure: string | undefined = undefined;

  /** Undefined when the code is only loaded for a peer that has other types. */
  readonly #comparing: Comparing | undefined;

  /** @param onLoaded called when the code that compares types is loaded, or cannot be loaded: waiting messages go on */
  constructor(
    connection: Connection,
    limits: Limits,
    comparing: Comparing | undefined,
    onLoaded: () => void,
  ) {
    this.#comparing = comparing;
    this.#connection = connection;
    this.#onLoaded = onLoaded;
    this.#received = new ReceivedSchemas(connection, limits);
  }

  /**
   * The link is lost: its announcements do not count on the next link. Those that this side sent on a virtual
   * connection may count, and nothing is announced on a virtual connection before that is known.
   */
  onLinkLost(): void {
    if (this.#connection.id === rootConnectionId) this.#sent.reset();
    this.end();
    this.#allowance.left = comparable;
  }

  /** There is a link again. The announcements to a peer that is gone have been dropped with the rest. */
  onLinkRestored({ peer, isReference }: RestoredLink): void {
    const isVirtual = this.#connection.id !== rootConnectionId;
    if (peer !== "resumed" || (isVirtual && !isReference)) this.#sent.reset();
  }

  /** The record with which a method knows whether its schemas of one direction have been sent. */
  announcement(methodId: bigint, direction: BindingDirection, binding: Binding): Announcement {
    return new Announcement(this.#sent, methodId, direction, binding);
  }

  /**
   * Sends schemas ahead of the next message, unless they were sent before. The link has them once they are in the
   * outbox.
   * @param idBytes the method id in its form on the wire
   */
  announce(announcement: Announcement, idBytes: Uint8Array, direction: BindingDirection): void {
    const payload = announcement.prepare();
    if (payload === undefined) return;
    const { outbox } = this.#connection.host;
    const w = outbox.writer;
    outbox.commit(writeSchemaMessage(w, outbox.begin(), this.#connection.id, idBytes, direction, payload));
    announcement.commit();
  }

  /**
   * Takes an announcement of the peer.
   * @param carrier how the error text names the message that carried it
   * @returns whether the announcement was valid; if not, the connection has been ended
   */
  receive(methodId: bigint, direction: BindingDirection, payload: Uint8Array, carrier: string): boolean {
    return this.#received.receive(methodId, direction, payload, carrier);
  }

  /** The connection has ended: forgets its announcements. */
  end(): void {
    this.#received.end();
  }

  /** How the arguments of a method are read; undefined while the code that compares types is loaded. */
  decideArguments(method: HandledMethod): Reading<readonly unknown[]> | undefined {
    const { args } = method;
    const remote = this.#rootOf(method.id, "args");
    if (typeof remote === "string") return unreadable(remote);
    const comparing = this.#comparingFor(args, remote);
    if (comparing === "needless") return statically(args);
    if (comparing === undefined) return undefined;
    if ("failure" in comparing) return unreadable(comparing.failure);
    const parts = comparing.arguments(args, remote, this.#remoteSchemas);
    const where = `arguments of ${method.service}.${method.name}`;
    return this.#reading(where, parts, comparing.schemas(args), args);
  }

  /** How the responses of a method are read; undefined while the code that compares types is loaded. */
  decideResponse(method: AnyMethod): ResponseReading | undefined {
    const { response, ok, error } = method;
    const own = error ?? noError;
    const remote = this.#rootOf(method.id, "response");
    if (typeof remote === "string") return both(unreadable(remote));
    const comparing = this.#comparingFor(response, remote);
    if (comparing === "needless") return { ok: statically(ok), user: statically(own) };
    if (comparing === undefined) return undefined;
    if ("failure" in comparing) return both(unreadable(comparing.failure));
    const parts = comparing.response(response, remote, this.#remoteSchemas);
    const ours = comparing.schemas(response);
    const where = `${method.service}.${method.name}`;
    const okReading = this.#reading(`result of ${where}`, parts.ok, ours, ok);
    const user = okReading && this.#reading(`error of ${where}`, parts.user, ours, own);
    return user && { ok: okReading, user };
  }

  /** How a type that differs is read; undefined while the code for that is loaded. */
  #reading<T>(
    where: string,
    parts: Difference,
    ours: SchemaLookup,
    own: StaticReader<T>,
  ): Reading<T> | undefined {
    if (parts === undefined) return statically(own);
    const plans = this.#plans();
    if (plans === undefined) return undefined;
    if (typeof plans === "string") return unreadable(plans);
    const { remote, local } = parts;
    return plans.translate(where, remote, this.#remoteSchemas, local, ours, own, this.#allowance);
  }

  /**
   * The code that compares types; undefined while it is loaded. Needless when the peer has announced the same bytes.
   */
  #comparingFor(
    own: AnnouncedBinding,
    remote: TypeRef,
  ): Comparing | "needless" | { readonly failure: string } | undefined {
    if (this.#comparing !== undefined) return this.#comparing;
    if (this.#isOurs(own, remote)) return "needless";
    const plans = this.#plans();
    return typeof plans === "string" ? { failure: plans } : plans?.comparing;
  }

  /**
   * Whether a peer has announced the types of this side: the same root, and the same schema for each id of this side.
   */
  #isOurs({ root, schemas }: AnnouncedBinding, remote: TypeRef): boolean {
    return (
      sameType(root, remote) &&
      schemas.every(({ id, bytes }) => {
        const other = this.#remoteSchemas(id);
        return other === undefined || sameBytes(bytes, encodeSchema(other));
      })
    );
  }

  /** The code that compares types; undefined while it is loaded, or why it cannot be loaded. */
  #plans(): ReturnType<typeof loadedPlans> | string {
    return loadedPlans() ?? this.#loadFailure ?? this.#load();
  }

  #load(): undefined {
    if (this.#isLoading) return;
    this.#isLoading = true;
    loadPlans().then(
      () => this.#onLoadEnded(undefined),
      (error: unknown) =>
        this.#onLoadEnded(`the code that reads types of other versions cannot be loaded: ${error}`),
    );
  }

  #onLoadEnded(failure: string | undefined): void {
    this.#isLoading = false;
    this.#loadFailure = failure;
    this.#onLoaded();
    // The next message tries again.
    this.#loadFailure = undefined;
  }

  readonly #remoteSchemas: SchemaLookup = (id) => this.#received.state.schema(id);

  #rootOf(methodId: bigint, direction: BindingDirection): TypeRef | string {
    try {
      return this.#received.state.requireRoot(methodId, direction);
    } catch (error) {
      return error instanceof CodecError ? error.reason : String(error);
    }
  }
}

function both(reading: Reading<never>): ResponseReading {
  return { ok: reading, user: reading };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** The error of a method that declares none. */
const noError: StaticReader<never> = { shape: neverShape, read: readNever };
