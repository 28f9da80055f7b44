// Headers in the debug log: the names of all, and the values of those that hold nothing of anybody's.
import { urlForPeople } from "../../core/text/printable.ts";

const SHOWN = new Set([
  "accept",
  "allow",
  "cache-control",
  "content-length",
  "content-type",
  "date",
  "last-event-id",
  "mcp-method",
  "mcp-protocol-version",
  "retry-after",
  "server",
  "transfer-encoding",
  "www-authenticate",
]);
const MOST = 1_800;

/** As a JSON object in a text, since fields of events are flat; `…` stands for a value that is not shown. */
export function loggedHeaders(headers: Readonly<Record<string, unknown>>): string {
  const shown: Record<string, string> = {};
  let length = 2;
  for (const [name, value] of Object.entries(headers)) {
    const text = shownValue(name.toLowerCase(), value);
    length += name.length + text.length + 6;
    if (length > MOST) break;
    shown[name.toLowerCase()] = text;
  }
  return JSON.stringify(shown);
}

function shownValue(name: string, value: unknown): string {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const text = values.filter((one) => typeof one === "string").join(", ");
  if (name === "location") return urlForPeople(text);
  return SHOWN.has(name) ? text.slice(0, 500) : "…";
}
