/** A flag of mcp-remote 0.15.1. */
export interface McpRemoteFlag {
  /** With the name of its value, as its README has it. */
  readonly usage: string;
  /** What it means here; `the same` where nothing differs. */
  readonly here: string;
}

/** Every flag of mcp-remote 0.15.1. All are accepted; a test holds the list to its README, and the README has it as a table. */
export const MCP_REMOTE_FLAGS: readonly McpRemoteFlag[] = [
  { usage: "<url> [port]", here: "the same" },
  {
    usage: "--header <Name:value>",
    here: "the same; `setup` and `import` write it into `DRAWBRIDGE_HEADER`, which other users cannot see",
  },
  { usage: "--header-file <file>", here: "the same" },
  { usage: "--resource <uri>", here: "the same" },
  {
    usage: "--disable-resource-parameter",
    here: "the same; an issuer that refuses the parameter is recognised without it",
  },
  { usage: "--authorize-param <name=value>", here: "the same" },
  { usage: "--host <name>", here: "the same" },
  { usage: "--callback-path <path>", here: "the same" },
  { usage: "--auth-success-url <url>", here: "the same" },
  {
    usage: "--auth-timeout <seconds>",
    here: "the same; 300 seconds unless you say otherwise, and the host is answered meanwhile",
  },
  { usage: "--allow-http", here: "the same" },
  { usage: "--debug", here: "the same; the file holds no secrets, and its path is printed" },
  { usage: "--silent", here: "the same" },
  {
    usage: "--enable-proxy",
    here: "accepted; proxies of the environment are used without it, `--no-proxy` turns that off",
  },
  { usage: "--ignore-tool <glob>", here: "the same; `--allow-tool` and `--read-only` are its counterparts" },
  { usage: "--connect-timeout <seconds>", here: "the same" },
  { usage: "--headers-timeout <seconds>", here: "the same" },
  { usage: "--body-timeout <seconds>", here: "the same; without it a quiet stream is never cut" },
  { usage: "--keep-alive", here: "the same" },
  { usage: "--ping-interval <seconds>", here: "the same" },
  { usage: "--ipv4", here: "the same" },
  { usage: "--transport <strategy>", here: "the same; the strategy that worked is remembered" },
  {
    usage: "--protocol <mode>",
    here: "the same; `auto` unless you say otherwise, hosts of 2026-07-28 are understood, too, and `modern` insists on that revision",
  },
  { usage: "--static-oauth-client-metadata <json|@file>", here: "the same" },
  {
    usage: "--static-oauth-client-info <json|@file>",
    here: "the same; a secret may also be in the keychain",
  },
  { usage: "--client-metadata-url <url>", here: "the same" },
  { usage: "--client-credentials", here: "the same" },
  { usage: "--token-endpoint <url>", here: "the same" },
  { usage: "--device-code", here: "the same" },
  { usage: "--disable-cookies", here: "the same" },
  { usage: "--use-id-token", here: "the same" },
];
