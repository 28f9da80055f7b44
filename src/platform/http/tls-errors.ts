// Names the certificate problem and what to do about it (NET-9).
import { codeOf } from "../../core/errno.ts";
import { Failure } from "../../core/failure/failure.ts";
import { printable, quoted } from "../../core/text/printable.ts";

/** Node's codes (those of OpenSSL's X509_V_ERR_*) in words, after "<peer> ". Here more authorities may help. */
const AUTHORITY_PROBLEMS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "sent a self-signed certificate",
  SELF_SIGNED_CERT_IN_CHAIN: "sent a certificate from an authority that is not trusted here",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "sent a certificate from an unknown authority, or left out an intermediate one",
  UNABLE_TO_GET_ISSUER_CERT: "sent a certificate from an unknown authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "sent a certificate from an unknown authority",
  CERT_UNTRUSTED: "sent a certificate that is not trusted here",
};

/** Here they do not. */
const OTHER_PROBLEMS: Readonly<Record<string, string>> = {
  INVALID_CA: "sent a certificate whose authority may not sign certificates",
  CERT_HAS_EXPIRED: "sent a certificate that has expired",
  CERT_NOT_YET_VALID: "sent a certificate that is not valid yet",
  CERT_REVOKED: "sent a certificate that was revoked",
};

/** Alerts (RFC 8446 6.2) by which a server refuses the client's certificate, or misses it: 40 up to TLS 1.2, then 116. */
const CLIENT_CERTIFICATE_ALERTS: ReadonlySet<number> = new Set([40, 41, 42, 43, 44, 45, 46, 48, 49, 116]);
/** OpenSSL's reasons 1000 and up are alerts of the other side; 267 is SSL_R_WRONG_VERSION_NUMBER. */
const ALERT = 1_000;
const WRONG_VERSION = 267;
/** The same from newer Nodes, as names. */
const REASONS: Readonly<Record<string, number>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: WRONG_VERSION,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: WRONG_VERSION,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: ALERT + 40,
  "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE": ALERT + 40,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: ALERT + 42,
  "ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE": ALERT + 42,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: ALERT + 48,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: ALERT + 116,
};

export function isTlsError(error: unknown): error is Error & { code: string } {
  const code = codeOf(error) ?? "";
  return isAuthorityProblem(error) || code in OTHER_PROBLEMS || /^(ERR_(SSL|TLS|OSSL)_|EPROTO$)/.test(code);
}

/** Would more authorities help? */
export function isAuthorityProblem(error: unknown): boolean {
  return (codeOf(error) ?? "") in AUTHORITY_PROBLEMS;
}

export function tlsFailure(error: Error & { code: string }, peer: string): Failure {
  // A failed handshake, an alert included, ends before the other side reads a request.
  const options = { received: "no", cause: error } as const;
  const problem = AUTHORITY_PROBLEMS[error.code] ?? OTHER_PROBLEMS[error.code];
  if (problem !== undefined) {
    const hint = isAuthorityProblem(error) ? authorityHint() : repairHint(error.code);
    return new Failure("NETWORK_TLS", `${peer} ${problem} (${error.code}).`, { ...options, hint });
  }
  if (error.code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return new Failure("NETWORK_TLS", `${peer} sent a certificate for another host${namesOn(error)}.`, {
      ...options,
      hint: "Use the host name that the certificate is for, or ask whoever runs the server for a certificate with this name.",
    });
  }
  const reason = reasonOf(error);
  if (CLIENT_CERTIFICATE_ALERTS.has(reason - ALERT)) {
    return new Failure("NETWORK_TLS", `${peer} refused the TLS handshake (alert ${reason - ALERT}).`, {
      ...options,
      hint: "It may want a client certificate: pass the one you were given with --client-cert and --client-key.",
    });
  }
  if (reason === WRONG_VERSION) {
    return new Failure("NETWORK_TLS", `${peer} does not speak TLS (${error.code}).`, {
      ...options,
      hint: "Check the port, and whether the address should start with http:// instead of https://.",
    });
  }
  return new Failure(
    "NETWORK_TLS",
    `No secure connection to ${peer} could be made (${printable(error.code, 80)}).`,
    {
      ...options,
      hint: "A proxy or firewall may inspect or block the connection: ask for the certificate of its authority and pass it with --ca-file.",
    },
  );
}

/** OpenSSL's reason, or 0. Node 20 reports it as EPROTO, with the number in the text only: library 20 (0A), reason. */
function reasonOf(error: Error & { code: string }): number {
  const known = REASONS[error.code];
  if (known !== undefined) return known;
  const packed = /:error:0A([0-9A-F]{6}):/.exec(error.message)?.[1];
  return packed === undefined ? 0 : Number.parseInt(packed, 16);
}

function authorityHint(): string {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  // Where Node can read it, the system's store was asked before this failure (see tls-trust.ts), as --use-system-ca does.
  const system =
    major > 22 || (major === 22 && minor >= 15) ? ", or add it to the system's certificate store" : "";
  return `If you trust it, pass the authority's certificate with --ca-file (or NODE_EXTRA_CA_CERTS)${system}.`;
}

function repairHint(code: string): string {
  return code === "CERT_NOT_YET_VALID" || code === "CERT_HAS_EXPIRED"
    ? "Check this computer's date; if it is right, the server needs a new certificate."
    : "The server needs another certificate. Ask whoever runs it.";
}

/** The names a certificate is for, from the error of `tls.checkServerIdentity`. */
function namesOn(error: object): string {
  if (!("cert" in error) || typeof error.cert !== "object" || error.cert === null) return "";
  const names = "subjectaltname" in error.cert ? error.cert.subjectaltname : undefined;
  return typeof names === "string" ? `: it is for ${quoted(names, 200)}` : "";
}
