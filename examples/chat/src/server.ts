/** The server process: one room over TCP. */
import { fail } from "@voxrpc/runtime";
import { serve } from "@voxrpc/runtime/node";
import { Member, type RoomHandler, roomDispatcher } from "./gen/chat.vox.js";
import { Room } from "./room.js";

const room = new Room(100);

const handler: RoomHandler = {
  async join(name, said, heard, context) {
    const refusal = room.refusal(name);
    if (refusal !== undefined) throw fail(refusal);
    // The member serves `Member` on this same connection: no second port, no address of theirs.
    room.enter(name, { heard, member: context.client(Member) });
    try {
      for await (const text of said) room.tell({ author: name, text });
    } finally {
      // Also when the connection breaks: the loop throws then.
      room.leave(name);
    }
  },

  members: () => room.members,

  vote: (question) => room.vote(question),
};

const server = await serve(process.argv[2] ?? "tcp://127.0.0.1:4000", roomDispatcher(handler));
console.log(`serving Room on ${server.url}`);
process.send?.(server.url);

const stop = async (): Promise<void> => {
  await server.close();
  process.disconnect?.();
};
process.once("SIGINT", stop);
process.once("SIGTERM", stop);
process.once("message", stop);
