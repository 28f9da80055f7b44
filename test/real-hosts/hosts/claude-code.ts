// Anthropic's Claude Code. It loads the tools of servers late: the model finds them with a search tool.
import type { RealHost } from "../running/real-host.ts";
import { KEY, mcpServers, PROMPT } from "./configuration.ts";

const CLAUDE_ENV = { DISABLE_AUTOUPDATER: "1", CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1" };

export const claudeCode: RealHost = {
  name: "Claude Code",
  packages: ["@anthropic-ai/claude-code@2.1.332"],
  // Its own texts name `/mcp reconnect <server>` and `/mcp reconnect all`.
  reconnect: "/mcp reconnect remote",
  commands: [
    {
      name: "claude mcp list",
      kind: "list",
      printsState: true,
      prepare(place) {
        place.write(".claude.json", mcpServers(place, { type: "stdio" }));
        return { command: place.bin("claude"), args: ["mcp", "list"], env: CLAUDE_ENV };
      },
    },
    {
      name: "claude -p",
      kind: "agent",
      prepare(place) {
        place.write(".claude.json", mcpServers(place, { type: "stdio" }));
        return {
          command: place.bin("claude"),
          args: ["-p", PROMPT, "--allowedTools", `mcp__${place.serverName}`, "--model", "claude-sonnet-4-5"],
          env: { ...CLAUDE_ENV, ANTHROPIC_BASE_URL: place.model, ANTHROPIC_API_KEY: KEY },
        };
      },
    },
  ],
};
