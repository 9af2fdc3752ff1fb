/**
 * Announcements on one connection in both directions: schemas that this side and the peer send ahead of their messages.
 */
import type { Binding } from "../call/binding.js";
import type { Dispatcher } from "../call/dispatcher.js";
import { CodecError, notLoaded } from "../errors.js";
import type { Limits } from "../limits.js";
import type { PlanAllowance } from "../plan/plan.js";
import { planLimits } from "../plan/plan-model.js";
import {
  type AnnouncedBinding,
  Announcement,
  type BindingDirection,
  SendState,
} from "../schema/announcements.js";
import type { TypeRef } from "../schema/model.js";
import type { SchemaLookup } from "../schema/type-ref.js";
import type { Connection, RestoredLink } from "../session/connection.js";
import { ReceivedSchemas } from "../session/received-schemas.js";
import { rootConnectionId } from "../wire/message.js";
import { writeSchemaMessage } from "../wire/request-messages.js";
import type { Decisions, RemoteTypes } from "./decisions.js";
import { loadedPlans, loadPlans } from "./plans.js";

/** Nodes that may be compared on one connection, over one link: as many as sixteen plans may have. */
const comparable = 16 * planLimits.maxNodes;

/** Schemas of one connection. */
export class Bindings implements RemoteTypes {
  readonly #connection: Connection;
  readonly #sent = new SendState();
  readonly #received: ReceivedSchemas;
  readonly allowance: PlanAllowance = { left: comparable };

  readonly #onLoaded: () => void;
  #isLoading = false;
  /** Why the code could not be loaded; set while the waiting calls learn it. Decisions hold for these calls only. */
  loadFailure: string | undefined = undefined;
  /** Whether the last load has failed: only a call that needs the code tries again, not each announcement. */
  #hasFailed = false;

  /** Undefined when the code is only loaded for a peer that has other types. */
  readonly #decisions: Decisions | undefined;
  readonly #dispatcher: Dispatcher | undefined;
  /** The types of this side for the responses of the methods that it has called. */
  readonly #responses = new Map<bigint, Binding>();

  /**
   * @param dispatcher of the methods that the peer may call
   * @param onLoaded called when the code that compares types is loaded, or cannot be loaded: waiting messages go on
   */
  constructor(
    connection: Connection,
    limits: Limits,
    decisions: Decisions | undefined,
    dispatcher: Dispatcher | undefined,
    onLoaded: () => void,
  ) {
    this.#dispatcher = dispatcher;
    this.#decisions = decisions;
    this.#connection = connection;
    this.#onLoaded = onLoaded;
    this.#received = new ReceivedSchemas(connection, limits, decisions?.read);
  }

  /**
   * The link is lost: its announcements do not count on the next link. Those that this side sent on a virtual
   * connection may count, and nothing is announced on a virtual connection before that is known.
   */
  onLinkLost(): void {
    if (this.#connection.id === rootConnectionId) this.#sent.reset();
    this.end();
    this.allowance.left = comparable;
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

  /** A method is about to be called: a peer of the same version announces these types for the response. */
  expectResponse(methodId: bigint, response: Binding): void {
    this.#responses.set(methodId, response);
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
   * @param messageName how the error text names the message that carried it
   * @returns whether the announcement was valid, or waits to be read; if not, the connection has been ended
   */
  receive(methodId: bigint, direction: BindingDirection, payload: Uint8Array, messageName: string): boolean {
    const own = direction === "args" ? this.#argumentsOf(methodId) : this.#responses.get(methodId);
    const isValid = this.#received.receive({ methodId, direction, payload, messageName, own });
    if (isValid && this.#received.isWaiting && !this.#hasFailed) this.#load();
    return isValid;
  }

  #argumentsOf(methodId: bigint): Binding | undefined {
    const [low, high] = [methodId, methodId >> 32n].map((half) => Number(BigInt.asIntN(32, half)));
    return this.#dispatcher?.find(low as number, high as number)?.args;
  }

  /** The connection has ended: forgets its announcements. */
  end(): void {
    this.#received.end();
  }

  /**
   * How payloads of the peer are read; undefined while the code that compares types is loaded.
   * @param own the types of this side
   * @param same called when the peer has announced the same bytes
   * @param differing decides otherwise
   * @param failed called when the payloads cannot be read
   */
  decide<T>(
    methodId: bigint,
    direction: BindingDirection,
    own: AnnouncedBinding,
    same: () => T,
    differing: (decisions: Decisions, remote: TypeRef) => T | undefined,
    failed: (problem: string) => T,
  ): T | undefined {
    const remote = this.#rootOf(methodId, direction);
    if (remote === undefined) return undefined;
    if (typeof remote === "string") return failed(remote);
    if (this.#decisions === undefined && this.#received.state.isOurs(own, remote)) return same();
    const code = this.#decisions ?? this.plans();
    if (typeof code === "string") return failed(code);
    return code && differing("decisions" in code ? code.decisions : code, remote);
  }

  /** The code that makes plans; undefined while it is loaded, or why it cannot be loaded. */
  plans(): ReturnType<typeof loadedPlans> | string {
    return loadedPlans() ?? this.loadFailure ?? this.#load();
  }

  #load(): undefined {
    if (this.#isLoading) return;
    this.#isLoading = true;
    loadPlans().then(
      ({ decisions }) => {
        this.#received.readWaiting(decisions.read);
        this.#onLoadEnded(undefined);
      },
      (error: unknown) => this.#onLoadEnded(notLoaded("reads types of other versions", error).message),
    );
  }

  #onLoadEnded(failure: string | undefined): void {
    this.#isLoading = false;
    this.loadFailure = failure;
    this.#hasFailed = failure !== undefined;
    this.#onLoaded();
    // The next call that needs the code tries again.
    this.loadFailure = undefined;
  }

  readonly remoteSchemas: SchemaLookup = (id) => this.#received.state.schema(id);

  /** The peer's type, or why there is none; undefined while an announcement waits to be read. */
  #rootOf(methodId: bigint, direction: BindingDirection): TypeRef | string | undefined {
    if (this.#received.isWaitingFor(methodId, direction)) return this.loadFailure ?? this.#load();
    try {
      return this.#received.state.requireRoot(methodId, direction);
    } catch (error) {
      return error instanceof CodecError ? error.reason : String(error);
    }
  }
}
