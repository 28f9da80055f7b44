// The hosts that `setup` knows: where each keeps its servers, and how it writes one. Data only.

/** How a host writes a server that is a local program. */
export type EntryForm =
  /** `{ command, args, env }` below the server's name. */
  | "flat"
  /** `{ command: [command, ...args], environment }` below the server's name. */
  | "command-array"
  /** A list of `{ name, command, args, env }`. */
  | "named-list";

export interface HostRow {
  /** As it is written on the command line. */
  readonly id: string;
  readonly name: string;
  /**
   * The user's file, where the first that exists is taken, else the first. `{home}`, `{config}` (the system's folder for
   * settings), `{xdg}` (`~/.config` everywhere) and variables of the environment with a default, `{NAME|default}`.
   */
  readonly files: readonly string[];
  /** For a system that keeps it elsewhere. */
  readonly filesOn?: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>>;
  /** The file of a project, from its folder on. */
  readonly projectFiles?: readonly string[];
  readonly format: "json" | "toml" | "yaml";
  /** Members that lead to the servers. */
  readonly at: readonly [string, ...string[]];
  readonly form: EntryForm;
  /** What this host wants in an entry besides. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** What a new file begins with. */
  readonly fresh?: string;
  /** What a person does then. */
  readonly afterwards: string;
}

const RESTART = "Restart it, or open a new session, to load the change.";

/**
 * Variables that codex keeps back from the programs it starts, though a sign-in needs them on Linux: for the browser, the
 * keychain and a proxy.
 */
const CODEX_VARIABLES = [
  "DISPLAY",
  "WAYLAND_DISPLAY",
  "XAUTHORITY",
  "XDG_RUNTIME_DIR",
  "DBUS_SESSION_BUS_ADDRESS",
  "BROWSER",
  "HTTPS_PROXY",
  "HTTP_PROXY",
  "NO_PROXY",
  "NODE_EXTRA_CA_CERTS",
];

const servers = { format: "json", at: ["mcpServers"], form: "flat", afterwards: RESTART } as const;

export const HOSTS: readonly HostRow[] = [
  {
    ...servers,
    id: "claude-desktop",
    name: "Claude Desktop",
    files: ["{config}/Claude/claude_desktop_config.json"],
    afterwards: "Quit Claude Desktop and start it again to load the change.",
  },
  {
    ...servers,
    id: "claude-code",
    name: "Claude Code",
    files: ["{CLAUDE_CONFIG_DIR|{home}}/.claude.json"],
    projectFiles: [".mcp.json"],
    extra: { type: "stdio" },
  },
  {
    ...servers,
    id: "cursor",
    name: "Cursor",
    files: ["{home}/.cursor/mcp.json"],
    projectFiles: [".cursor/mcp.json"],
  },
  {
    ...servers,
    id: "vscode",
    name: "VS Code",
    files: ["{config}/Code/User/mcp.json"],
    projectFiles: [".vscode/mcp.json"],
    at: ["servers"],
    extra: { type: "stdio" },
  },
  { ...servers, id: "windsurf", name: "Windsurf", files: ["{home}/.codeium/windsurf/mcp_config.json"] },
  {
    ...servers,
    id: "codex",
    name: "Codex",
    files: ["{CODEX_HOME|{home}/.codex}/config.toml"],
    projectFiles: [".codex/config.toml"],
    format: "toml",
    at: ["mcp_servers"],
    // It asks for the tools once, and `codex exec` waits a second for what is not required.
    extra: { env_vars: CODEX_VARIABLES, startup_timeout_sec: 40, required: true },
  },
  {
    ...servers,
    id: "gemini",
    name: "Gemini CLI",
    files: ["{home}/.gemini/settings.json"],
    projectFiles: [".gemini/settings.json"],
  },
  {
    ...servers,
    id: "qwen",
    name: "Qwen Code",
    files: ["{home}/.qwen/settings.json"],
    projectFiles: [".qwen/settings.json"],
  },
  {
    ...servers,
    id: "opencode",
    name: "opencode",
    files: ["{xdg}/opencode/opencode.json", "{xdg}/opencode/opencode.jsonc"],
    projectFiles: ["opencode.json", "opencode.jsonc"],
    at: ["mcp"],
    form: "command-array",
    extra: { type: "local", enabled: true },
  },
  {
    ...servers,
    id: "zed",
    name: "Zed",
    files: ["{xdg}/zed/settings.json"],
    filesOn: { win32: ["{config}/Zed/settings.json"] },
    projectFiles: [".zed/settings.json"],
    at: ["context_servers"],
  },
  {
    ...servers,
    id: "copilot",
    name: "Copilot CLI",
    files: ["{COPILOT_HOME|{home}/.copilot}/mcp-config.json"],
    projectFiles: [".github/mcp.json"],
    extra: { type: "local", tools: ["*"] },
  },
  {
    ...servers,
    id: "cline",
    name: "Cline",
    files: [
      "{home}/.cline/data/settings/cline_mcp_settings.json",
      "{config}/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
    ],
  },
  {
    ...servers,
    id: "continue",
    name: "Continue",
    files: ["{home}/.continue/config.yaml"],
    format: "yaml",
    form: "named-list",
    fresh: "name: My configuration\nversion: 1.0.0\nschema: v1\n",
  },
  {
    ...servers,
    id: "crush",
    name: "Crush",
    files: ["{xdg}/crush/crush.json"],
    filesOn: { win32: ["{LOCALAPPDATA|{home}/AppData/Local}/crush/crush.json"] },
    projectFiles: ["crush.json", ".crush.json"],
    at: ["mcp"],
    extra: { type: "stdio" },
  },
  {
    ...servers,
    id: "lm-studio",
    name: "LM Studio",
    files: ["{home}/.lmstudio/mcp.json", "{home}/.cache/lm-studio/mcp.json"],
  },
];
