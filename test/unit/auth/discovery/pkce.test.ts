import assert from "node:assert/strict";
import { test } from "node:test";
import { checkPkce } from "../../../../src/auth/discovery/issuer-metadata.ts";
import { QUIRKS } from "../../../../src/auth/protocol/issuer-quirks.ts";
import { isFailure } from "../../../../src/core/failure/failure.ts";
import type { IssuerMetadata } from "../../../../src/core/oauth/oauth-types.ts";

function refused(metadata: IssuerMetadata, text: string): void {
  assert.throws(
    () => checkPkce(metadata, QUIRKS),
    (error) => isFailure(error, "AUTH_NO_PKCE") && error.message.includes(text),
    metadata.issuer,
  );
}

const of = (issuer: string, more: Partial<IssuerMetadata> = {}): IssuerMetadata => ({
  issuer,
  token_endpoint: `${issuer}/t`,
  ...more,
});

test("[AUTH-1] no announced S256, no sign-in", () => {
  const issuer = of("https://i.example");
  checkPkce({ ...issuer, code_challenge_methods_supported: ["plain", "S256"] }, QUIRKS);
  refused(issuer, "https://i.example");
  refused({ ...issuer, code_challenge_methods_supported: ["plain"] }, '"plain"');
  refused({ ...issuer, code_challenge_methods_supported: [] }, "https://i.example");
});

test("[AUTH-1] issuers that are documented to support S256 need not announce it", () => {
  for (const issuer of [
    "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0",
    "https://login.microsoftonline.us/common/v2.0",
    "https://login.partner.microsoftonline.cn/organizations/v2.0",
    "https://login.chinacloudapi.cn/x/",
    "https://sts.windows.net/11111111-2222-3333-4444-555555555555/",
    "https://contoso.ciamlogin.com/x/v2.0",
    "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc",
    "https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_abc",
    "https://cognito-idp-fips.us-east-2.amazonaws.com/us-east-2_abc",
    "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_abc",
    "https://shop.auth.eu-west-1.amazoncognito.com",
    "https://contoso.b2clogin.com/11111111-2222-3333-4444-555555555555/v2.0/",
    "https://contoso.b2clogin.com/tfp/x/b2c_1_signin/v2.0/",
  ]) {
    checkPkce(of(issuer), QUIRKS);
    // What it announces is believed, and somebody who only calls himself so is not.
    refused({ ...of(issuer), code_challenge_methods_supported: ["plain"] }, "S256");
    refused({ ...of(issuer), foundUnder: "https://evil.example" }, "S256");
  }
});

test("[AUTH-1] django-oauth-toolkit is known by its endpoints, wherever it runs", () => {
  const django = (issuer: string, base = issuer) =>
    of(issuer, { authorization_endpoint: `${base}/authorize/`, token_endpoint: `${base}/token/` });
  checkPkce(django("https://app.example/o"), QUIRKS);
  checkPkce(django("https://app.example", "https://app.example/o"), QUIRKS);
  refused(django("https://app.example"), "S256");
  refused(django("https://app.example/o", "https://other.example/o"), "S256");
  refused(
    { ...django("https://app.example/o"), authorization_endpoint: "https://x.example/authorize/" },
    "S256",
  );
  refused({ ...django("https://app.example/o"), token_endpoint: "https://app.example/o/token" }, "S256");
  refused(
    { ...django("https://app.example/o"), authorization_endpoint: "https://app.example/o/authorize" },
    "S256",
  );
  refused({ ...django("https://app.example/o"), code_challenge_methods_supported: ["plain"] }, '"plain"');
});

test("[AUTH-1] names that only look like those are refused", () => {
  for (const issuer of [
    "https://login.microsoftonline.com.evil.example",
    "https://evil-login.microsoftonline.com",
    "https://microsoftonline.com",
    "https://login.microsoftonline.de",
    "https://evil.example/login.microsoftonline.com",
    "https://cognito-idp.evil.amazonaws.com",
    "https://cognito-idp.s3.amazonaws.com",
    "https://cognito-idp.s3.us-east-1.amazonaws.com",
    "https://cognito-idp.us-east-1.amazonaws.com.evil.example",
    "https://x.cognito-idp.us-east-1.amazonaws.com",
    "https://xb2clogin.com",
    "https://b2clogin.com.evil.example",
    "https://windows.net",
  ])
    refused(of(issuer), "S256");
});

test("[AUTH-1] every such row has its source", () => {
  for (const { unannouncedPkce, name } of QUIRKS)
    if (unannouncedPkce !== undefined) assert.ok(URL.canParse(unannouncedPkce), name);
});
