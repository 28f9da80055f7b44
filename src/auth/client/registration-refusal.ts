// What an issuer that refuses a registration has against it, and what a person can do about it (REG-4).
import { Failure } from "../../core/failure/failure.ts";
import { retryAfterMs } from "../../core/pause.ts";
import { urlForPeople } from "../../core/text/printable.ts";
import { type IssuerAnswer, outcomeOf } from "../protocol/issuer-http.ts";
import { defined } from "../protocol/json-members.ts";
import { refusalText } from "../protocol/oauth-error.ts";

export interface RegistrationRefusal {
  readonly failure: Failure;
  /** It is the redirect URI that the issuer does not like. */
  readonly aboutRedirect: boolean;
}

/** What a refusal is about: the redirect, the scope, a member that the issuer does not know; undefined: neither. */
type Complaint = "redirect" | "scope" | "member" | undefined;

/** Policies are about scopes more often than not, and do not always say so. */
const COMPLAINTS: readonly (readonly [RegExp, Complaint])[] = [
  [/redirect/i, "redirect"],
  [/scope|polic(?:y|ies)/i, "scope"],
  [
    /application.?type|unknown|unrecogni[sz]ed|unexpected|additional.?propert|\bextra\b|should not exist/i,
    "member",
  ],
];

export function complaintOf({ status, words }: IssuerAnswer): Complaint {
  if (status < 400 || status >= 500) return undefined;
  const text = `${words.error ?? ""} ${words.description ?? ""}`;
  return COMPLAINTS.find(([pattern]) => pattern.test(text))?.[1];
}

/** @param hasToken an initial access token was sent */
export function registrationRefusal(
  answer: IssuerAnswer,
  hasToken: boolean,
  nowMs: number,
): RegistrationRefusal {
  const { status, words } = answer;
  const said = refusalText(words);
  const why = said === "" && status < 300 ? "without a client id" : said && `with ${said}`;
  const text = `Registering a client failed: POST ${urlForPeople(answer.url)} ${outcomeOf(answer)} ${why}`;
  const hint = hintFor(answer, hasToken, nowMs);
  return {
    failure: new Failure("AUTH_REGISTRATION_REFUSED", `${text.trimEnd()}.`, { status, ...defined({ hint }) }),
    aboutRedirect: complaintOf(answer) === "redirect",
  };
}

const BY_HAND =
  "register a client there by hand and pass it with --static-oauth-client-info @client-info.json";

/** Words of an issuer that has a list of the clients it takes. */
const HAS_A_LIST =
  /allow.?list|white.?list|approv|pre.?regist|trusted|polic(?:y|ies)|permitted|not allowed|restricted|disabled|only .*clients?/i;

/** Undefined: the table's. */
function hintFor(answer: IssuerAnswer, hasToken: boolean, nowMs: number): string | undefined {
  const { status, words } = answer;
  const said = `${words.error ?? ""} ${words.description ?? ""}`;
  if (status === 429 || (status >= 500 && status !== 501)) {
    const askedMs = retryAfterMs(answer.header("retry-after"), nowMs);
    const when = askedMs === undefined ? "later" : `in ${Math.ceil(askedMs / 1_000)} s`;
    return `The trouble is the issuer's. Try again ${when}, or ${BY_HAND}.`;
  }
  if (complaintOf(answer) === "redirect")
    return `Ask whoever runs the issuer which redirect addresses it takes; --host, --callback-path and a port behind the server's address choose ours. Or ${BY_HAND}.`;
  const isDenied = status === 401 || status === 403;
  const isAboutToken = /token|bearer/i.test(said);
  const wantsCredentials = status === 401 || answer.header("www-authenticate") !== undefined;
  const hasList =
    HAS_A_LIST.test(said) || (isDenied && !wantsCredentials && !/authenticat|unauthori[sz]/i.test(said));
  if (hasList && !isAboutToken)
    return `The issuer registers only clients that it knows. Ask whoever runs it to take mcp-drawbridge, or ${BY_HAND}.`;
  if (!isDenied) return undefined;
  return hasToken
    ? "The issuer does not take the token of --registration-token. Ask whoever gave it to you; if it needs another scheme than Bearer, write that in front of the token."
    : `Give the issuer's initial access token with --registration-token, or ${BY_HAND}.`;
}
