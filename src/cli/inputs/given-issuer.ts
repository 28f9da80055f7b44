// An issuer that is described by hand: what its flags mean together (DISC-12).
import { Failure } from "../../core/failure/failure.ts";
import type { JsonObject } from "../../core/mcp/message.ts";
import type { AuthSettings, GivenIssuer } from "../../core/settings.ts";
import type { PathContext } from "./files.ts";
import { readJsonArgument } from "./json-argument.ts";

/** What the flags gave, each by itself. */
export interface IssuerFlags {
  readonly authorizationEndpoint?: URL;
  readonly tokenEndpoint?: URL;
  readonly registrationEndpoint?: URL;
  /** A text: of a file, with its @. */
  readonly issuerMetadata?: URL | string;
}

/** The sign-in that the endpoints are for. */
export type Wanted = Pick<AuthSettings, "grantType" | "staticClient" | "issuer">;

/** @throws Failure USAGE_* */
export async function readGivenIssuer(
  flags: IssuerFlags,
  wanted: Wanted,
  context: PathContext,
): Promise<{ readonly givenIssuer: GivenIssuer }> {
  const { issuerMetadata, authorizationEndpoint, tokenEndpoint, registrationEndpoint } = flags;
  const endpoints: GivenIssuer = {
    ...(authorizationEndpoint !== undefined && { authorizationEndpoint }),
    ...(tokenEndpoint !== undefined && { tokenEndpoint }),
    ...(registrationEndpoint !== undefined && { registrationEndpoint }),
  };
  const metadata = issuerMetadata && (await readMetadata(issuerMetadata, context));
  const given = { ...endpoints, ...(metadata ? { metadata } : publishedBy(endpoints, wanted)) };
  const mistake = mistakeIn(given, wanted);
  if (mistake === undefined) return { givenIssuer: given };
  const [text, hint] = mistake;
  throw new Failure("USAGE_BAD_ARGUMENT", text, { hint });
}

async function readMetadata(
  place: URL | string,
  context: PathContext,
): Promise<NonNullable<GivenIssuer["metadata"]>> {
  if (place instanceof URL) return { kind: "url", url: place };
  return {
    kind: "file",
    document: await readJsonArgument(context.named("--issuer-metadata"), place, context),
  };
}

/** What is not given is looked for at the issuer that is named. */
function publishedBy(
  { authorizationEndpoint, tokenEndpoint }: GivenIssuer,
  { issuer, grantType: { kind } }: Wanted,
): Pick<GivenIssuer, "metadata"> {
  const isWhole =
    tokenEndpoint !== undefined && (authorizationEndpoint !== undefined || kind === "client_credentials");
  return issuer === undefined || isWhole ? {} : { metadata: { kind: "issuer", issuer } };
}

type Mistake = readonly [text: string, hint: string];

/** What is wrong with the flags together, and what to do. */
function mistakeIn(given: GivenIssuer, { grantType: { kind }, staticClient }: Wanted): Mistake | undefined {
  const { authorizationEndpoint, tokenEndpoint, registrationEndpoint, metadata } = given;
  const isMachine = kind === "client_credentials" || kind === "identity_assertion";
  if (authorizationEndpoint !== undefined && kind !== "authorization_code")
    return [
      "--authorization-endpoint is for a sign-in in the browser.",
      `Leave it out, or leave out --${kind.replaceAll("_", "-")}.`,
    ];
  if (registrationEndpoint !== undefined && isMachine)
    return [
      "--registration-endpoint is for a person's sign-in: a service is not registered by itself.",
      "Leave it out, and give the client with --static-oauth-client-info.",
    ];
  if (registrationEndpoint !== undefined && staticClient !== undefined)
    return [
      "--registration-endpoint is for a client that has to be registered, and you gave one.",
      "Leave out --registration-endpoint or --static-oauth-client-info.",
    ];
  if (metadata?.kind === "file") return missingIn(metadata.document, given, kind);
  if (metadata !== undefined) return undefined;
  const both =
    "Give both endpoints, or name the issuer that publishes the others with --issuer, or its document with --issuer-metadata.";
  if (tokenEndpoint === undefined) {
    const alone = authorizationEndpoint ? "--authorization-endpoint" : "--registration-endpoint";
    return [`${alone} needs --token-endpoint beside it.`, both];
  }
  if (kind === "device_code" || kind === "identity_assertion")
    return [
      `--token-endpoint alone does not describe an issuer for --${kind.replaceAll("_", "-")}.`,
      "Name the issuer with --issuer, or its document with --issuer-metadata.",
    ];
  if (authorizationEndpoint === undefined && kind !== "client_credentials")
    return ["--token-endpoint needs --authorization-endpoint beside it, or --client-credentials.", both];
  return undefined;
}

function addition(name: string): string {
  const flag = name === "device_authorization_endpoint" ? "" : `, or give --${name.replaceAll("_", "-")}`;
  return `Add ${name} to the file${flag}.`;
}

function missingIn(
  document: JsonObject,
  given: GivenIssuer,
  kind: Wanted["grantType"]["kind"],
): Mistake | undefined {
  const needed: readonly (readonly [name: string, flag: URL | undefined, isNeeded: boolean])[] = [
    ["token_endpoint", given.tokenEndpoint, true],
    ["authorization_endpoint", given.authorizationEndpoint, kind === "authorization_code"],
    ["device_authorization_endpoint", undefined, kind === "device_code"],
  ];
  for (const [name, flag, isNeeded] of needed)
    if (isNeeded && flag === undefined && typeof document[name] !== "string")
      return [`--issuer-metadata: the file names no ${name}.`, addition(name)];
  return undefined;
}
