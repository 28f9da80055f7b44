// A remote that is its own issuer: the issuer's endpoints lie at the remote's origin.
import type { Answer, Exchange, ScriptedServer } from "../remotes/scripted-server.ts";
import type { StrictIssuer } from "./strict-issuer.ts";

/** Endpoints of an issuer that `serveIssuer` puts behind a remote. */
export const OWN_PATHS = { authorize: "/auth/authorize", token: "/auth/token", revoke: "/auth/revoke" };

/** What is asked for at the remote and has an endpoint's path, the issuer answers; nothing else is there. */
export function serveIssuer(remote: { readonly server: ScriptedServer }, issuer: StrictIssuer): void {
  const paths = ["authorize", "token", "revoke"].map((name) => new URL(issuer.endpoint(name)).pathname);
  remote.server.script("unknown", (exchange) =>
    paths.includes(exchange.url.pathname) ? passedOn(exchange, issuer) : { status: 404 },
  );
}

async function passedOn({ url, method, headers, body }: Exchange, issuer: StrictIssuer): Promise<Answer> {
  const { "content-type": type, authorization } = headers;
  const response = await fetch(issuer.server.origin + url.pathname + url.search, {
    method,
    redirect: "manual",
    headers: { ...(type && { "content-type": type }), ...(authorization && { authorization }) },
    ...(method === "POST" && { body }),
  });
  const kept = ["content-type", "location"].flatMap((name) => {
    const value = response.headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  return { status: response.status, headers: Object.fromEntries(kept), body: await response.text() };
}
