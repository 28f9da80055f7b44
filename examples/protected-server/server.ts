// A protected MCP server to try a bridge with:  node build/examples/protected-server/server.js [port] [issuer port]
import { readFile } from "node:fs/promises";
import { startProtectedServer } from "./start.ts";

const project = new URL("../../../", import.meta.url);
const info = JSON.parse(await readFile(new URL("examples/client-info.json", project), "utf8")) as {
  client_id: string;
};
const [port = "5253", issuerPort = "5001"] = process.argv.slice(2);
const server = await startProtectedServer({
  port: Number(port),
  issuerPort: Number(issuerPort),
  clients: [
    {
      client_id: info.client_id,
      application_type: "native",
      token_endpoint_auth_method: "none",
      redirect_uris: ["http://localhost/oauth/callback", "http://127.0.0.1/oauth/callback"],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
    },
  ],
});
console.log(`MCP server ${server.url}
issuer     ${server.issuerUrl}

Any name and password signs in. Point a host at it, for example with:
  mcp-drawbridge ${server.url}
  mcp-drawbridge ${server.url} --static-oauth-client-info @examples/client-info.json`);
