// opencode.
import type { HostPlace, Launch, RealHost } from "../running/real-host.ts";
import { KEY, PROMPT } from "./configuration.ts";

const OPENCODE_ENV = {
  OPENCODE_DISABLE_AUTOUPDATE: "1",
  OPENCODE_DISABLE_MODELS_FETCH: "1",
  OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
};

function openCode(place: HostPlace, args: readonly string[]): Launch {
  const { serverName, server, model } = place;
  place.write(".config/opencode/opencode.json", {
    autoupdate: false,
    share: "disabled",
    mcp: { [serverName]: { type: "local", command: [server.command, ...server.args], enabled: true } },
    provider: {
      scripted: {
        npm: "@ai-sdk/openai-compatible",
        name: "scripted",
        options: { baseURL: `${model}/v1`, apiKey: KEY },
        models: { scripted: { name: "scripted", tool_call: true } },
      },
    },
    model: "scripted/scripted",
    small_model: "scripted/scripted",
  });
  return { command: place.bin("opencode"), args, env: OPENCODE_ENV };
}

export const opencode: RealHost = {
  name: "opencode",
  packages: ["opencode-ai@1.18.33"],
  // Its table of commands: `/mcps`, "Toggle MCPs"; the dialog's key is space.
  reconnect: "/mcps, then space twice",
  commands: [
    {
      name: "opencode mcp list",
      kind: "list",
      printsState: true,
      prepare: (place) => openCode(place, ["mcp", "list"]),
    },
    { name: "opencode run", kind: "agent", prepare: (place) => openCode(place, ["run", PROMPT]) },
  ],
};
