/** Clients that make persisted calls without pause, and the outcome of each. */
import { SessionError } from "@voxrpc/runtime";
import type { Session } from "@voxrpc/runtime/link";
import { connectSession } from "@voxrpc/runtime/node";
import { Everything, type EverythingTryClient } from "../interop/gen/everything.vox.js";

/** Calls that one client has in flight. */
const lanes = 4;
/** Between the ids of two clients. */
const idsOfClient = 10_000_000;

/** What became of one call. */
export interface Told {
  /** `Ok`, or the code of the error. */
  readonly code: string;
  /** How often the server had been killed when the call was made, and when it was answered. */
  readonly madeAfter: number;
  readonly settledAfter: number;
}

export class Callers {
  /** By the id of the call. */
  readonly told: Map<number, Told> = new Map();
  /** How often the server has been killed. */
  kills = 0;
  private readonly sessions: Session[] = [];
  private readonly running: Promise<void>[] = [];
  /** Settles when a lane ends. */
  private broken: Promise<void> | undefined = undefined;
  private onTold: () => void = () => {};
  private isStopped = false;

  async start(url: string, clients: number): Promise<void> {
    for (let client = 1; client <= clients; client++) {
      const reconnect = { minDelayMs: 5, maxDelayMs: 100, maxElapsedMs: 120_000 };
      const session = await connectSession(url, { service: Everything.name, reconnect });
      this.sessions.push(session);
      let next = client * idsOfClient;
      const { $try } = session.client(Everything);
      const make = async (): Promise<void> => {
        while (!this.isStopped) await this.callOnce(next++, $try);
      };
      for (let lane = 0; lane < lanes; lane++) this.running.push(make());
    }
    this.broken = Promise.all(this.running).then(() => {});
    this.broken.catch(() => {});
  }

  /** Resolves when so many more calls have been answered; rejects when one could not even be made. */
  async progress(calls: number): Promise<void> {
    const wanted = this.told.size + calls;
    while (this.told.size < wanted)
      await Promise.race([
        this.broken,
        new Promise<void>((resolve) => {
          this.onTold = resolve;
        }),
      ]);
  }

  /** One of the clients loses its connection; the server lives on, and does not know it yet. */
  cut(client: number): void {
    this.sessions[client % this.sessions.length]?.core.cut(
      new SessionError("Io", "io error: cut by the test"),
    );
  }

  /** No new calls. Resolves when all have been answered. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all(this.running);
    await Promise.all(this.sessions.map((session) => session.close()));
  }

  private async callOnce(id: number, client: EverythingTryClient): Promise<void> {
    const madeAfter = this.kills;
    const result = await client.commit(BigInt(id), id + 1);
    const code = !result.ok ? result.error.code : result.value === id + 1 ? "Ok" : `Ok: ${result.value}`;
    this.told.set(id, { code, madeAfter, settledAfter: this.kills });
    this.onTold();
  }
}
