import assert from "node:assert/strict";
import { test } from "node:test";
import { certificateOrigins } from "../../../src/app/certificate-origins.ts";
import { parseRemoteUrl } from "../../../src/core/remote-url.ts";
import type { AuthSettings } from "../../../src/core/settings.ts";
import { Secret } from "../../../src/core/text/secret.ts";
import { DEFAULT_SETTINGS } from "../../support/issuers/auth-rig.ts";

test("[NET-9] the client certificate is for the remote and for the issuers that the user named", () => {
  const remote = parseRemoteUrl("https://remote.example/mcp", false);
  const idToken = { kind: "value", value: new Secret("x") } as const;
  const rows: readonly (readonly [Partial<AuthSettings>, ...string[]])[] = [
    [{}],
    [{ issuer: "https://issuer.example/tenant" }, "https://issuer.example"],
    [
      { staticClient: { clientId: "x", issuer: "https://issuer.example:8443" } },
      "https://issuer.example:8443",
    ],
    [{ staticClient: { clientId: "x", issuer: "no URL" } }],
    // Who may call himself so is not who gets it.
    [{ trustIssuer: { asked: "https://asked.example", named: "https://named.example" } }],
    [
      {
        givenIssuer: {
          authorizationEndpoint: new URL("https://page.example/a"),
          tokenEndpoint: new URL("https://token.example/t"),
          registrationEndpoint: new URL("https://reg.example/r"),
          metadata: { kind: "url", url: new URL("https://documents.example/d") },
        },
      },
      "https://token.example",
      "https://reg.example",
      "https://documents.example",
    ],
    [
      {
        grantType: {
          kind: "identity_assertion",
          idToken,
          idpTokenEndpoint: new URL("https://idp.example/t"),
          idpClientId: "x",
        },
      },
      "https://idp.example",
    ],
  ];
  for (const [settings, ...expected] of rows) {
    const auth = { ...DEFAULT_SETTINGS, ...settings };
    assert.deepEqual([...certificateOrigins({ remote, auth })], ["https://remote.example", ...expected]);
  }
});
