/** Two sessions over a simulated network, everything that the model knows about them, and what may happen to them. */

import type * as $ from "@voxrpc/runtime/gen/v1";
import type { Session } from "@voxrpc/runtime/link";
import type { FakeClock, SimulatedPair } from "@voxrpc/runtime/testing";
import { router } from "../../packages/runtime/src/acceptor/router.js";
import type { Driver } from "../../packages/runtime/src/driver/driver.js";
import type { Random } from "../support/random.js";
import type { AnyFlow } from "./flow.js";
import type { Journal } from "./journal.js";
import { Holders, Line, type Side } from "./line.js";
import { type Answer, ModelCall } from "./model-call.js";
import { anyPlan } from "./plans.js";
import { Missing, Model, modelDispatcher } from "./service.js";
import { Sessions } from "./sessions.js";
import { openTimeoutMs, settings, weather } from "./setup.js";

/** Calls and connections that are not over, at most. */
const mostCalls = 20;
const mostLines = 6;

/** A connection that was requested. */
interface Opening {
  readonly name: string;
  readonly from: Side;
  readonly isMissing: boolean;
  readonly madeAtMs: number;
  readonly abort: AbortController;
  /** Whether there was no link. */
  readonly isHit: boolean;
  isOver: boolean;
}

export class World {
  readonly calls: ModelCall[] = [];
  readonly flows: AnyFlow[] = [];
  readonly lines: Line[] = [];
  readonly clock: FakeClock;
  readonly random: Random;
  private readonly journal: Journal;
  private readonly pair: Sessions;
  private readonly credit: Readonly<Record<Side, number>>;
  private readonly hasKeepalive: boolean;
  /** Whether a lost link is replaced, and sessions go on. */
  readonly isResumable: boolean;
  private readonly byToken: ReadonlyMap<string, ModelCall>;
  private readonly openings: Opening[] = [];
  /** Promises of closings that must resolve. */
  private closing = 0;
  private made = 0;
  /** The holders of the root of each side. */
  private readonly roots: Readonly<Record<Side, Holders>> = {
    client: new Holders("client", false, 2),
    server: new Holders("server", false, 2),
  };
  private readonly released = new Set<Side>();
  /** A side whose session has ended by itself. The connections that it had requested must have failed before. */
  private mayNotHavePending: Side | undefined = undefined;
  /** Whether the server learns over the link that the client's session has ended. */
  private mustBeHeard = false;
  /** The last network that was cut, or will be. */
  private cutNetwork: SimulatedPair | undefined = undefined;
  /** Why the session may be over. */
  private disturbance: string | undefined = undefined;

  private constructor(
    parts: Pick<World, "clock" | "isResumable" | "random"> & { readonly journal: Journal },
    pair: Sessions,
    credit: World["credit"],
    hasKeepalive: boolean,
    byToken: ReadonlyMap<string, ModelCall>,
  ) {
    this.clock = parts.clock;
    this.random = parts.random;
    this.journal = parts.journal;
    this.pair = pair;
    this.credit = credit;
    this.hasKeepalive = hasKeepalive;
    this.isResumable = parts.isResumable;
    this.byToken = byToken;
    for (const side of ["client", "server"] as const) {
      // The application that has the session is one, and this client another.
      this.lines.push(new Line(`the root from the ${side}`, this.roots[side], callerOf(pair[side])));
      pair[side].onStateChanged((state) => {
        if (state.kind === "closed" && !this.isDisturbed) this.onEndByItself(side, state);
      });
    }
    pair.watch(
      (side) => this.onLost(side),
      (side, state) => {
        this.journal.count("link again");
        this.journal.note(`the ${side} has a link again`);
        if (state.kind === "open" && !state.isResumed)
          this.journal.wrong(`the ${side} was forgotten by its peer`);
      },
    );
  }

  /** A fresh pair of sessions in some weather. */
  static async make(random: Random, clock: FakeClock, journal: Journal): Promise<World> {
    const byToken = new Map<string, ModelCall>();
    const hasKeepalive = random.chance(0.2);
    const isResumable = random.chance(0.5);
    const servable = router([modelDispatcher((token) => byToken.get(token ?? ""))]);
    const client = settings(random, hasKeepalive, isResumable);
    const server = settings(random, hasKeepalive, isResumable);
    journal.note(
      `a new session, credit ${client.credit} and ${server.credit}, keepalive ${hasKeepalive}, resumable ${isResumable}`,
    );
    const pair = await Sessions.connect({
      clock,
      servable,
      service: Model.name,
      client: client.options,
      server: server.options,
      isResumable,
    });
    const credit = { client: client.credit, server: server.credit };
    const world = new World({ clock, random, journal, isResumable }, pair, credit, hasKeepalive, byToken);
    world.changeWeather();
    return world;
  }

  get isDisturbed(): boolean {
    return this.disturbance !== undefined;
  }

  /** Connections on which calls can be made. */
  get openLines(): Line[] {
    return this.lines.filter(({ isOpen }) => isOpen);
  }

  get liveCalls(): ModelCall[] {
    return this.calls.filter(({ outcome }) => outcome === undefined);
  }

  get runningCalls(): ModelCall[] {
    // Also those that their callers have given up and forgotten: what is persisted runs all the same.
    return [...this.byToken.values()].filter(({ isRunning }) => isRunning);
  }

  get pendingOpenings(): Opening[] {
    return this.openings.filter(({ isOver }) => !isOver);
  }

  get canCall(): boolean {
    return this.calls.length < mostCalls && this.lines.length > 0;
  }

  get canOpen(): boolean {
    return this.lines.length + this.pendingOpenings.length < mostLines;
  }

  /** What the application waits for, as text. */
  get waiting(): string[] {
    return [
      ...this.calls.filter(({ isOver }) => !isOver).map(({ name, outcome }) => `${name} ${outcome?.code}`),
      ...this.flows.filter(({ isOver }) => !isOver).map(({ state }) => state),
      ...this.pendingOpenings.map(({ name }) => name),
      ...(this.closing === 0 ? [] : [`${this.closing} closings`]),
    ];
  }

  call(): void {
    const { random, journal, openLines } = this;
    const line = random.pick(openLines.length > 0 && random.chance(0.9) ? openLines : this.lines);
    const token = this.made;
    this.made += 1;
    const to: Side = line.from === "client" ? "server" : "client";
    const callerCredit = this.credit[line.from];
    // The side that accepts a virtual connection takes its credit from the side that opens it.
    const handlerCredit = line.isVirtual ? callerCredit : this.credit[to];
    const plan = anyPlan({ token, random, journal, callerCredit, handlerCredit });
    const call = new ModelCall(token, line, plan, journal, this.clock);
    for (const flow of plan.flows) flow.call = call;
    this.calls.push(call);
    this.flows.push(...plan.flows);
    (this.byToken as Map<string, ModelCall>).set(String(token), call);
    call.start();
  }

  /** A handler answers: with a value, with its declared error, or by failing. */
  answer(call: ModelCall, isPlain: boolean): void {
    const { ok, error } = call.plan;
    const fails: Answer = error === undefined ? { kind: "throw" } : { kind: "user", error };
    call.respond?.(isPlain || this.random.chance(0.7) ? { kind: "ok", value: ok } : fails);
  }

  open(): void {
    const { random, clock, journal } = this;
    const from: Side = random.pick(["client", "server"]);
    const isMissing = random.chance(0.1);
    const isPossible = this.pair[from].state.kind === "open";
    const opening: Opening = {
      name: `connection requested by the ${from} at step ${journal.step}`,
      from,
      isMissing,
      madeAtMs: clock.now(),
      abort: new AbortController(),
      isHit: !isPossible,
      isOver: false,
    };
    this.openings.push(opening);
    journal.note(opening.name);
    const opened = this.pair[from].open(isMissing ? Missing : Model, {
      signal: opening.abort.signal,
      parity: random.pick(["Odd", "Even"]),
    });
    opened.then(
      (client) => this.onOpened(opening, client.$caller),
      (error: { readonly code?: string }) => this.onNotOpened(opening, error.code ?? String(error)),
    );
  }

  cancelOpen(opening: Opening): void {
    this.journal.note(`cancel the ${opening.name}`);
    opening.abort.abort();
  }

  /** Sides whose application may leave its session to the clients. */
  get releasable(): Side[] {
    const sides = this.isResumable ? (["client"] as const) : (["client", "server"] as const);
    return this.isDisturbed ? [] : sides.filter((side) => !this.released.has(side));
  }

  /** Lines whose client can be closed. A side that has not released its session goes on without clients. */
  get closableLines(): Line[] {
    const endsByClients: readonly Side[] = this.isResumable ? ["client"] : ["client", "server"];
    return this.openLines.filter(({ isVirtual, from }) => isVirtual || endsByClients.includes(from));
  }

  get canMakeClient(): boolean {
    return this.lines.length + this.pendingOpenings.length < mostLines && this.openLines.length > 0;
  }

  /** One more client on a connection, of the session or of another client. */
  makeClient(): void {
    const { random, journal } = this;
    const line = random.pick(this.openLines);
    const { holders, caller, from, isVirtual } = line;
    holders.count += 1;
    journal.count("one more client");
    const isOfSession = !isVirtual && random.chance(0.5);
    const client = isOfSession ? this.pair[from].client(Model) : caller.connection.client(Model);
    const more = new Line(`${line.name} +${journal.step}`, holders, client.$caller);
    // They share the order of calls with others, which is not compared.
    journal.note(`one more client: ${more.name}`);
    this.lines.push(more);
  }

  /** The application leaves the session to its clients. */
  release(side: Side): void {
    this.journal.count("released root");
    this.journal.note(`the ${side} releases its session`);
    this.released.add(side);
    this.giveUpRoot(side);
    this.await(this.pair[side].closeWhenIdle());
  }

  /** A client of the root, or its application, is about to give it up. The session ends when nothing else is there. */
  private giveUpRoot(side: Side): void {
    const root = this.roots[side];
    root.count -= 1;
    if (root.count > 0) return;
    this.journal.count("root without clients");
    root.disturb("it has no clients");
    if (!this.hasOthers(side)) this.disturb(`the root of the ${side} was released`);
  }

  /** Whether a side has connections that keep a session without clients of its root. */
  private hasOthers(side: Side): boolean {
    return (
      this.hasConnections ||
      this.pendingOpenings.some(({ from, abort }) => from === side && !abort.signal.aborted)
    );
  }

  private get hasConnections(): boolean {
    return this.lines.some(({ isVirtual, disturbance }) => isVirtual && disturbance === undefined);
  }

  /** A session has ended by itself. It may, with the last connection of a side that has released its root. */
  private onEndByItself(side: Side, { reason, error }: Awaited<Session["closed"]>): void {
    const isDue = this.roots[side].count === 0 && !this.hasConnections;
    if (!isDue) this.journal.wrong(`the ${side}'s session has ended: ${reason} ${error?.message}`);
    this.mayNotHavePending = side;
    const { network } = this.pair;
    this.mustBeHeard =
      side === "client" && network !== this.cutNetwork && this.pair.server.state.kind === "open";
    this.disturb(`the ${side} has released its root, and has no other connection`);
  }

  /** Ends a client: gracefully. Or a virtual connection, at once and from either side. */
  closeLine(line: Line): void {
    const { random, pair, journal } = this;
    const { connection } = line.caller;
    journal.count("closed line");
    const isOrderly = !line.isVirtual || random.chance(0.5);
    journal.note(`close ${line.name}${isOrderly ? " gracefully" : ""}`);
    if (isOrderly) {
      line.isClosed = true;
      if (!line.isVirtual) this.giveUpRoot(line.from);
      else if (--line.holders.count === 0) line.disturb("its last client was closed");
      this.await(connection.close());
      return;
    }
    line.disturb("it was closed");
    try {
      pair[random.pick(["client", "server"] as const)].closeConnection(connection.id);
    } catch (error) {
      // It may be over at that side already, or not there yet, and without a link it cannot be closed so.
      if (!/connection not found|session is disconnected/.test((error as Error).message)) throw error;
    }
  }

  changeWeather(): void {
    const stream = this.random.pick(streamsOf(this.pair.network));
    const options = weather(this.random);
    stream.configure(this.hasKeepalive ? { ...options, bytesPerMs: undefined } : options);
  }

  silence(): void {
    // With keepalive, a side that hears nothing ends the session in its own time.
    if (this.hasKeepalive && !this.isResumable) this.disturb("silence");
    this.journal.count("silence");
    this.journal.note("silence");
    this.random.pick(streamsOf(this.pair.network)).silence();
  }

  resume(): void {
    this.journal.note("no silence any more");
    for (const stream of streamsOf(this.pair.network)) stream.resume();
  }

  /** Cuts the link somewhere: both ways at once, or one way behind the next bytes. */
  cut(): void {
    const { random } = this;
    const { network } = this.pair;
    this.cutNetwork = network;
    if (!this.isResumable) this.disturb("cut");
    this.journal.count("cut");
    this.journal.note("cut");
    const end = random.pick(["end", "error"] as const);
    if (random.chance(0.5)) {
      network.cut(end);
      return;
    }
    const stream = random.pick(streamsOf(network));
    const cutAfterBytes = stream.acceptedBytes + random.integer(1, 60);
    stream.configure({ cutAfterBytes, cutAs: end });
  }

  /** One side ends the session. */
  closeSession(): void {
    const { random } = this;
    this.disturb("closed");
    this.journal.count("closed session");
    const session = this.pair[this.closingSide()];
    if (random.chance(0.3)) session.abort();
    else this.await(session.close({ timeoutMs: random.integer(0, 5000) }));
  }

  /** Looks at everything that has settled; forgets what is over. */
  check(): void {
    for (const call of this.calls) call.check();
    for (const flow of this.flows) flow.check();
    this.journal.check();
    remove(this.calls, (call) => call.isOver && call.plan.flows.every((flow) => flow.isOver));
    remove(this.flows, (flow) => flow.call === undefined || !this.calls.includes(flow.call));
    remove(this.openings, ({ isOver }) => isOver);
    const isGone = ({ isVirtual, isClosed, caller }: Line): boolean =>
      isVirtual ? !caller.connection.isOpen : isClosed;
    remove(this.lines, (line) => isGone(line) && !this.isUsed(line));
  }

  /** Lets everything come to its end, then looks for what is left. */
  async finish(): Promise<void> {
    const { journal, clock } = this;
    journal.note("everything comes to its end");
    this.calm();
    let hasWaited = false;
    const mustWait = (): boolean => !hasWaited && this.isDisturbed && this.isResumable;
    for (let i = 0; i < 400 && (mustWait() || this.waiting.length > 0 || !this.isSettled); i++) {
      if (mustWait()) {
        // A server learns only by waiting in vain that a client which might come back has gone.
        hasWaited = true;
        // In steps, so that a client which comes back first does so.
        for (let second = 0; second < 70; second++) {
          await clock.elapse(1000);
          if (second === 10 && this.mustBeHeard && this.pair.server.isOpen)
            journal.wrong("the server waits for a client that has ended its session on purpose");
        }
      }
      this.calm();
      for (const call of this.runningCalls) this.answer(call, true);
      for (const flow of this.flows) {
        flow.close();
        if (flow.canRead) flow.read();
      }
      await clock.elapse(50);
      this.check();
    }
    if (this.waiting.length > 0) journal.wrong(`these wait for ever: ${this.waiting.join("; ")}`);
    journal.check();
    for (const line of this.lines) {
      if (!line.isVirtual) continue;
      line.disturb("the end");
      this.await(line.caller.connection.close());
    }
    // A Close waits 5 s for credit, and what was given up waits for its turn to run.
    for (let round = 0; round < 60; round++) {
      for (const call of this.runningCalls) this.answer(call, true);
      await clock.elapse(100);
    }
    this.checkEmpty();
    this.disturb("the end");
    this.await(this.pair[this.closingSide()].close());
    await clock.until(Promise.all([this.pair.client.closed, this.pair.server.closed]));
    await clock.elapse(0);
    this.checkEmpty();
    const { client, server } = this.pair;
    const connections = client.core.connectionCount + server.core.connectionCount;
    if (connections !== 0) journal.wrong(`${connections} connections are left`);
    if (clock.armed !== 0) journal.wrong(`${clock.armed} timers are armed`);
    if (this.closing !== 0) journal.wrong(`${this.closing} closings wait for ever`);
    journal.check();
  }

  /** The network in use does what it should. */
  private calm(): void {
    for (const stream of streamsOf(this.pair.network)) {
      stream.resume();
      stream.configure({ latencyMs: 1, chunkBytes: undefined, bytesPerMs: undefined });
    }
  }

  /** Whether no link is missing that comes again. */
  private get isSettled(): boolean {
    return this.isDisturbed || this.pair.areConnected;
  }

  /** The side that ends the session: a server that does so would get a request for another from its client. */
  private closingSide(): Side {
    return this.isResumable ? "client" : this.random.pick(["client", "server"] as const);
  }

  /** A side has lost its link: streams end, everything else goes on. */
  private onLost(side: Side): void {
    this.journal.count("lost link");
    this.journal.note(`the ${side} has lost its link`);
    for (const call of this.calls) call.hit();
  }

  private isUsed(line: Line): boolean {
    return this.calls.some((call) => call.line === line);
  }

  private checkEmpty(): void {
    for (const side of ["client", "server"] as const) {
      const session = this.pair[side];
      const load = (session.driver as Driver).load;
      if (Object.values(load).some((size) => size !== 0))
        this.journal.wrong(`the ${side} holds ${JSON.stringify(load)}`);
      const held = session
        .snapshot()
        .connections.filter(
          ({ id, requests, channels }) => id !== 0 || requests.length + channels.length > 0,
        );
      if (held.length > 0) this.journal.wrong(`the ${side} holds ${JSON.stringify(held)}`);
    }
    this.journal.check();
  }

  private disturb(why: string): void {
    this.journal.note(`disturbed: ${why}`);
    this.disturbance ??= why;
    for (const line of this.lines) line.disturb(why);
  }

  private await(promise: Promise<unknown>): void {
    this.closing += 1;
    promise.then(
      () => {
        this.closing -= 1;
      },
      (error: unknown) => this.journal.wrong(`a closing has failed: ${error}`),
    );
  }

  private onOpened(opening: Opening, caller: $.Caller): void {
    opening.isOver = true;
    this.journal.count("open Ok");
    if (opening.isMissing) this.journal.wrong(`the ${opening.name} is there, and nobody serves it`);
    const name = `connection ${caller.connection.id} of the ${opening.from}`;
    const line = new Line(name, new Holders(opening.from, true, 1), caller);
    if (this.disturbance !== undefined) line.disturb(this.disturbance);
    this.lines.push(line);
    this.journal.note(`${line.name} is open`);
  }

  private onNotOpened(opening: Opening, code: string): void {
    opening.isOver = true;
    this.journal.count(`open ${code}`);
    const isExpected =
      (this.disturbance !== undefined && this.mayNotHavePending !== opening.from) ||
      opening.isHit ||
      (code === "Rejected" && opening.isMissing) ||
      (code === "Cancelled" && opening.abort.signal.aborted) ||
      (code === "ConnectTimeout" && this.clock.now() >= opening.madeAtMs + openTimeoutMs);
    if (!isExpected) this.journal.wrong(`the ${opening.name} has failed with ${code}`);
  }
}

function streamsOf({ toServer, toClient }: SimulatedPair) {
  return [toServer, toClient] as const;
}

function callerOf(session: Session): $.Caller {
  return session.client(Model).$caller;
}

function remove<T>(items: T[], isOver: (item: T) => boolean): void {
  let kept = 0;
  for (const item of items) {
    if (isOver(item)) continue;
    items[kept] = item;
    kept += 1;
  }
  items.length = kept;
}
