import { Failure } from "../../core/failure/failure.ts";
import { isObject, type JsonObject } from "../../core/mcp/message.ts";
import { type PathContext, readFlagFile } from "./files.ts";
import { expandVariables, type Variables } from "./variables.ts";

/**
 * The JSON object of a flag: inline, or `@path` of a file. `${NAME}` inside its strings is replaced after
 * parsing, so that a value with quotes in it cannot change the structure.
 * @throws Failure USAGE_BAD_JSON with place, USAGE_MISSING_FILE, USAGE_MISSING_VARIABLE
 */
export async function readJsonArgument(
  flag: string,
  value: string,
  context: PathContext,
): Promise<JsonObject> {
  const fromFile = value.startsWith("@");
  const text = fromFile ? readFlagFile(flag, value.slice(1), context) : value;
  const place = fromFile ? `${flag} (${value.slice(1)})` : flag;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    if (!fromFile && shellAteQuotes(text)) {
      throw new Failure("USAGE_BAD_JSON", `${flag}: the shell removed the quotes of the JSON.`, {
        hint: `Put the JSON into a file and write ${flag} @path/to/file.json; that works in every shell.`,
      });
    }
    throw new Failure("USAGE_BAD_JSON", `${place}: not valid JSON at ${await positionOfMistake(text)}.`);
  }
  if (!isObject(parsed)) {
    throw new Failure("USAGE_BAD_JSON", `${place}: give a JSON object, such as {"client_id": "..."}.`);
  }
  return expandStrings(parsed, context, place) as JsonObject;
}

async function positionOfMistake(text: string): Promise<string> {
  const json = await import("../../core/text/json-with-comments.ts");
  return json.positionOfMistake(text);
}

/** PowerShell and cmd hand `{"a":"b"}` over as `{a:b}`. */
function shellAteQuotes(text: string): boolean {
  return /^\s*\{\s*[A-Za-z_]\w*\s*:/.test(text) || /^\s*'/.test(text);
}

/**
 * The flag whose inline JSON came in several arguments: some hosts split at blanks, some shells take the quotes that
 * kept it together.
 */
export function flagOfSplitJson(argv: readonly string[]): string | undefined {
  return argv.find((word, at) => {
    const value = argv[at + 1]?.trim() ?? "";
    return /^--static-oauth-client-/.test(word) && value.startsWith("{") && !value.endsWith("}");
  });
}

function expandStrings(value: unknown, variables: Variables, place: string): unknown {
  if (typeof value === "string") return expandVariables(value, variables, place);
  if (Array.isArray(value)) return value.map((item) => expandStrings(item, variables, place));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      expandStrings(member, variables, /^\w{1,40}$/.test(name) ? `${place}, ${name}` : place),
    ]),
  );
}
