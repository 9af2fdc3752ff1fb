import { describe, expect, it } from "vitest";
import { SessionError } from "../errors.js";
import { formatAddress, parseAddress } from "./address.js";

describe("parseAddress", () => {
  it.each([
    ["tcp://127.0.0.1:4000", "127.0.0.1", 4000],
    ["localhost:0", "localhost", 0],
    ["tcp://[::1]:65535", "::1", 65535],
    ["tcp://shop.example:80/", "shop.example", 80],
    ["tcp://[fe80::1%eth0]:4000", "fe80::1%eth0", 4000],
    ["tcp://[fe80::1%wlp3s0]:4000", "fe80::1%wlp3s0", 4000],
    ["tcp://[fe80::1%br-lan.7]:4000", "fe80::1%br-lan.7", 4000],
    ["[fe80::1%12]:4000", "fe80::1%12", 4000],
    ["TCP://127.0.0.1:4000", "127.0.0.1", 4000],
  ])("reads %s", (address, host, port) => {
    expect(parseAddress(address)).toEqual({ host, port });
  });

  it("reads tls://host:port, and writes it", () => {
    const address = parseAddress("TLS://[::1]:4000");
    expect(address).toEqual({ host: "::1", port: 4000, isSecure: true });
    expect(formatAddress(address)).toBe("tls://[::1]:4000");
  });

  it.each([
    "127.0.0.1",
    "tcp://127.0.0.1",
    "tcp://:4000",
    "tcp://a:b",
    "tcp://::1:4000",
    "tcp://a:1/b",
    "tcp://[fe80::1%]:1",
    "tcp://[::1%a b]:1",
    "tcp://[::1%a%b]:1",
    "",
  ])("refuses %j", (address) => {
    expect(() => parseAddress(address)).toThrow(SessionError);
    expect(() => parseAddress(address)).toThrow("expected tcp://host:port");
  });

  it.each([
    ["local:///run/x.sock", "/run/x.sock"],
    ["local://x.sock", "x.sock"],
    ["Local://X.sock", "X.sock"],
    ["local://a b://c:1/", "a b://c:1/"],
  ])("takes all that follows as the path of %s", (address, path) => {
    expect(parseAddress(address)).toEqual({ path });
    expect(formatAddress({ path })).toBe(address.replace(/^\w+/, "local"));
  });

  it("refuses paths that are none, or that the system would cut short", () => {
    expect(() => parseAddress("local://")).toThrow("local://path");
    expect(() => parseAddress("local:///run/\0")).toThrow("local://path");
    expect(() => parseAddress(`local://${"ä".repeat(60)}`)).toThrow(
      /its path has 120 bytes, and the system takes 10[37]/,
    );
  });

  it.each([
    ["ws://a:80", { host: "a", port: 80, target: "/", isSecure: false }, "ws://a:80"],
    ["ws://a", { host: "a", port: 80, target: "/", isSecure: false }, "ws://a:80"],
    ["WSS://a/vox?x=1", { host: "a", port: 443, target: "/vox?x=1", isSecure: true }, "wss://a:443/vox?x=1"],
    ["ws://[::1]:4000/", { host: "::1", port: 4000, target: "/", isSecure: false }, "ws://[::1]:4000"],
    ["ws://[::1]/vox", { host: "::1", port: 80, target: "/vox", isSecure: false }, "ws://[::1]:80/vox"],
    ["ws://a?x", { host: "a", port: 80, target: "/?x", isSecure: false }, "ws://a:80/?x"],
  ])("reads the WebSocket address %s", (address, parsed, formatted) => {
    expect(parseAddress(address)).toEqual(parsed);
    expect(formatAddress(parsed)).toBe(formatted);
    expect(parseAddress(formatted)).toEqual(parsed);
  });

  it.each(["ws://", "ws:///vox", "ws://a:99999", "ws://a/b c", "ws://a/#b", "ws://::1"])(
    "refuses the WebSocket address %s",
    (address) => {
      expect(() => parseAddress(address)).toThrow("is no address");
    },
  );

  it("refuses a port that there is not", () => {
    expect(() => parseAddress("tcp://a:70000")).toThrow("the largest port is 65535");
  });

  it("names an unknown scheme", () => {
    expect(() => parseAddress("http://a:1")).toThrow(
      'unknown transport scheme: "http" (known: tcp, tls, local, ws, wss)',
    );
    expect(() => parseAddress("http://a:1", "unsupported transport scheme")).toThrow(
      'unsupported transport scheme: "http"',
    );
  });

  it.each([
    ["http://a:1/vox", "a WebSocket is ws://a:1/vox"],
    ["https://a", "a WebSocket is wss://a"],
    ["tcp://a:1/vox", "only a WebSocket (ws://, wss://) has a path"],
    ["tls://[::1]:1/vox", "only a WebSocket (ws://, wss://) has a path"],
    ["tcp://me:secret@a:1", "give credentials as metadata"],
    ["localhost", "the port is missing"],
    ["tcp://localhost/", "the port is missing"],
  ])("hints at what is wrong with %s", (address, hint) => {
    expect(() => parseAddress(address)).toThrow(hint);
  });

  it.each([undefined, null, 4000, {}, ["tcp://a:1"], new URL("tcp://a:1")])("takes no %o", (address) => {
    expect(() => parseAddress(address as never)).toThrow(TypeError);
    expect(() => parseAddress(address as never)).toThrow("address must be a string, got ");
  });

  it("writes what it reads", () => {
    for (const address of ["tcp://[fe80::1%eth0]:4000", "tcp://127.0.0.1:4000", "tcp://[::1]:1"]) {
      expect(formatAddress(parseAddress(address))).toBe(address);
    }
  });
});
