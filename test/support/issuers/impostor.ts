// What tests of an issuer in another's place need.
import type { Scene } from "./auth-scene.ts";
import type { StrictIssuer } from "./strict-issuer.ts";

/** The remote names another issuer from now on. */
export function nameIssuer({ remote }: Pick<Scene, "remote">, issuer: StrictIssuer): void {
  remote.server.script("resource-metadata", () => ({
    body: { ...remote.metadata(), authorization_servers: [issuer.url] },
  }));
}

/** Everything an issuer was sent, as text; Basic decoded. */
export function sentTo({ server }: StrictIssuer): string {
  return server.ledger
    .map(({ body, headers }) => {
      const [, basic = ""] = (headers.authorization ?? "").split(" ");
      return `${decodeURIComponent(body)} ${headers.authorization} ${Buffer.from(basic, "base64")}`;
    })
    .join("\n");
}
