// What the steps of a sign-in are for, in words for somebody who never read the specification.

/** By the beginning of a step's name: what is asked, and where it is specified. */
const STEPS: readonly (readonly [beginning: string, why: string])[] = [
  [
    "Looking for the resource metadata",
    "The server said that a sign-in is needed. This document of the server tells who signs people in: the issuer (RFC 9728).",
  ],
  [
    "Looking for the metadata of the issuer",
    "This document of the issuer tells where its pages and endpoints are, and whether it supports what a safe sign-in needs (RFC 8414).",
  ],
  [
    "Reading the issuer metadata that you named",
    "You said where the document of the issuer is, so it is looked for nowhere else.",
  ],
  [
    "Pushing the authorization request",
    "The issuer wants the request from mcp-drawbridge itself; the browser brings only its name (RFC 9126).",
  ],
  [
    "Reading the client metadata document",
    "The document that introduces mcp-drawbridge to issuers; it tells which addresses the browser may come back to.",
  ],
  [
    "Registering a client",
    "mcp-drawbridge introduces itself to the issuer and gets a client id of its own (RFC 7591).",
  ],
  [
    "Exchanging the code",
    "The browser brought back a code. With the secret that only this sign-in knows (PKCE), it becomes an access token (RFC 6749, RFC 7636).",
  ],
  [
    "Renewing the sign-in",
    "The access token ends soon or was refused; the refresh token gets a new one without asking you (RFC 6749, section 6).",
  ],
  ["Revoking the sign-in", "The issuer is told that the tokens are not needed any more (RFC 7009)."],
  ["Asking for a device code", "The issuer is asked for a code that you enter on another device (RFC 8628)."],
  ["Asking whether the sign-in is done", "The issuer is asked whether you have entered the code (RFC 8628)."],
  ["Getting a token", "The service signs in as itself, without a person (RFC 6749, section 4.4)."],
  ["Asking the identity provider", "Your company's identity provider is asked to vouch for you."],
];

/** By the name of the event. */
const EVENTS: Readonly<Record<string, string>> = {
  "signin.challenged":
    "The server refused a request for want of a sign-in. What to do about it is decided now.",
  "auth.refused": "What the server said when it refused.",
  "signin.begun": "No token helps, so a sign-in begins.",
  "signin.discovered": "Decided: this issuer signs people in for the server.",
  "signin.pending":
    "Everything is prepared and saved before the browser opens, so that the answer can be checked.",
  "browser.opened": "You are asked to sign in and to agree, at the issuer's own page.",
  "signin.done": "The token was saved, encrypted, before anybody used it.",
  "signin.ended": "The sign-in is over; requests that waited go on.",
  "signin.retried":
    "The issuer did not like something that may be left out, so the same is tried without it.",
  "signin.taken-over": "The process that began this sign-in is gone; this one goes on with it.",
  "token.renewal.failed": "The sign-in could not be renewed just now. It is kept.",
  "session.lost": "The server does not know the session any more, so a new one is made.",
  "secret.bound": "A secret of yours belongs to this issuer from now on, and goes to no other.",
};

export function explanationOf(event: string, step: string | undefined): string | undefined {
  return STEPS.find(([beginning]) => step?.startsWith(beginning))?.[1] ?? EVENTS[event];
}
