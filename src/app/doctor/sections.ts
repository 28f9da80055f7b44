// Sections of the specification that the lines of `doctor` cite.
const MCP = "https://modelcontextprotocol.io/specification/2025-11-25/basic";

const mcp = (title: string, place: string) => ({ title: `MCP 2025-11-25, ${title}`, url: `${MCP}/${place}` });
const rfc = (number: number, section: string) => ({
  title: `RFC ${number}, section ${section}`,
  url: `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`,
});

export const SECTIONS = {
  transport: mcp("Streamable HTTP", "transports#sending-messages-to-the-server"),
  session: mcp("Session Management", "transports#session-management"),
  initialize: mcp("Initialization", "lifecycle#initialization"),
  version: mcp("Version Negotiation", "lifecycle#version-negotiation"),
  challenge: mcp(
    "Protected Resource Metadata Discovery Requirements",
    "authorization#protected-resource-metadata-discovery-requirements",
  ),
  location: mcp("Authorization Server Location", "authorization#authorization-server-location"),
  resource: rfc(9728, "3.3"),
  issuerPlaces: mcp(
    "Authorization Server Metadata Discovery",
    "authorization#authorization-server-metadata-discovery",
  ),
  issuerName: rfc(8414, "3.3"),
  secure: mcp("Communication Security", "authorization#communication-security"),
  pkce: mcp("Authorization Code Protection", "authorization#authorization-code-protection"),
  client: mcp("Client Registration Approaches", "authorization#client-registration-approaches"),
  scope: mcp("Scope Selection Strategy", "authorization#scope-selection-strategy"),
  errors: mcp("Error Handling", "authorization#error-handling"),
  tools: {
    title: "MCP 2025-11-25, Listing Tools",
    url: "https://modelcontextprotocol.io/specification/2025-11-25/server/tools#listing-tools",
  },
  redirect: rfc(8252, "7.3"),
} as const;
