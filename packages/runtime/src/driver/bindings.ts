/** Announcements of one connection, both ways: what was sent ahead of messages, and what the peer sent ahead of its own. */
import type { Binding } from "../call/binding.js";
import type { HandledMethod } from "../call/dispatcher.js";
import { CodecError } from "../errors.js";
import type { Limits } from "../limits.js";
import { comparisonWith, decideArguments, decideResponse, userError } from "../plan/differing-types.js";
import type { PlanAllowance } from "../plan/plan.js";
import { planLimits } from "../plan/plan-model.js";
import { readNever } from "../postcard/flags.js";
import { Announcement, type BindingDirection, SendState } from "../schema/announcements.js";
import type { TypeRef } from "../schema/model.js";
import type { SchemaLookup } from "../schema/type-ref.js";
import type { Connection } from "../session/connection.js";
import { ReceivedSchemas } from "../session/received-schemas.js";
import { neverShape } from "../shape/build.js";
import { writeSchemaMessage } from "../wire/request-messages.js";
import type { AnyMethod } from "./outgoing-request.js";
import { schemasOf } from "./own-schemas.js";
import { loadedPlans, loadPlans } from "./plans.js";
import { type Reading, type ResponseReading, type StaticReader, statically, unreadable } from "./reading.js";

/** What may be compared on one connection, over one link: as much as sixteen plans may have. */
const comparable = 16 * planLimits.maxNodes;

/** Schemas of one connection. */
export class Bindings {
  private readonly connection: Connection;
  private readonly sent = new SendState();
  private readonly received: ReceivedSchemas;
  private readonly allowance: PlanAllowance = { left: comparable };

  private readonly onLoaded: () => void;
  private isLoading = false;
  /** Set while those are told that wait for the code. */
  private loadFailure: string | undefined = undefined;

  /** @param onLoaded called when what waits for the code that compares types can be looked at again */
  constructor(connection: Connection, limits: Limits, onLoaded: () => void) {
    this.connection = connection;
    this.onLoaded = onLoaded;
    this.received = new ReceivedSchemas(connection, limits);
  }

  /** Forgets everything, both ways: what was announced on one link does not count on the next. */
  reset(): void {
    this.sent.reset();
    this.end();
    this.allowance.left = comparable;
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
    return this.received.receive(methodId, direction, payload, carrier);
  }

  /** The connection has ended: what it kept is forgotten. */
  end(): void {
    this.received.end();
  }

  /** How the arguments of a method are read; undefined while the code that compares types is loaded. */
  decideArguments(method: HandledMethod): Reading<readonly unknown[]> | undefined {
    const { args } = method;
    const remote = this.rootOf(method.id, "args");
    if (typeof remote === "string") return unreadable(remote);
    const ours = schemasOf(args);
    const parts = decideArguments(args.root, remote, comparisonWith(ours.uncovered, this.remoteSchemas));
    if (parts === undefined) return statically(args);
    const plans = this.plans();
    if (plans === undefined) return undefined;
    if (typeof plans === "string") return unreadable(plans);
    return plans.translate(
      `arguments of ${method.service}.${method.name}`,
      parts.remote,
      this.remoteSchemas,
      parts.local,
      ours.lookup,
      args,
      this.allowance,
    );
  }

  /** How the responses of a method are read; undefined while the code that compares types is loaded. */
  decideResponse(method: AnyMethod): ResponseReading | undefined {
    const { response, ok, error } = method;
    const where = `${method.service}.${method.name}`;
    const own = error ?? noError;
    const remote = this.rootOf(method.id, "response");
    if (typeof remote === "string") return { ok: unreadable(remote), user: unreadable(remote) };
    const theirs = this.remoteSchemas;
    const schemas = schemasOf(response);
    const ours = schemas.lookup;
    const parts = decideResponse(
      response.root,
      remote,
      theirs,
      ours,
      comparisonWith(schemas.uncovered, theirs),
    );
    const okRead = parts.ok;
    const userRead = parts.user;
    if (okRead === undefined && userRead === undefined) return { ok: statically(ok), user: statically(own) };
    const plans = this.plans();
    if (plans === undefined) return undefined;
    if (typeof plans === "string") return { ok: unreadable(plans), user: unreadable(plans) };
    return {
      ok:
        okRead === undefined
          ? statically(ok)
          : plans.translate(
              `result of ${where}`,
              okRead.remote,
              theirs,
              okRead.local,
              ours,
              ok,
              this.allowance,
            ),
      user:
        userRead === undefined
          ? statically(own)
          : plans.translate(
              `error of ${where}`,
              userError(userRead.remote, theirs),
              theirs,
              userError(userRead.local, ours),
              ours,
              own,
              this.allowance,
            ),
    };
  }

  /** What compares types; undefined while it is loaded, or why it cannot be. */
  private plans(): ReturnType<typeof loadedPlans> | string {
    return loadedPlans() ?? this.loadFailure ?? this.load();
  }

  private load(): undefined {
    if (this.isLoading) return;
    this.isLoading = true;
    loadPlans().then(
      () => this.onLoadEnded(undefined),
      (error: unknown) =>
        this.onLoadEnded(`the code that reads types of other versions cannot be loaded: ${error}`),
    );
  }

  private onLoadEnded(failure: string | undefined): void {
    this.isLoading = false;
    this.loadFailure = failure;
    this.onLoaded();
    // The next one tries again.
    this.loadFailure = undefined;
  }

  private readonly remoteSchemas: SchemaLookup = (id) => this.received.state.schema(id);

  private rootOf(methodId: bigint, direction: BindingDirection): TypeRef | string {
    try {
      return this.received.state.requireRoot(methodId, direction);
    } catch (error) {
      return error instanceof CodecError ? error.reason : String(error);
    }
  }
}

/** The error of a method that declares none. */
const noError: StaticReader<never> = { shape: neverShape, read: readNever };
