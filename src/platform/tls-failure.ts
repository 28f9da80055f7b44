// Names the certificate problem and what to do about it (NET-9).
import { Failure } from "../core/failure.ts";
import { printable, quoted } from "../core/text.ts";

/** Node's codes (those of OpenSSL's X509_V_ERR_*) in words, after "<peer> ". */
const PROBLEMS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "shows a certificate that signed itself",
  SELF_SIGNED_CERT_IN_CHAIN: "shows a certificate from an authority that is not trusted here",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "shows a certificate from an unknown authority, or leaves out an intermediate one",
  UNABLE_TO_GET_ISSUER_CERT: "shows a certificate from an unknown authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "shows a certificate from an unknown authority",
  CERT_UNTRUSTED: "shows a certificate that is not trusted here",
  INVALID_CA: "shows a certificate whose authority may not sign certificates",
  CERT_HAS_EXPIRED: "shows a certificate that has expired",
  CERT_NOT_YET_VALID: "shows a certificate that is not valid yet",
  CERT_REVOKED: "shows a certificate that was revoked",
};

/** The authority may be known to the operating system, or to the user. */
const AUTHORITY_PROBLEMS: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_UNTRUSTED",
]);

/** Alerts by which a server says that it wants a (different) client certificate. */
const CLIENT_CERTIFICATE =
  /ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN|ACCESS_DENIED)/;

export function isTlsError(error: unknown): error is Error & { code: string } {
  const code = codeOf(error);
  return (
    code !== undefined &&
    (code in PROBLEMS ||
      code === "ERR_TLS_CERT_ALTNAME_INVALID" ||
      code.startsWith("ERR_SSL_") ||
      code.startsWith("ERR_TLS_") ||
      code.startsWith("ERR_OSSL_") ||
      code === "EPROTO")
  );
}

/** Would more authorities help? */
export function isAuthorityProblem(error: unknown): boolean {
  return AUTHORITY_PROBLEMS.has(codeOf(error) ?? "");
}

export function tlsFailure(error: Error & { code: string }, peer: string): Failure {
  // A failed handshake, an alert included, ends before the other side reads a request.
  const options = { received: "no", cause: error } as const;
  const problem = PROBLEMS[error.code];
  if (problem !== undefined) {
    const hint = AUTHORITY_PROBLEMS.has(error.code) ? authorityHint() : repairHint(error.code);
    return new Failure("NETWORK_TLS", `${peer} ${problem} (${error.code}).`, {
      ...options,
      hint,
    });
  }
  if (error.code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return new Failure("NETWORK_TLS", `${peer} shows a certificate for another host${namesOn(error)}.`, {
      ...options,
      hint: "Use the host name that the certificate is for, or ask whoever runs the server for a fitting one.",
    });
  }
  if (CLIENT_CERTIFICATE.test(error.code)) {
    return new Failure("NETWORK_TLS", `${peer} wants another client certificate (${error.code}).`, {
      ...options,
      hint: "Pass the certificate and key you were given with --client-cert and --client-key.",
    });
  }
  if (speaksNoTls(error)) {
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
      hint: "Something between may inspect or block it: ask for its authority and pass it with --ca-file.",
    },
  );
}

/** OpenSSL's number of "wrong version number"; Node 20 has it in the text only, as EPROTO. */
function speaksNoTls(error: Error & { code: string }): boolean {
  if (error.code === "EPROTO") return error.message.includes("error:0A00010B:");
  return error.code === "ERR_SSL_WRONG_VERSION_NUMBER" || error.code === "ERR_SSL_PACKET_LENGTH_TOO_LONG";
}

function authorityHint(): string {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  // Where Node can read it, the system's store was asked before this failure (see trust.ts), as --use-system-ca does.
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

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
