// Enterprise-managed authorization: the enterprise's own provider turns the user's ID token into an assertion that the
// remote's issuer takes (MCP extension "enterprise-managed authorization", RFC 8693, RFC 7523).
import { Failure } from "../../../core/failure/failure.ts";
import type { GrantTypeSettings } from "../../../core/settings.ts";
import { urlForPeople } from "../../../core/text/printable.ts";
import { Secret } from "../../../core/text/secret.ts";
import type { AuthContext } from "../../auth-context.ts";
import { outcomeOf, sendAs } from "../../protocol/issuer-http.ts";
import { LONGEST, textOf } from "../../protocol/json-members.ts";
import { refusalText } from "../../protocol/oauth-error.ts";
import { withoutQuery } from "../request-parameters.ts";

const ID_JAG = "urn:ietf:params:oauth:token-type:id-jag";

/**
 * @param issuer that will take the assertion
 * @throws Failure AUTH_EXCHANGE_FAILED, NETWORK_*
 */
export async function identityAssertion(
  context: AuthContext,
  settings: Extract<GrantTypeSettings, { kind: "identity_assertion" }>,
  issuer: string,
  asked: { readonly scope: string | undefined; readonly resource: string | undefined },
  signal: AbortSignal,
): Promise<Secret> {
  const url = context.policy.endpoint(settings.idpTokenEndpoint.href, "identity provider's token endpoint");
  const idToken = await context.assertions.read(settings.idToken, signal);
  const { exchangeIdentity } = await import("../../protocol/oauth-sdk.ts");
  const step = "Asking the identity provider for an assertion";
  const answer = await exchangeIdentity(
    {
      tokenEndpoint: url,
      audience: issuer,
      resource: asked.resource ?? withoutQuery(context.remote),
      idToken: idToken.reveal(),
      clientId: settings.idpClientId,
      clientSecret: settings.idpClientSecret?.reveal(),
      scope: asked.scope,
    },
    sendAs(context.http, { step, kind: "token", url, signal }),
  );
  const { json, status } = answer;
  const assertion = textOf(json, "access_token", LONGEST.token);
  const type = textOf(json, "issued_token_type");
  if (status >= 200 && status < 300 && assertion !== undefined && (type === undefined || type === ID_JAG))
    return new Secret(assertion);
  const said = refusalText(answer.words);
  throw new Failure(
    "AUTH_EXCHANGE_FAILED",
    `The identity provider gave no assertion: POST ${urlForPeople(url)} ${outcomeOf(answer)}${said && ` with ${said}`}.`,
    {
      status,
      hint: "The ID token may have expired: get a new one, or ask whoever runs the identity provider.",
    },
  );
}
