// A sign-in that is asked for in the result of a tool call, with the status 200 (OpenAI, Apps SDK, "Authentication":
// `isError` and `_meta["mcp/www_authenticate"]`, a list of challenges as in `WWW-Authenticate`).

import { asFailure } from "../../core/failure/failure.ts";
import { WantedNames } from "../../core/mcp/json-names.ts";
import { doubtIn, scanObject, skipBlank } from "../../core/mcp/json-scan.ts";
import { isObject, type ResponseMessage } from "../../core/mcp/message.ts";
import type { OutboundMessage } from "../messages/outbound-message.ts";
import { type AuthorizeOptions, authorize } from "./authorize.ts";

const MEMBER = "mcp/www_authenticate";
const RESULT = new WantedNames(["result"]);
const IN_RESULT = new WantedNames(["isError", "_meta"]);
const MOST_CHALLENGES = 8;

/**
 * Answers a challenge in the result that was kept back. Who refuses a call for want of a sign-in has not carried it out,
 * whether it says so by the status or in the result (the Apps SDK has the host sign in and call again), so it goes once
 * more whatever it does. If nobody signs in, or it is no challenge, the host has the result as it came.
 * @returns true: send it again
 */
export async function signInForResult(
  options: AuthorizeOptions,
  outbound: OutboundMessage,
): Promise<boolean> {
  const [pending] = outbound.requests;
  const kept = pending?.kept;
  if (pending === undefined || kept === undefined) return false;
  const wwwAuthenticate = challengesIn(kept);
  if (wwwAuthenticate === undefined) {
    pending.release();
    return false;
  }
  const refusal = { status: 401, wwwAuthenticate, sent: outbound.signed.by, inResult: true } as const;
  try {
    await authorize(options, outbound, refusal, () => pending.release());
  } catch (error) {
    options.diagnostics.event("result.challenge.failed", { code: asFailure(error).code });
    pending.release();
  }
  if (pending.done) return false;
  pending.forget();
  return true;
}

/** The challenges in a result that is marked as an error; undefined: there are none. */
export function challengesIn({ bytes }: ResponseMessage): readonly string[] | undefined {
  const span = scanObject(bytes, skipBlank(bytes, 0), RESULT).members.get("result");
  const result = span && scanObject(bytes, span.start, IN_RESULT);
  if (result === undefined || doubtIn(result) !== undefined) return undefined;
  const text = (name: string): string | undefined => {
    const found = result.members.get(name);
    return found && bytes.toString("utf8", found.start, found.end);
  };
  if (text("isError") !== "true") return undefined;
  const meta: unknown = JSON.parse(text("_meta") ?? "null");
  const given = isObject(meta) ? meta[MEMBER] : undefined;
  // Some write the only one without a list.
  const challenges = (Array.isArray(given) ? given : [given])
    .filter((one: unknown): one is string => typeof one === "string" && one.trim() !== "")
    // Some copy the quotes of the documentation's example.
    .map((one) => one.trim().replace(/^'(.*)'$/s, "$1"));
  return challenges.length === 0 ? undefined : challenges.slice(0, MOST_CHALLENGES);
}
