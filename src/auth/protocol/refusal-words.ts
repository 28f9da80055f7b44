// What an answer says of its own status. OAuth has two members for it (RFC 6749 5.2); gateways, frameworks and other
// conventions (RFC 9457) have theirs, and a person is helped by any of them.
import { isObject, type JsonObject } from "../../core/mcp/message.ts";
import { printable } from "../../core/text/printable.ts";
import { LONGEST, textOf } from "./json-members.ts";

/** Cleaned and cut. */
export interface RefusalWords {
  /** `error`, where that is a text: a code of OAuth, mostly. */
  readonly error: string | undefined;
  readonly description: string | undefined;
}

/** Members that hold a sentence, the most telling first. Compared without case, `_` and `-`. */
const SENTENCES = [
  "errordescription",
  "message",
  "errormessage",
  "detail",
  "errorsummary",
  "faultstring",
  "description",
  "title",
  "reason",
  "msg",
];
/** Of a document, and how deep: what is looked at for a sentence. */
const MOST_OBJECTS = 20;

/** @param hide takes what was sent out of what came back */
export function refusalWords(
  json: JsonObject | undefined,
  text: string,
  contentType: string,
  hide: (said: string) => string,
): RefusalWords {
  const error = textOf(json, "error");
  const sentence = json === undefined ? plainText(text, contentType) : sentenceIn(json);
  return {
    error: error && printable(hide(error), 100),
    // Some say the same twice.
    description: sentence === undefined || sentence === error ? undefined : printable(hide(sentence)),
  };
}

/** The first sentence, by breadth: what is said outside is about the whole. */
function sentenceIn(json: JsonObject): string | undefined {
  const objects: unknown[] = [json];
  for (let at = 0; at < objects.length && at < MOST_OBJECTS; at++) {
    const value = objects[at];
    if (typeof value === "string" && value !== "") return value.slice(0, LONGEST.token);
    if (!isObject(value)) continue;
    const members = Object.entries(value);
    const names = members.map(([name]) => name.toLowerCase().replace(/[_-]/g, ""));
    for (const wanted of SENTENCES) {
      const [name = "", found] = members[names.indexOf(wanted)] ?? [];
      const said = found === undefined ? undefined : textOf(value, name, LONGEST.token);
      if (said !== undefined) return said;
    }
    for (const [name, member] of members) {
      const hasSentences = /^(errors?|messages?|details?)$/i.test(name);
      // A list of errors: objects, or sentences.
      for (const item of Array.isArray(member) ? member : [member]) {
        if (objects.length >= MOST_OBJECTS) break;
        if (isObject(item) || (hasSentences && Array.isArray(member))) objects.push(item);
      }
    }
  }
  return undefined;
}

/** Of a body that is no object. A page is for a browser. */
function plainText(text: string, contentType: string): string | undefined {
  const isPlain = contentType === "" || /^text\/plain\b/i.test(contentType);
  return isPlain && text.trim() !== "" && !text.trimStart().startsWith("<")
    ? text.slice(0, LONGEST.token)
    : undefined;
}
