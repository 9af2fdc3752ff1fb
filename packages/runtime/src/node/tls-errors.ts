/** One sentence for each error of TLS about a peer. */
import { SessionError } from "../errors.js";

const notTrusted = "was issued by an authority that is not trusted here (option tls.ca)";

/** What is wrong with a peer's certificate, by the code that Node gives. */
const certificateFaults: ReadonlyMap<string, string> = /*@__PURE__*/ new Map(
  Object.entries({
    CERT_HAS_EXPIRED: "has expired",
    CERT_NOT_YET_VALID: "is not valid yet",
    CERT_REVOKED: "has been revoked",
    CERT_REJECTED: "is not trusted",
    CERT_UNTRUSTED: "is not trusted",
    CERT_SIGNATURE_FAILURE: "has a wrong signature",
    INVALID_PURPOSE: "is not for this purpose",
    DEPTH_ZERO_SELF_SIGNED_CERT: "is self-signed, and is not trusted here (option tls.ca)",
    SELF_SIGNED_CERT_IN_CHAIN: notTrusted,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: notTrusted,
    UNABLE_TO_GET_ISSUER_CERT: notTrusted,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: notTrusted,
    ERR_TLS_CERT_ALTNAME_INVALID: "is for another host name (option tls.servername)",
  }),
);

/** Error codes for a peer whose first bytes are not TLS. */
const notTls: ReadonlySet<string> = /*@__PURE__*/ new Set([
  "ERR_SSL_WRONG_VERSION_NUMBER",
  "ERR_SSL_PACKET_LENGTH_TOO_LONG",
  "ERR_SSL_HTTP_REQUEST",
  "ERR_SSL_HTTPS_PROXY_REQUEST",
  "ERR_SSL_UNEXPECTED_MESSAGE",
  "ERR_SSL_RECORD_LAYER_FAILURE",
]);

/** The same faults as texts of the library, for when Node only gives the code `EPROTO`. */
const notTlsText = /wrong version number|packet length too long|http(s proxy)? request|record layer failure/i;

/** Alerts of a peer that refuses the certificate of this side, or misses one. */
const refusal =
  /ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|NO_CERT)/;

/**
 * The error for a fault of TLS; undefined for another fault. Another attempt with the same certificates fails as well,
 * so every fault is final, except a lost connection and a timeout.
 * @param place the peer, like `tls://127.0.0.1:4000`
 */
export function tlsError(fault: Error, code: string | undefined, place: string): SessionError | undefined {
  if (fault.message.includes("before secure TLS connection was established")) {
    const text = `${place} closed the connection within the TLS handshake; does it speak TLS?`;
    return new SessionError("Io", `io error: ${text} (${code})`, { cause: fault });
  }
  if (code === undefined) return undefined;
  if (code === "ERR_TLS_HANDSHAKE_TIMEOUT") {
    const text = `connect timeout: ${place} did not finish the TLS handshake in time`;
    return new SessionError("ConnectTimeout", text, { cause: fault });
  }
  const certificateFault = certificateFaults.get(code);
  if (certificateFault !== undefined)
    return failed(`the certificate of ${place} ${certificateFault}`, code, fault);
  if (notTls.has(code) || (code === "EPROTO" && notTlsText.test(fault.message)))
    return failed(`${place} does not speak TLS`, code, fault);
  if (refusal.test(code)) {
    const text = `${place} does not accept this side's certificate, or needs one (option tls.cert)`;
    return new SessionError("Rejected", `connection rejected: ${text} (${code})`, { cause: fault });
  }
  const isOfTls = code === "EPROTO" || code.startsWith("ERR_SSL_") || code.startsWith("ERR_TLS_");
  return isOfTls ? failed(`TLS with ${place} failed`, code, fault) : undefined;
}

function failed(text: string, code: string, cause: Error): SessionError {
  return new SessionError("Protocol", `protocol error: ${text} (${code})`, { cause });
}
