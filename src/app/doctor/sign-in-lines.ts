// The way to a token: challenge, resource metadata, issuer metadata, PKCE, client, redirect.
import { type AskedDocument, inspectSignIn, type SignInInspection } from "../../auth/inspect-sign-in.ts";
import { isFailure } from "../../core/failure/failure.ts";
import type { SecretOwners } from "../../core/ports/secret-owners.ts";
import type { RemoteChallenge } from "../../core/ports/sign-in-control.ts";
import type { Vault } from "../../core/ports/vault.ts";
import type { Settings } from "../../core/settings.ts";
import { quoted, urlForPeople } from "../../core/text/printable.ts";
import type { Adapters } from "../adapters.ts";
import type { DoctorLine } from "./doctor-report.ts";
import { fail, partyOf, pass, warn } from "./lines.ts";
import { SECTIONS } from "./sections.ts";

const ORIGIN = {
  "pre-registered": "the client that you registered",
  "metadata-document": "the client metadata document",
  dynamic: "dynamic registration",
} as const;

export async function signInLines(
  settings: Settings,
  adapters: Adapters,
  saved: { readonly vault: Vault; readonly secretOwners: SecretOwners },
  challenge: RemoteChallenge,
  signal: AbortSignal,
): Promise<readonly DoctorLine[]> {
  const options = { ...adapters, ...saved, settings: settings.auth, remote: settings.remote };
  const found = await inspectSignIn(options, challenge, signal);
  return [
    challengeLine(found, challenge),
    ...documentLines(found, settings),
    ...(found.discovery === undefined ? [] : requestLines(found, settings)),
  ];
}

function challengeLine(
  { hints }: SignInInspection,
  { status, wwwAuthenticate }: RemoteChallenge,
): DoctorLine {
  const section = { section: SECTIONS.challenge };
  if (wwwAuthenticate.length === 0)
    return warn(
      "challenge",
      `The server answers ${status} without WWW-Authenticate, so the sign-in's metadata has to be guessed.`,
      'The server should send WWW-Authenticate: Bearer resource_metadata="..." with each 401.',
      "server",
      section,
    );
  const [named] = hints.resourceMetadata ?? [];
  if (named === undefined)
    return warn(
      "challenge",
      `The challenge of the server (status ${status}) names no resource_metadata.`,
      "The server should name its resource metadata in WWW-Authenticate; the well-known places are tried instead.",
      "server",
      section,
    );
  return pass("challenge", `${status}, naming the metadata at ${urlForPeople(named)}.`, section);
}

function documentLines({ discovery, failure, asked }: SignInInspection, { auth }: Settings): DoctorLine[] {
  const [ofResource, ofIssuer] = [asked.filter((one) => !one.ofIssuer), asked.filter((one) => one.ofIssuer)];
  const resource = { section: SECTIONS.location, ms: lastMs(ofResource) };
  // What was given by hand is looked at when the remote's own metadata has been.
  const isOfIssuer =
    ofIssuer.length > 0 ||
    failure?.code === "AUTH_INSECURE_ENDPOINT" ||
    (auth.givenIssuer !== undefined && failure?.code === "AUTH_METADATA_INVALID");
  if (failure !== undefined && !isOfIssuer) {
    const section = failure.code === "AUTH_RESOURCE_MISMATCH" ? SECTIONS.resource : SECTIONS.location;
    const isNetwork = failure.family === "NETWORK" && failure.code !== "NETWORK_BLOCKED_ADDRESS";
    return [fail("resource-metadata", failure, isNetwork ? partyOf(failure) : "server", { section })];
  }
  const lines: DoctorLine[] = [];
  const metadata = discovery?.resourceMetadata;
  const isThere = ofResource.some(({ status = 0 }) => status >= 200 && status < 300);
  if ((auth.issuer ?? auth.givenIssuer) !== undefined && metadata === undefined)
    lines.push(pass("resource-metadata", "Not needed: you name the issuer.", resource));
  else if (metadata === undefined && !isThere)
    lines.push(
      warn(
        "resource-metadata",
        "The server publishes no resource metadata; it is treated as a server of revision 2025-03-26, its own issuer.",
        "The server has to publish its protected resource metadata (RFC 9728).",
        "server",
        resource,
      ),
    );
  else if (metadata !== undefined && (metadata.authorization_servers ?? []).length === 0)
    lines.push(
      warn(
        "resource-metadata",
        "The resource metadata names no issuer (authorization_servers).",
        "The metadata must name at least one authorization server.",
        "server",
        resource,
      ),
    );
  else
    lines.push(
      pass(
        "resource-metadata",
        metadata === undefined
          ? "It is there."
          : `For ${quoted(urlForPeople(metadata.resource))}, signed in at ${quoted((metadata.authorization_servers ?? [])[0] ?? "")}.`,
        resource,
      ),
    );
  return [...lines, issuerLine({ discovery, failure, ofIssuer, isGiven: auth.givenIssuer !== undefined })];
}

function issuerLine({
  discovery,
  failure,
  ofIssuer,
  isGiven,
}: {
  readonly failure: SignInInspection["failure"] | undefined;
  readonly discovery: SignInInspection["discovery"] | undefined;
  readonly ofIssuer: readonly AskedDocument[];
  readonly isGiven: boolean;
}): DoctorLine {
  const more = { section: SECTIONS.issuerPlaces, ms: lastMs(ofIssuer) };
  if (failure !== undefined) {
    const section =
      failure.code === "AUTH_ISSUER_MISMATCH"
        ? SECTIONS.issuerName
        : failure.code === "AUTH_INSECURE_ENDPOINT"
          ? SECTIONS.secure
          : SECTIONS.issuerPlaces;
    // Who names an issuer that is none, or none that can be asked, is the remote.
    const isRemotes = failure.code === "AUTH_INSECURE_ENDPOINT" && ofIssuer.length === 0;
    const party = failure.family !== "NETWORK" && isRemotes ? "server" : "issuer";
    return fail("issuer-metadata", failure, isGiven ? "you" : party, { ...more, section });
  }
  const issuer = quoted(discovery?.issuer.issuer ?? "");
  if (discovery?.given !== undefined)
    return pass("issuer-metadata", `The issuer is ${issuer}, as you gave it by hand.`, more);
  if (discovery?.issuerMetadataUrl === null)
    return warn(
      "issuer-metadata",
      `The issuer ${issuer} publishes no metadata; the default endpoints of revision 2025-03-26 are used.`,
      "The issuer has to publish authorization server metadata (RFC 8414 or OpenID Discovery).",
      "issuer",
      more,
    );
  return pass(
    "issuer-metadata",
    `The issuer is ${issuer}, found at ${urlForPeople(discovery?.issuerMetadataUrl ?? "")}.`,
    more,
  );
}

function requestLines(
  { discovery, pkce, scope, client, redirect }: SignInInspection,
  { auth }: Settings,
): DoctorLine[] {
  const lines: DoctorLine[] = [];
  const section = { section: SECTIONS.pkce };
  // A server of 2025-03-26 without metadata announces nothing.
  if (pkce === "announced") lines.push(pass("pkce", "The issuer announces PKCE with S256.", section));
  else if (auth.givenIssuer !== undefined && auth.givenIssuer.metadata === undefined)
    lines.push(pass("pkce", "PKCE with S256 is used; endpoints given by hand announce nothing.", section));
  else if (auth.allowMissingPkceMetadata || discovery?.issuerMetadataUrl === null)
    lines.push(
      warn(
        "pkce",
        pkce?.message ?? "",
        "The issuer should announce code_challenge_methods_supported.",
        "issuer",
        section,
      ),
    );
  else lines.push(fail("pkce", pkce, "issuer", section));
  lines.push(
    pass(
      "scope",
      scope === undefined ? "No scope is asked for." : `The scope ${quoted(scope)} is asked for.`,
      {
        section: SECTIONS.scope,
      },
    ),
  );
  const registration = { section: SECTIONS.client };
  if (isFailure(client)) lines.push(fail("client", client, "you", registration));
  else if (client !== undefined)
    lines.push(
      pass(
        "client",
        `Signs in with ${ORIGIN[client.by]}${client.known ? "" : ", which the issuer offers"}.`,
        registration,
      ),
    );
  if (isFailure(redirect)) lines.push(fail("redirect", redirect, "you", { section: SECTIONS.redirect }));
  else if (redirect !== undefined)
    lines.push(
      pass("redirect", `The browser comes back to ${redirect}, which is free.`, {
        section: SECTIONS.redirect,
      }),
    );
  return lines;
}

function lastMs(asked: readonly AskedDocument[]): number {
  return asked.reduce((sum, { ms }) => sum + ms, 0);
}
