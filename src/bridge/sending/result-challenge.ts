// A sign-in that is asked for in the result of a tool call, with the status 200 (OpenAI, Apps SDK, "Authentication":
// `isError` and `_meta["mcp/www_authenticate"]`, a list of challenges as in `WWW-Authenticate`).

import { WantedNames } from "../../core/mcp/json-names.ts";
import { doubtIn, scanObject, skipBlank } from "../../core/mcp/json-scan.ts";
import { isLarge, isObject, type ResponseMessage } from "../../core/mcp/message.ts";

const MEMBER = "mcp/www_authenticate";
/** Of the member's name, what nobody writes as an escape: `mcp\/` is usual. */
const MARK = "www_authenticate";
const RESULT = new WantedNames(["result"]);
const IN_RESULT = new WantedNames(["isError", "_meta"]);
const MOST_CHALLENGES = 8;

/**
 * The challenges in a result that is marked as an error; undefined: there are none. Most answers cost one look for a word;
 * who refuses a call says so shortly, so in large answers nobody looks.
 */
export function challengesIn({ bytes }: ResponseMessage): readonly string[] | undefined {
  if (isLarge(bytes) || !bytes.includes(MARK)) return undefined;
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
