// Cline's CLI. The hub it starts outlives it and is ended with the run.
import type { RealHost } from "../running/real-host.ts";
import { KEY, PROMPT } from "./configuration.ts";

export const cline: RealHost = {
  name: "Cline CLI",
  packages: ["cline@3.0.65"],
  // Its table of commands: `/mcp`, "Manage MCP servers"; the dialog toggles a server.
  reconnect: "/mcp, then off and on",
  commands: [
    {
      name: "cline",
      kind: "agent",
      prepare(place) {
        const { serverName, server, model } = place;
        const provider = "openai-compatible";
        const settings = { provider, apiKey: KEY, model: "scripted", baseUrl: `${model}/v1` };
        place.write(".cline/data/settings/cline_mcp_settings.json", {
          mcpServers: { [serverName]: { transport: { type: "stdio", ...server } } },
        });
        place.write(".cline/data/settings/providers.json", {
          version: 1,
          lastUsedProvider: provider,
          modes: {},
          providers: {
            [provider]: { settings, updatedAt: "2026-01-01T00:00:00.000Z", tokenSource: "manual" },
          },
        });
        return {
          command: place.bin("cline"),
          args: ["--provider", provider, "--model", "scripted", PROMPT],
          env: { CLINE_TELEMETRY_DISABLED: "1" },
        };
      },
    },
  ],
};
