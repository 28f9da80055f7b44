// What a person can do about a redirect of the remote that was not followed (NET-11).
import { urlForPeople } from "../../core/text/printable.ts";

/** Words of paths and host names where people sign in. */
const SIGN_IN =
  /(?:^|[^a-z])(?:log[-_]?[io]n|logon|sign[-_]?[io]n|sso|saml2?|adfs|oauth2?|oidc|openid(?:-connect)?|authorize|authenticate|auth|idp|accounts?|session)(?:[^a-z]|$)/i;
/** Hosts that do nothing else. */
const SIGN_IN_HOSTS =
  /(?:^|\.)(?:login|signin|sso|auth|idp|accounts?)\.|(?:okta|oktapreview|auth0|onelogin|cloudflareaccess|microsoftonline|b2clogin|ciamlogin|amazoncognito|pingone|duosecurity)\.(?:com|us|cn|eu)$/i;
/** Parameters by which a sign-in page knows where to send people back to. */
const SIGN_IN_PARAMETERS =
  /^(?:redirect_uri|response_type|samlrequest|relaystate|return_?(?:to|url)|redirect_?(?:to|url)|next|continue|rd|wctx|service)$/i;

/** @returns undefined where the usual hint fits: the server moved */
export function redirectAdvice(from: URL, to: URL): string | undefined {
  if (from.protocol === "https:" && to.protocol === "http:" && to.hostname === from.hostname)
    return backToHttps(from, to);
  return isSignInPage(from, to) ? FOR_PEOPLE : undefined;
}

const FOR_PEOPLE =
  "That is a page where people sign in with a browser; a program cannot use it. Whatever guards the server has to answer programs with 401 and a challenge. Ask whoever runs it for the address or the key that programs use (a key goes into --header).";

/** A server that does not know that the world sees it as https: it makes addresses of what its proxy tells it. */
function backToHttps(from: URL, to: URL): string {
  const secure = new URL(to.pathname + to.search, from.origin);
  const cause =
    "The server does not know that it is reached by https: whoever runs it has to let its proxy send `X-Forwarded-Proto: https`, and the server trust that.";
  if (secure.href === from.href) return cause;
  return `Put ${urlForPeople(secure)} into the configuration. ${cause}`;
}

function isSignInPage(from: URL, to: URL): boolean {
  // Under the same name elsewhere, it is the server that moved.
  if (lastWord(from) !== "" && lastWord(from) === lastWord(to)) return false;
  return (
    SIGN_IN.test(to.pathname) ||
    SIGN_IN_HOSTS.test(to.hostname) ||
    [...to.searchParams.keys()].some((name) => SIGN_IN_PARAMETERS.test(name))
  );
}

function lastWord({ pathname }: URL): string {
  return pathname.replace(/\/+$/, "").split("/").at(-1) ?? "";
}
