// OpenAI's codex.
import type { RealHost } from "../running/real-host.ts";
import { KEY, PROMPT } from "./configuration.ts";

export const codex: RealHost = {
  name: "codex",
  packages: ["@openai/codex@0.169.0"],
  // `/mcp` lists servers only; https://github.com/openai/codex/issues/39990.
  reconnect: "start codex again",
  commands: [
    {
      name: "codex exec",
      kind: "agent",
      prepare(place) {
        const { serverName, server, model } = place;
        place.write(
          ".codex/config.toml",
          `model = "scripted"
model_provider = "scripted"
check_for_update_on_startup = false
[model_providers.scripted]
name = "scripted"
base_url = "${model}/v1"
wire_api = "responses"
env_key = "SCRIPTED_KEY"
[analytics]
enabled = false
[mcp_servers.${serverName}]
command = ${JSON.stringify(server.command)}
args = ${JSON.stringify(server.args)}
required = true
startup_timeout_sec = 40
`,
        );
        const flags = ["--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"];
        return {
          command: place.bin("codex"),
          args: ["exec", ...flags, PROMPT],
          env: { SCRIPTED_KEY: KEY },
        };
      },
    },
  ],
};
