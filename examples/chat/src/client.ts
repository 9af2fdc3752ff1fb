/**
 * A member: sends the lines that its parent process gives it, prints the lines of others, and answers the server's
 * questions.
 *
 * node dist/client.js <url> <name> <yes|no>, then one line of standard input a message
 */
import { createInterface } from "node:readline";
import { channel } from "@voxrpc/runtime";
import { connect } from "@voxrpc/runtime/node";
import { type Line, type MemberHandler, memberDispatcher, Room, roomJoin } from "./gen/chat.vox.js";

const [url = "tcp://127.0.0.1:4000", name = "guest", opinion = "yes"] = process.argv.slice(2);

const member: MemberHandler = {
  answer(question) {
    console.log(`${name} answers: ${question} → ${opinion}`);
    return opinion === "yes";
  },
};
await using room = await connect(url, Room, { serve: memberDispatcher(member) });

const said = channel<string>();
const heard = channel<Line>();
const stay = room.join(name, said.rx, heard.tx);
const listening = (async () => {
  for await (const { author, text } of heard.rx) console.log(`${name} hears ${author}: ${text}`);
})();

const talking = (async () => {
  for await (const line of createInterface({ input: process.stdin })) {
    const question = /^vote (.+)$/.exec(line)?.[1];
    if (question === undefined) {
      await said.tx.send(line);
    } else {
      const { yes, no, silent } = await room.vote(question);
      console.log(`${name} sees the vote: ${yes} yes, ${no} no, ${silent} silent`);
    }
  }
  await said.tx.close();
})();

try {
  await stay;
} catch (error) {
  if (!roomJoin.isError(error)) throw error;
  console.log(`${name} cannot come in: ${error.value.kind}`);
  process.exit(1);
}
await Promise.all([listening, talking]);
