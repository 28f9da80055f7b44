// Challenges, against a slow reader that takes what the grammar of RFC 9110 11 allows, and nothing else.
import { parseChallenges } from "../../src/auth/protocol/www-authenticate.ts";
import { type Seeded, seeded } from "../support/clocks/seeded.ts";
import { difference, type FuzzTarget, pieced } from "./target.ts";

const PIECES = [
  "Bearer",
  "Basic",
  "DPoP ",
  "a",
  "realm",
  "scope",
  "=",
  "=",
  "==",
  ",",
  ", ",
  " ",
  "\t",
  '"',
  '"x y"',
  '"a, b=c"',
  '"\\""',
  '"\\\\"',
  "realm=a",
  'scope="read write"',
  "abc/+",
  "\xe9",
];

const ELEMENTS = [
  "Bearer",
  "Basic abc==",
  "Basic a/b",
  "Bearer realm=a",
  'DPoP  x="q, \\"r"',
  'Bearer scope="a b" ',
  'scope="\\\\"',
  "REALM=b",
  "error =\tc",
  "",
];

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const QUOTED = '"(?:[\\t !#-\\[\\]-~\\x80-\\xff]|\\\\[\\t -~\\x80-\\xff])*"';
const PARAMETER = `(${TOKEN})[ \\t]*=[ \\t]*(${TOKEN}|${QUOTED})`;
const ALONE = new RegExp(`^(${TOKEN})$`);
const WITH_TOKEN68 = new RegExp(`^(${TOKEN}) +([A-Za-z0-9\\-._~+/]+=*)$`);
const WITH_PARAMETER = new RegExp(`^(${TOKEN}) +${PARAMETER}$`);
const PARAMETER_ALONE = new RegExp(`^${PARAMETER}$`);

interface Read {
  readonly scheme: string;
  readonly token68?: string;
  readonly params: [name: string, value: string][];
}

export const wwwAuthenticate: FuzzTarget = (seed) => {
  const random = seeded(seed);
  const values = Array.from({ length: 1 + random.below(2) }, () =>
    random.chance(0.5) ? listed(random) : pieced(random, PIECES, 12),
  );
  const reference = values.map(readByGrammar);
  // What breaks the grammar is only to be survived.
  const ours = parseChallenges(values);
  if (reference.includes(undefined)) return undefined;
  const plain = ours.map(({ params, scheme, token68 }) => ({
    scheme,
    ...(token68 !== undefined && { token68 }),
    params: [...params],
  }));
  return difference(values, plain, reference.flat());
};

/** What mostly keeps to the grammar. */
function listed(random: Seeded): string {
  return Array.from(
    { length: random.below(6) },
    () => random.one(ELEMENTS) + random.one([",", ", ", " ,", ",,"]),
  ).join("");
}

/** Undefined: it breaks the grammar. */
function readByGrammar(value: string): Read[] | undefined {
  const found: Read[] = [];
  for (const element of elements(value)) {
    const text = element.replace(/^[ \t]+|[ \t]+$/g, "");
    if (text === "") continue;
    const last = found.at(-1);
    const alone = ALONE.exec(text);
    const token68 = WITH_TOKEN68.exec(text);
    const first = WITH_PARAMETER.exec(text);
    const more = PARAMETER_ALONE.exec(text);
    if (alone) found.push({ scheme: lower(alone[1]), params: [] });
    else if (token68) found.push({ scheme: lower(token68[1]), token68: token68[2] ?? "", params: [] });
    else if (first) {
      found.push({ scheme: lower(first[1]), params: [[lower(first[2]), unquoted(first[3])]] });
    } else if (more && last !== undefined && last.params.length > 0) {
      // The first of a name counts.
      if (!last.params.some(([name]) => name === lower(more[1])))
        last.params.push([lower(more[1]), unquoted(more[2])]);
    } else return undefined;
  }
  return found;
}

/** Cut at commas outside quotes. */
function elements(value: string): string[] {
  const found = [""];
  let quoted = false;
  for (let at = 0; at < value.length; at += 1) {
    const character = value.charAt(at);
    if (character === "," && !quoted) found.push("");
    else found.push((found.pop() ?? "") + character);
    if (character === '"') quoted = !quoted;
    else if (character === "\\" && quoted) {
      at += 1;
      found.push((found.pop() ?? "") + value.charAt(at));
    }
  }
  return found;
}

function lower(text = ""): string {
  return text.toLowerCase();
}

function unquoted(text = ""): string {
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/gs, "$1") : text;
}
