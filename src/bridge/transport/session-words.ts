// Does a text say that the session is lost? No code for that was ever agreed on, so remotes say it in words.

interface Word {
  /** Lower case, without quotes, apostrophes and what stands at its end. */
  readonly text: string;
  /** A sentence, or what comes before a colon, ends with it. */
  readonly stop: "sentence" | "colon" | undefined;
  /** It may be the id of a session: in quotes, long, or with a digit. */
  readonly isId: boolean;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** No address such as `session://1`, and not several of them: "too many sessions". */
const SESSION = /^(?:mcp[-_]?)?session(?:[-_]?id)?$/;
/** What may stand between the session and what is said of it. */
const SMALL = words(
  `the this that your given provided specified requested a an of or and for with by to is was were are has have had been it
  its already id header mcp http client server transport connection found such valid active matching existing known current
  open live associated initialized does did could can streamable`,
);
/** "unknown session", "no valid session id". */
const BEFORE = words(
  `no unknown invalid expired missing unrecognized unrecognised inactive stale terminated dead lost bad without require
  requires required include nonexistent closed deleted`,
);
/** "session expired". */
const AFTER = words(
  `unknown invalid expired timeout terminated closed missing required inactive lost dead gone ended deleted removed destroyed
  dropped evicted revoked invalidated unrecognized unrecognised nonexistent`,
);
const NOT = words("not never cannot cant couldnt didnt doesnt isnt wasnt hasnt");
/** "session not found". */
const AFTER_NOT = words(
  `found valid active known recognized recognised provided present specified set open established available exist alive match
  matched initialized initialised longer`,
);
/** "not a valid session". */
const BEFORE_AFTER_NOT = words("a an valid known active existing current");
const FIND = words("find locate");
const UNABLE = words("unable failed");
const GIVEN = words("provided present set included sent specified");

const WHO = words("server session client connection protocol mcp transport peer");
const INITIALIZED = /^initiali[sz]ed$/;
const INITIALIZATION = /^(?:re-?)?initiali[sz](?:e|ation|ing|ed)$/;
const BEFORE_INITIALIZATION = words("before without awaiting expect expects expected");
const MUST = words("must need needs have should please");
const TO_BE = words(
  "to be call send a an the being yet fully properly been is was has first request handshake",
);
const NEEDED = words("required first needed missing incomplete pending");
const COMPLETE = words("complete completed done finished received");

/** As far as that is looked from a session, in words. */
const REACH = 8;
/** Longer texts say something else first. */
const MOST_CHARACTERS = 2_000;

/**
 * True: it says that the session is unknown, over, or was never opened. A tool may say so of a session of its own ("checkout
 * session expired"), so this alone is never certain.
 */
export function saysSessionIsLost(text: string): boolean {
  const part = text.slice(0, MOST_CHARACTERS);
  if (!/session|initiali[sz]/i.test(part)) return false;
  const said = wordsOf(part);
  return said.some(({ text: word }, at) => {
    if (SESSION.test(word)) return isLostBefore(said, at) || isLostAfter(said, at);
    if (/^uninitiali[sz]ed$/.test(word)) return true;
    return INITIALIZATION.test(word) && lacksInitialization(said, at);
  });
}

function wordsOf(text: string): Word[] {
  const found: Word[] = [];
  for (const [whole, open = "", inner = "", close = "", end = ""] of text.matchAll(
    /(["'`]?)([\w./:’'-]*[\w/])(["'`]?)([^\w"'`]*)/g,
  )) {
    const word = inner.replaceAll(/['’]/g, "").toLowerCase();
    const isId = (open !== "" && open === close) || word.length >= 12 || /\d/.test(word);
    const after = whole.slice(open.length + inner.length);
    const stop = /^["'`]?[.!?;\n]/.test(after)
      ? "sentence"
      : /[:\]>}{"]/.test(close + end)
        ? "colon"
        : undefined;
    found.push({ text: word, stop, isId });
  }
  return found;
}

function isLostBefore(said: readonly Word[], session: number): boolean {
  const between: string[] = [];
  for (let at = session - 1; at >= 0 && at >= session - REACH; at -= 1) {
    const { text, stop } = said[at] as Word;
    if (stop === "sentence") return false;
    if (BEFORE.has(text)) return true;
    if (NOT.has(text)) return between.every((one) => BEFORE_AFTER_NOT.has(one));
    if (FIND.has(text)) return isNegated(said, at);
    if (!SMALL.has(text)) return false;
    between.push(text);
  }
  return false;
}

/** "could not find", "unable to find". */
function isNegated(said: readonly Word[], at: number): boolean {
  const before = said[at - 1]?.text ?? "";
  return NOT.has(before) || (before === "to" && UNABLE.has(said[at - 2]?.text ?? ""));
}

function isLostAfter(said: readonly Word[], session: number): boolean {
  for (let at = session; at < said.length - 1 && at < session + REACH; at += 1) {
    if (said[at]?.stop === "sentence") return false;
    const { text, isId } = said[at + 1] as Word;
    const next = said[at + 2]?.text ?? "";
    if (AFTER.has(text)) return true;
    if (NOT.has(text)) return [next, said[at + 3]?.text ?? ""].some((one) => AFTER_NOT.has(one));
    if (text === "no") return next === "longer";
    if (text === "timed" || text === "time") return next === "out";
    if (text === "must") return next === "be" && GIVEN.has(said[at + 3]?.text ?? "");
    if (!SMALL.has(text) && !isId) return false;
  }
  return false;
}

/** "server not initialized", "before initialization", "must initialize", "initialization required". */
function lacksInitialization(said: readonly Word[], initialize: number): boolean {
  let at = initialize - 1;
  while (at >= 0 && TO_BE.has(said[at]?.text ?? "") && said[at]?.stop === undefined) at -= 1;
  const before = said[at]?.stop === "sentence" ? "" : (said[at]?.text ?? "");
  if (BEFORE_INITIALIZATION.has(before) || MUST.has(before)) return true;
  if (INITIALIZED.test(said[initialize]?.text ?? "")) return NOT.has(before) && isOfSession(said, at);
  let after = initialize + 1;
  while (TO_BE.has(said[after]?.text ?? "") && said[after]?.text !== "first") after += 1;
  const next = said[after]?.text ?? "";
  if (said[initialize]?.stop !== undefined) return false;
  return (
    NEEDED.has(next) || (NOT.has(next) && said.slice(after, after + 4).some(({ text }) => COMPLETE.has(text)))
  );
}

/** What is not initialized: who takes part in a session, or nothing that is named. */
function isOfSession(said: readonly Word[], not: number): boolean {
  let at = not - 1;
  while (at >= 0 && TO_BE.has(said[at]?.text ?? "") && said[at]?.stop === undefined) at -= 1;
  const subject = said[at];
  return subject === undefined || subject.stop !== undefined || WHO.has(subject.text);
}
