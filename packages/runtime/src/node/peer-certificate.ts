/** The certificate of a TLS peer as plain data. */
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { PeerCertificate } from "../link/link.js";

/** Certificate of the peer of a connection over TLS; undefined when it gave none, or one that is not trusted. */
export function peerCertificate(socket: Socket): PeerCertificate | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const { subject, subjectaltname, fingerprint256 } = socket.getPeerCertificate();
  // Node gives an empty object where there is no certificate.
  if (fingerprint256 === undefined) return undefined;
  const names: string | readonly string[] | undefined = subject?.CN;
  const commonName = typeof names === "string" ? names : names?.[0];
  return { commonName, subjectAltName: subjectaltname, fingerprint256 };
}
