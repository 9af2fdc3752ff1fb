/** The room: its members, and which lines each of them gets. It uses streams and clients, and no connections. */
import type { Tx } from "@voxrpc/runtime";
import type { JoinError, Line, MemberClient, Tally } from "./gen/chat.vox.js";

/** A member who has not answered after this many ms counts as silent. */
const voteTimeoutMs = 1000;

interface Seat {
  readonly heard: Tx<Line>;
  readonly member: MemberClient;
}

export class Room {
  readonly #limit: number;
  readonly #seats = new Map<string, Seat>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get members(): string[] {
    return [...this.#seats.keys()];
  }

  /** The reason why a member cannot come in; undefined when they may. */
  refusal(name: string): JoinError | undefined {
    if (this.#seats.has(name)) return { kind: "NameTaken" };
    return this.#seats.size >= this.#limit ? { kind: "RoomFull", limit: this.#limit } : undefined;
  }

  enter(name: string, seat: Seat): void {
    this.#seats.set(name, seat);
    this.tell({ author: "room", text: `${name} has come in` });
  }

  leave(name: string): void {
    this.#seats.delete(name);
    this.tell({ author: "room", text: `${name} has left` });
  }

  /** Sends the line to all members at once. A member who reads too slowly misses lines; the others do not wait. */
  tell(line: Line): void {
    for (const { heard } of this.#seats.values()) heard.trySend(line);
  }

  /** Calls every member back. */
  async vote(question: string): Promise<Tally> {
    const answers = await Promise.all(
      [...this.#seats.values()].map(({ member }) =>
        member.$try.answer(question, { timeoutMs: voteTimeoutMs }),
      ),
    );
    const count = (wanted: (answer: (typeof answers)[number]) => boolean): number =>
      answers.filter(wanted).length;
    return {
      yes: count((answer) => answer.ok && answer.value),
      no: count((answer) => answer.ok && !answer.value),
      silent: count((answer) => !answer.ok),
    };
  }
}
