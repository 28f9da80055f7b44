// An issuer by `better-auth`, started from a folder that has it (see scratch-packages.ts):
//   node better-auth-issuer.mjs <resource>
// Prints the issuer identifier, which has a path. Login and consent pages agree at once. Ends with its stdin.
import { createServer } from "node:http";
import { oauthProvider } from "@better-auth/oauth-provider";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { jwt } from "better-auth/plugins";

const resource = process.argv[2];
const person = { email: "ada@example.com", password: "anything-at-all" };
const tables = ["user", "session", "account", "verification", "jwks", "oauthClient", "oauthResource"].concat([
  "oauthClientResource",
  "oauthAccessToken",
  "oauthRefreshToken",
  "oauthConsent",
  "oauthClientAssertion",
]);

let handle = () => {};
const server = createServer((request, response) => handle(request, response));
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const origin = `http://localhost:${server.address().port}`;

const auth = betterAuth({
  baseURL: origin,
  secret: "of a test, and long enough for everybody who counts",
  database: memoryAdapter(Object.fromEntries(tables.map((name) => [name, []]))),
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  logger: { disabled: true },
  plugins: [
    jwt(),
    oauthProvider({
      loginPage: "/login",
      consentPage: "/consent",
      allowDynamicClientRegistration: true,
      allowUnauthenticatedClientRegistration: true,
      resources: [resource],
      clientRegistrationDefaultResources: [resource],
      scopes: ["openid", "offline_access", "mcp:tools"],
      silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
    }),
  ],
});
await auth.api.signUpEmail({ body: { ...person, name: "Ada" } });

const api = toNodeHandler(auth);
handle = (request, response) => {
  const url = new URL(request.url, origin);
  if (url.pathname !== "/login" && url.pathname !== "/consent") return void api(request, response);
  agree(url, request.headers.cookie ?? "").then(
    ({ location, cookies }) => response.writeHead(303, { location, "set-cookie": cookies }).end(),
    (error) => response.writeHead(500).end(String(error)),
  );
};
console.log(`${origin}/api/auth`);
process.stdin.resume().once("end", () => process.exit());

/** What a page of one's own would do with better-auth's client library. */
async function agree(url, cookie) {
  const oauth_query = url.search.slice(1);
  const [path, body] =
    url.pathname === "/login"
      ? ["sign-in/email", { ...person, oauth_query }]
      : ["oauth2/consent", { accept: true, oauth_query }];
  const answer = await auth.handler(
    new Request(`${origin}/api/auth/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", cookie, origin },
      body: JSON.stringify(body),
    }),
  );
  return { location: (await answer.json()).url, cookies: answer.headers.getSetCookie() };
}
