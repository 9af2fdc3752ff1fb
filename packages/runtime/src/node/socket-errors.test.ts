import { describe, expect, it } from "vitest";
import { socketError } from "./socket-errors.js";

const place = "tcp://shop.example:4000";

describe("socketError", () => {
  it.each([
    ["ECONNREFUSED", "nothing listens on tcp://shop.example:4000"],
    ["ECONNRESET", "connection reset by tcp://shop.example:4000"],
    ["EPIPE", "tcp://shop.example:4000 has closed the connection and takes nothing more"],
    ["ENOTFOUND", "the host name in tcp://shop.example:4000 is unknown"],
    ["EADDRINUSE", "tcp://shop.example:4000 is in use: another socket listens there"],
    ["EMFILE", "this process has too many open files to take another connection"],
  ])("says what %s means, and its code", (code, sentence) => {
    const fault = Object.assign(new Error("as the system says"), { code });
    expect(socketError(fault, place)).toMatchObject({
      code: "Io",
      retryable: true,
      message: `io error: ${sentence} (${code})`,
      cause: fault,
    });
  });

  it("reads the code of several attempts, which have no text of their own", () => {
    const fault = Object.assign(new AggregateError([], ""), { code: "ETIMEDOUT" });
    expect(socketError(fault, place).message).toBe(`io error: ${place} does not answer (ETIMEDOUT)`);
  });

  it.each([
    [Object.assign(new Error("connect EODD"), { code: "EODD" }), "connect EODD"],
    [Object.assign(new Error("odd"), { code: "constructor" }), "odd"],
    [Object.assign(new Error("a number"), { code: 7 }), "a number"],
    [new Error("no code"), "no code"],
    ["a text", "a text"],
    [null, "null"],
  ])("passes on what it does not know: %s", (fault, text) => {
    expect(socketError(fault, place).message).toBe(`io error: ${place}: ${text}`);
  });
});
