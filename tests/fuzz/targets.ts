/** All targets by name: the module of `targets/` and its function. Each is bundled and loaded by itself. */
import type { Target } from "./target.js";

export const targets = {
  frames: ["wire", "frames"],
  messages: ["wire", "messages"],
  cbor: ["wire", "cbor"],
  schemas: ["wire", "schemas"],
  "handshake-initiator": ["handshake", "handshakeInitiator"],
  "handshake-acceptor": ["handshake", "handshakeAcceptor"],
  decoders: ["decoders", "decoders"],
  plans: ["plans", "plans"],
  session: ["session", "session"],
  tcp: ["transports", "tcp"],
  websocket: ["transports", "webSocket"],
  vox: ["language", "vox"],
  lock: ["language", "lock"],
  config: ["language", "config"],
  records: ["stores", "records"],
  store: ["stores", "store"],
} as const satisfies Readonly<Record<string, readonly [module: string, make: string]>>;

export type TargetName = keyof typeof targets;

/** Makes a target. @returns undefined where the machine lacks what the target needs */
export async function makeTarget(name: TargetName): Promise<Target | undefined> {
  const [module, make] = targets[name];
  const exports = (await import(`./targets/${module}.ts`)) as Readonly<
    Record<string, () => Target | undefined | Promise<Target | undefined>>
  >;
  return exports[make]?.();
}
