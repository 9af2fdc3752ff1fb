/** The certificates of `fixtures/tls`, as Node's `tls` takes them. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../fixtures/tls/", import.meta.url));

const read = (name: string): string => readFileSync(`${folder}${name}`, "utf8");

/** The authority that issued them. */
export const authority: string = read("ca.pem");

/** A certificate and its key. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export function certificate(name: "server" | "expired" | "elsewhere" | "client"): Certificate {
  return { cert: read(`${name}.pem`), key: read(`${name}.key`) };
}
