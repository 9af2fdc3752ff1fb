import { describe, expect, it } from "vitest";
import { SessionError } from "../errors.js";
import { formatTcpAddress, parseTcpAddress } from "./address.js";

describe("parseTcpAddress", () => {
  it.each([
    ["tcp://127.0.0.1:4000", "127.0.0.1", 4000],
    ["localhost:0", "localhost", 0],
    ["tcp://[::1]:65535", "::1", 65535],
    ["tcp://shop.example:80/", "shop.example", 80],
  ])("reads %s", (address, host, port) => {
    expect(parseTcpAddress(address)).toEqual({ host, port });
  });

  it.each(["127.0.0.1", "tcp://127.0.0.1", "tcp://:4000", "tcp://a:b", "tcp://::1:4000", "tcp://a:1/b", ""])(
    "refuses %j",
    (address) => {
      expect(() => parseTcpAddress(address)).toThrow(SessionError);
      expect(() => parseTcpAddress(address)).toThrow("expected tcp://host:port");
    },
  );

  it("refuses a port that there is not", () => {
    expect(() => parseTcpAddress("tcp://a:70000")).toThrow("the largest port is 65535");
  });

  it("names an unknown scheme", () => {
    expect(() => parseTcpAddress("http://a:1")).toThrow('unknown transport scheme: "http"');
    expect(() => parseTcpAddress("http://a:1", "unsupported transport scheme")).toThrow(
      'unsupported transport scheme: "http"',
    );
  });

  it("writes what it reads", () => {
    for (const address of ["tcp://127.0.0.1:4000", "tcp://[::1]:1"]) {
      expect(formatTcpAddress(parseTcpAddress(address))).toBe(address);
    }
  });
});
