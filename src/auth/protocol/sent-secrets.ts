// Which parts of a request to an issuer are secrets.
/** Of a form: what proves something to the issuer. */
const SECRET_PARAMETERS = [
  "assertion",
  "client_assertion",
  "client_secret",
  "code",
  "code_verifier",
  "device_code",
  "refresh_token",
  "subject_token",
  "token",
];

interface SentRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** They are hidden in what comes back: some issuers quote what they refuse, and what they say is shown. */
export function sentSecrets({ headers = {}, body }: SentRequest): string[] {
  const form = new URLSearchParams(body);
  const sent = SECRET_PARAMETERS.flatMap((name) => form.getAll(name));
  const { authorization } = headers;
  return authorization === undefined ? sent : [...sent, authorization, ...basicPair(authorization)];
}

/** User and password of HTTP Basic, decoded as RFC 6749 2.3.1 encodes them. */
function basicPair(authorization: string): string[] {
  const [scheme, credentials = ""] = authorization.split(" ");
  if (scheme?.toLowerCase() !== "basic") return [];
  const [, secret = ""] = Buffer.from(credentials, "base64").toString().split(":");
  return [new URLSearchParams(`x=${secret}`).get("x") ?? ""];
}
