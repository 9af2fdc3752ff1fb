/** A server and three members as four processes, and a short conversation between them. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const here = (file: string): URL => new URL(file, import.meta.url);

const server = fork(here("./server.js"), ["tcp://127.0.0.1:0"]);
const [url] = (await once(server, "message")) as [string];

class Person {
  readonly #process: ChildProcess;
  readonly #printed: string[] = [];
  #onLine: () => void = () => {};

  constructor(name: string, opinion: string) {
    this.#process = fork(here("./client.js"), [url, name, opinion], {
      stdio: ["pipe", "pipe", "inherit", "ipc"],
    });
    const { stdout } = this.#process;
    if (stdout === null) throw new TypeError("the client's output is not piped");
    createInterface({ input: stdout }).on("line", (line) => {
      console.log(`  ${line}`);
      this.#printed.push(line);
      this.#onLine();
    });
  }

  say(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }

  /** Resolves when it has printed a line with this text. */
  async printed(text: string): Promise<void> {
    while (!this.#printed.some((line) => line.includes(text)))
      await new Promise<void>((resolve) => {
        this.#onLine = resolve;
      });
  }

  leave(): Promise<number> {
    this.#process.stdin?.end();
    return this.ended();
  }

  /** Exit code. */
  async ended(): Promise<number> {
    const [code] = (await once(this.#process, "close")) as [number | null];
    return code ?? 1;
  }
}

async function everyone(people: readonly Person[], text: string): Promise<void> {
  await Promise.all(people.map((person) => person.printed(text)));
}

console.log("\nthree members come in, one after the other:");
const ada = new Person("ada", "yes");
await ada.printed("ada has come in");
const bob = new Person("bob", "no");
await everyone([ada, bob], "bob has come in");
const cleo = new Person("cleo", "yes");
await everyone([ada, bob, cleo], "cleo has come in");

console.log("\na name that is taken:");
const other = new Person("ada", "yes");
console.log(`  its process has ended with ${await other.ended()}`);

console.log("\nbob says something; everybody hears it, bob too:");
bob.say("good morning");
await everyone([ada, bob, cleo], "bob: good morning");

console.log("\nada lets the room vote; the server calls each member:");
ada.say("vote tea?");
await ada.printed("sees the vote");

console.log("\nbob leaves:");
const left = bob.leave();
await everyone([ada, cleo], "bob has left");
const adaLeft = ada.leave();
await cleo.printed("ada has left");
const codes = [await left, await adaLeft, await cleo.leave()];

server.send("stop");
await once(server, "exit");
console.log(`\nall have ended; exit codes ${codes.join(", ")}`);
process.exitCode = Math.max(...codes);
