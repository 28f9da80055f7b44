// Issuers known to need something that their metadata does not say. Data only: what a row says is done in one place each.

import { type IssuerMetadata, ownerOf } from "../../core/oauth/oauth-types.ts";

export interface Quirk {
  /** Of the row; nothing depends on it. */
  readonly name: string;
  /** Is this its issuer identifier? */
  readonly matches: (issuer: URL, metadata?: IssuerMetadata) => boolean;
  /** The identifier that its metadata names instead of the one asked for (DISC-6). */
  readonly namesItself?: string;
  /** It refuses the `resource` parameter (AUTH-2). */
  readonly omitResource?: true;
  /** More parameters of the authorization request; what the user gives wins. */
  readonly authorizeParams?: readonly (readonly [name: string, value: string])[];
  /** Redirects are compared to the character, so one has to be known: no port of our choice will do. */
  readonly exactRedirect?: true;
  /**
   * Supports S256 without announcing it, as its documentation at this address says (AUTH-1). One that announces a list
   * without S256 is believed.
   */
  readonly unannouncedPkce?: string;
  /** What it says about our redirects in a registration is about itself. */
  readonly ignoreRegisteredRedirects?: true;
  /** Member of its token answers that holds the tokens, where the answer itself has none. */
  readonly tokensIn?: string;
}

const host =
  (...names: string[]) =>
  ({ hostname }: URL): boolean =>
    names.some((name) => hostname === name || hostname.endsWith(`.${name}`));

export const QUIRKS: readonly Quirk[] = [
  {
    // AADSTS9010010: the v2 endpoint takes scope, not `resource`.
    name: "entra",
    matches: host(
      "login.microsoftonline.com",
      "login.microsoftonline.us",
      "login.partner.microsoftonline.cn",
    ),
    omitResource: true,
    unannouncedPkce: "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow",
  },
  {
    // The issuers that older tokens and metadata of Entra name, and those of its External ID.
    name: "entra, other names",
    matches: host("sts.windows.net", "login.windows.net", "login.chinacloudapi.cn", "ciamlogin.com"),
    unannouncedPkce: "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow",
  },
  {
    name: "azure ad b2c",
    matches: host("b2clogin.com", "b2clogin.us", "b2clogin.cn"),
    unannouncedPkce: "https://learn.microsoft.com/azure/active-directory-b2c/authorization-code-flow",
  },
  {
    // By its region: a bucket may have any name before amazonaws.com.
    name: "cognito",
    matches: ({ hostname }) =>
      /^cognito-idp(-fips)?\.[a-z]{2}(-[a-z]+)+-\d\.amazonaws\.com(\.cn)?$/.test(hostname) ||
      /(^|\.)auth(-fips)?\.[a-z]{2}(-[a-z]+)+-\d\.amazoncognito\.com$/.test(hostname),
    unannouncedPkce:
      "https://docs.aws.amazon.com/cognito/latest/developerguide/using-pkce-in-authorization-code.html",
  },
  {
    // People run it themselves, so it is known by the places that its documentation gives its endpoints. It announces
    // PKCE from 2.4 on.
    name: "django-oauth-toolkit",
    matches: ({ origin }, metadata) =>
      metadata?.authorization_endpoint === `${origin}/o/authorize/` &&
      metadata.token_endpoint === `${origin}/o/token/`,
    unannouncedPkce: "https://django-oauth-toolkit.readthedocs.io/en/latest/settings.html#pkce-required",
  },
  {
    // Gives a refresh token only to who asks for offline access, and only on a fresh consent.
    name: "google",
    matches: host("accounts.google.com"),
    authorizeParams: [
      ["access_type", "offline"],
      ["prompt", "consent"],
    ],
  },
  // Errors come with status 200; the reader of token answers looks for them everywhere (TOK-8).
  { name: "github", matches: host("github.com") },
  {
    // A bot's token is at the top, a person's in `authed_user` (docs.slack.dev/reference/methods/oauth.v2.access).
    name: "slack",
    matches: host("slack.com"),
    exactRedirect: true,
    tokensIn: "authed_user",
  },
  {
    name: "atlassian",
    matches: host("mcp.atlassian.com"),
    namesItself: "https://cf.mcp.atlassian.com",
  },
  {
    // A proxy that people run themselves, so known by its path: it registers its own callback in place of ours.
    name: "litellm",
    matches: ({ pathname, hostname }) =>
      /(^|[.-])litellm([.-]|$)/.test(hostname) || /\/litellm(\/|$)/.test(pathname),
    ignoreRegisteredRedirects: true,
  },
];

/** What is known of issuers, in this sign-in. */
export const quirksOf = ({
  quirks = QUIRKS,
}: {
  readonly quirks?: readonly Quirk[] | undefined;
}): readonly Quirk[] => quirks;

/** Does one of these that this issuer has say so? */
export function hasQuirk(
  quirks: readonly Quirk[],
  issuer: string,
  what: "omitResource" | "exactRedirect" | "ignoreRegisteredRedirects",
): boolean {
  return quirks.some((quirk) => quirk[what] && quirk.matches(new URL(issuer)));
}

/** Member that holds the tokens in token answers of this issuer, where the answer itself has none. */
export function tokensIn(quirks: readonly Quirk[], issuer: string): string | undefined {
  return quirks.find((quirk) => quirk.tokensIn !== undefined && quirk.matches(new URL(issuer)))?.tokensIn;
}

/** Does our table know that it supports S256, though it announces nothing? */
export function supportsPkce(quirks: readonly Quirk[], metadata: IssuerMetadata): boolean {
  if (metadata.code_challenge_methods_supported !== undefined) return false;
  const issuer = new URL(ownerOf(metadata));
  return quirks.some(
    ({ unannouncedPkce, matches }) => unannouncedPkce !== undefined && matches(issuer, metadata),
  );
}

/** What issuers say when it is the `resource` parameter that they refuse, whatever their host. */
const RESOURCE_REFUSALS = [/\bAADSTS9010010\b/, /\bAADSTS901002\b/];

/** Is this refusal about the `resource` parameter as such (AUTH-2)? `invalid_target` is about its value, and is not. */
export function refusesResource({ description }: { readonly description: string | undefined }): boolean {
  return RESOURCE_REFUSALS.some((pattern) => pattern.test(description ?? ""));
}
