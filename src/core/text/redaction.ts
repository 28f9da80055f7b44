// The last line against secrets in what is written (DIAG-1). Types keep them out (`Secret`); this catches what came as text.
import { HIDDEN, KNOWN_SECRETS, KnownSecrets } from "./known-secrets.ts";

const SECRET_NAME =
  /(?:token|secret|verifier|password|passphrase|assertion|authorization|cookie|api[-_]?key|private[-_]?key|credential)s?$/i;

/** Parameters of requests and answers of RFC 6749, 7591, 7636, 8628, 8693, as form, query or JSON. */
const PARAMETERS = [
  "access_token",
  "refresh_token",
  "id_token",
  "id_token_hint",
  "code_verifier",
  "client_secret",
  "client_assertion",
  "assertion",
  "subject_token",
  "actor_token",
  "device_code",
  "registration_access_token",
  "login_ticket",
  "password",
].join("|");

/** A name begins here: also behind `?` or `&` that were percent-encoded, once or more. */
const START = "(?<=^|\\W|%(?:25)*(?:3f|26))";
/** `=` plain or percent-encoded (also twice); `:` with quotes, which may be escaped. */
const EQUALS = "=|%(?:25)*3[dD]";
const COLON = `\\\\*["']?\\s*:\\s*\\\\*["']?`;
const VALUE = `[^\\s"'\\\\&,;<>(){}\\]%]+(?:%(?!(?:25)*26)[^\\s"'\\\\&,;<>(){}\\]%]*)*`;

/** What a pattern finds, and what is put in its place. Each takes time that grows with the text, not with its square. */
const PATTERNS: readonly (readonly [RegExp, string | ((found: string) => string)])[] = [
  [/\b(Bearer|DPoP|Basic|Negotiate|Digest)(\s+|%20|\+)[A-Za-z0-9._~+/=-]{6,}/gi, `$1 ${HIDDEN}`],
  [
    /\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key|mcp-session-id)(\s*[:=]\s*)[^\r\n]+/gi,
    `$1$2${HIDDEN}`,
  ],
  [/[\w.-]{12,}/g, withoutJwt],
  [new RegExp(`${START}(${PARAMETERS})(${EQUALS}|${COLON})${VALUE}`, "gi"), `$1$2${HIDDEN}`],
  // As JSON, `code` is far more often a number or an error's name than an authorization code.
  [new RegExp(`${START}(code|token)(${EQUALS})${VALUE}`, "gi"), `$1$2${HIDDEN}`],
  [/(\/\/)[^/\s@"']+@/g, `$1${HIDDEN}@`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, HIDDEN],
];

const STATE = new RegExp(`${START}(state)(${EQUALS}|${COLON})${VALUE}`, "gi");

export class Redactor {
  readonly #more = new KnownSecrets();

  /** Hides this value too, beside every `Secret` there is. Values under 6 characters are left to the patterns. */
  protect(value: string): void {
    this.#more.add(value);
  }

  /** For a person's screen: as `forLog`, but leaves an authorization URL usable (`state` stays). */
  forPerson(text: string): string {
    let clean = this.#more.hide(KNOWN_SECRETS.hide(text));
    for (const [pattern, shown] of PATTERNS)
      clean = typeof shown === "string" ? clean.replace(pattern, shown) : clean.replace(pattern, shown);
    return clean;
  }

  /** For logs: hides everything that looks like a credential. */
  forLog(text: string): string {
    return this.forPerson(text).replace(STATE, `$1$2${HIDDEN}`);
  }

  /** Value of a log field; a telling name hides it whole. */
  field<T>(name: string, value: T): T | string {
    if (typeof value !== "string") return value;
    return SECRET_NAME.test(name) ? HIDDEN : this.forLog(value);
  }
}

/**
 * A run of the characters of a JWT, without the JWT in it: `eyJ` and more, a dot, more. As one pattern, every `eyJ` of a run
 * without a dot would be read to the run's end.
 */
function withoutJwt(run: string): string {
  const parts = run.split(".");
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const start = part.search(/\beyJ(?=[\w-]{4})/);
    if (start >= 0 && (parts[index + 1]?.length ?? 0) >= 4) return run.slice(0, at + start) + HIDDEN;
    at += part.length + 1;
  }
  return run;
}

/** More than is ever shown; the patterns are not made for megabytes of somebody else's choice. */
const MAX_SAID = 4_000;

/**
 * What the other side said, without the secrets that were sent to it: some quote them in their errors, which people read
 * and hosts show.
 */
export function withoutEcho(said: string, sent: Iterable<string>): string {
  const redactor = new Redactor();
  for (const value of sent) redactor.protect(value);
  return redactor.forPerson(said.slice(0, MAX_SAID));
}
