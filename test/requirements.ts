// What the program promises, one line an id. Tests cite the ids in brackets; test/project/requirements.test.ts holds
// both sides to it: no unknown id, no promise that no test keeps.

export const REQUIREMENTS = {
  "DISC-1":
    "The challenge's resource_metadata is looked at first, then the well-known place of the path, then of the root.",
  "DISC-2":
    "WWW-Authenticate is read by its grammar, however many challenges and headers there are, and within bounds.",
  "DISC-3":
    "What discovery found serves the whole sign-in, a restart and another process; no endpoint is ever guessed.",
  "DISC-4":
    "The published resource must be the remote or a parent path of it, and goes to the issuer as published.",
  "DISC-5": "Issuer metadata is looked for at every specified place, in order, with and without a path.",
  "DISC-6":
    "A metadata document must name the very issuer that was asked for, or the one exception the user pinned; a bare origin with and without its slash is one.",
  "DISC-7":
    "A place that fails leaves the next; where none has the document, each is told with its status, and nothing is saved.",
  "DISC-8": "Of several issuers the one already known is taken, else the first, else what the user chose.",
  "DISC-9": "A remote of 2025-03-26 without resource metadata is its own issuer, but only after a 401.",
  "DISC-10": "Remembered metadata is used at once, and looked at again when it is old or contradicted.",
  "DISC-11": "A failed step of a sign-in says which step, which address and which status.",
  "DISC-12":
    "Endpoints and issuer metadata can be given by hand, and what was made with them is bound to them.",
  "DISC-13":
    "Every request says who sends it; those about a sign-in carry no headers of MCP, and none of the user's.",
  "REG-1":
    "Client: the given one, else a metadata document, else registration, else the user is told what to register.",
  "REG-2": "A client is used with its own issuer only.",
  "REG-3": "A registration asks for what a native program needs, and for all scopes a later step may want.",
  "REG-4":
    "A refused registration shows why and what to do; what it complains of (redirect, scope, an unknown member) is changed once, and a busy issuer waited for.",
  "REG-5": "Registration follows a redirect at the same origin, and takes an initial access token.",
  "REG-6": "A metadata document as client id is an https address with a path, and its redirects are kept to.",
  "REG-7": "A registration that the issuer forgot is replaced, once, and nothing else is lost.",
  "REG-8": "The issuer's answer to a registration counts, however odd, and never loops.",
  "REG-9":
    "Client credentials come from a file, inline JSON or the environment; every mistake in them is told plainly.",
  "AUTH-1": "PKCE with S256 always; an issuer that does not announce it is refused unless excepted.",
  "AUTH-2":
    "The resource goes with authorization, exchange and refresh; an issuer that refuses it is met once.",
  "AUTH-3":
    "Scope is the challenge's, else the metadata's, else none; offline_access only where it is listed.",
  "AUTH-4":
    "Too little scope leads to one sign-in for the union, bounded; what processes widen at the same time is all kept.",
  "AUTH-5": "The issuer expected is saved before the browser opens, and iss is checked before anything else.",
  "AUTH-6":
    "A redirect with no state or a foreign one changes nothing; errors are read only when they are ours.",
  "AUTH-7": "Only https, or http on loopback, reaches a browser or carries a code.",
  "AUTH-8": "The listener is up before the browser opens, on loopback only, and gone afterwards.",
  "AUTH-9": "The redirect's port is the given one, or a stable one, and a taken port is named.",
  "AUTH-10": "The last page tells the truth, after the exchange.",
  "AUTH-11": "Nobody waits for ever for a person, and a tab is not opened again at once.",
  "AUTH-12": "There is a way in without a browser.",
  "AUTH-13": "Machines sign in with their own credentials.",
  "AUTH-14":
    "Where issuer or client requires it, the authorization request is pushed, and pushed anew before its address ends.",
  "AUTH-15": "A sign-in that a tool's result asks for is one like any other.",
  "TOK-1": "The access token goes to the remote in a header, and nowhere else.",
  "TOK-2": "A refresh token goes to the recorded token endpoint, and nowhere else.",
  "TOK-3": "A token is renewed a little before it ends, or when it is refused.",
  "TOK-4": "One refresh for everybody who needs it.",
  "TOK-5":
    "Only the issuer's refusal of the present refresh token ends a sign-in; trouble and lost answers are tried again, and fail no handshake.",
  "TOK-6": "A new token that is refused is explained, not fetched again and again.",
  "TOK-7": "A refresh repeats scope and resource, and keeps the old refresh token when none comes.",
  "TOK-8": "Odd token answers are made sense of, or refused.",
  "TOK-9": "The flags of mcp-remote about tokens keep their meaning.",
  "TOK-10": "Signing out revokes, then forgets, in every process.",
  "VAULT-1": "What is saved is encrypted and readable by its owner only.",
  "VAULT-2": "A write happens as a whole or not at all; what cannot be read is kept aside.",
  "VAULT-3": "The record's name depends on remote, profile, resource and client, and on nothing else.",
  "VAULT-4": "A keychain that does not answer is said, not taken for an empty one.",
  "PROC-1": "Twenty processes at once sign in once.",
  "PROC-2": "Twenty processes with an old token renew it once.",
  "PROC-3": "When the process that does a step dies, another goes on.",
  "PROC-4": "A process that was asleep does not spend a token twice.",
  "PROC-5": "Two releases side by side leave each other's record whole.",
  "NET-1":
    "Streamable HTTP: one message a POST, both kinds of answer, the GET stream, session and version headers, DELETE.",
  "NET-2": "A lost session is opened again, once, for all who wait.",
  "NET-3": "What was surely not received is sent again; what may have been is not, unless that is safe.",
  "NET-4": "A broken stream goes on where it stopped, or its requests are answered.",
  "NET-5": "A server that asks to wait is waited for, within reason.",
  "NET-6": "After sleep, dead connections are noticed and requests answered.",
  "NET-7": "Remotes of 2024-11-05 are found out and served.",
  "NET-8": "A tool call may take as long as it likes.",
  "NET-9": "Proxies, authorities and client certificates are honoured; a certificate's fault is named.",
  "NET-10": "Cookies of the remote stay with its origin, in memory.",
  "NET-11": "Redirects stay at the origin, and never leave https.",
  "LIFE-1": "The host's initialize is answered in time, whatever happens.",
  "LIFE-2": "A remote that is down does not end the process.",
  "LIFE-3": "When the host goes, everything goes, soon and in order.",
  "LIFE-4": "A host that does not read stops the reading from the remote.",
  "LIFE-5": "Whatever comes on stdin, the next line works.",
  "LIFE-6": "Only one answer reaches the host for each of its requests, with its id as written.",
  "LIFE-9": "In every host a person who is not signed in is shown how to sign in.",
  "LIFE-8": "What is written to standard output arrives whole on a pipe before the process ends.",
  "LIFE-7": "Tools can be hidden, in lists and in calls.",
  "LIFE-10": "What a message costs, in memory and time, grows with its size alone, and stops nothing else.",
  "ERA-1": "Host and remote of 2025: bytes unchanged.",
  "ERA-2": "A host of 2025 works with a remote of 2026-07-28.",
  "ERA-3": "Host and remote of 2026-07-28: bytes unchanged, headers from the body.",
  "ERA-4": "Parameters marked for headers travel in headers.",
  "ERA-5": "A host of 2026-07-28 works with a remote of 2025.",
  "ERA-6": "Ids that the bridge makes never meet a host's.",
  "ERA-7": "What nobody knows passes.",
  "LIM-1": "What is fetched for a sign-in is limited in size, time, depth and address.",
  "LIM-2": "Answers are limited in size, and only the one that is too large fails.",
  "DIAG-1": "No secret is written anywhere it can be read.",
  "DIAG-2": "--debug tells the whole story in one file of the user's own.",
  "DIAG-3": "Text from the network is printed without control characters.",
  "CLI-1": "A flag that is not known, or has a bad value, is an error that helps.",
  "CLI-2": "Each command does what it says, as JSON where asked, with its exit code.",
} as const satisfies Record<string, string>;

export type RequirementId = keyof typeof REQUIREMENTS;

/** Promises that no test cites yet. Only ever shrinks: an entry that a test cites by now fails. */
export const NOT_YET_COVERED: readonly RequirementId[] = [];
