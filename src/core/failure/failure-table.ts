// The closed table of everything that can go wrong. README has one heading per code; a test compares them.

export type FailureFamily = "USAGE" | "NETWORK" | "AUTH" | "REMOTE" | "LOCAL" | "INTERRUPTED";

interface Row {
  readonly family: FailureFamily;
  /** The next thing to do, for a person. */
  readonly hint: string;
}

const table = {
  USAGE_BAD_ARGUMENT: {
    family: "USAGE",
    hint: "Run `mcp-drawbridge --help` for the flags and their values.",
  },
  USAGE_BAD_URL: {
    family: "USAGE",
    hint: "Give the full address of the remote server, for example https://example.com/mcp.",
  },
  USAGE_INSECURE_URL: {
    family: "USAGE",
    hint: "Use https://, or add --allow-http for a server on a network you trust.",
  },
  USAGE_BAD_JSON: {
    family: "USAGE",
    hint: "Put the JSON into a file and pass it as @path/to/file.json.",
  },
  USAGE_MISSING_FILE: {
    family: "USAGE",
    hint: "Check the path; relative paths start where the host starts the program, so prefer an absolute one.",
  },
  USAGE_MISSING_VARIABLE: {
    family: "USAGE",
    hint: "Set the variable in the `env` block of the host's configuration.",
  },

  NETWORK_DNS: {
    family: "NETWORK",
    hint: "Check the host name and that this computer is online (VPN, proxy).",
  },
  NETWORK_REFUSED: {
    family: "NETWORK",
    hint: "Check that the server is running and that the port is right.",
  },
  NETWORK_TIMEOUT: {
    family: "NETWORK",
    hint: "Check the network, a VPN or a proxy; then try again.",
  },
  NETWORK_RESET: {
    family: "NETWORK",
    hint: "Try again; if it lasts, ask whoever runs the server.",
  },
  NETWORK_TLS: {
    family: "NETWORK",
    hint: "If a private authority signed the certificate, pass it with --ca-file (or NODE_EXTRA_CA_CERTS).",
  },
  NETWORK_TOO_LARGE: {
    family: "NETWORK",
    hint: "The answer was larger than allowed; raise --max-message if you expect it.",
  },
  NETWORK_BLOCKED_ADDRESS: {
    family: "NETWORK",
    hint: "If that address is yours, pass --allow-private-network.",
  },
  NETWORK_PROXY: {
    family: "NETWORK",
    hint: "Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY.",
  },

  AUTH_SIGN_IN_REQUIRED: {
    family: "AUTH",
    hint: "Open the address in a browser, sign in, and try again.",
  },
  AUTH_DENIED: {
    family: "AUTH",
    hint: "If that was a mistake: the next request starts a new sign-in.",
  },
  AUTH_TIMED_OUT: {
    family: "AUTH",
    hint: "The next request starts a new sign-in; --auth-timeout gives more time.",
  },
  AUTH_DISCOVERY_FAILED: {
    family: "AUTH",
    hint: "The remote asks for a sign-in but does not say where. Ask whoever runs it, or name the issuer with --issuer.",
  },
  AUTH_METADATA_INVALID: {
    family: "AUTH",
    hint: "The sign-in metadata is broken. Ask whoever runs the server; nothing was saved.",
  },
  AUTH_ISSUER_MISMATCH: {
    family: "AUTH",
    hint: "If you are sure that this issuer is right, pass --trust-issuer with the issuer that the document names.",
  },
  AUTH_RESOURCE_MISMATCH: {
    family: "AUTH",
    hint: "If you are sure, pass --resource with the value that the metadata names.",
  },
  AUTH_NO_PKCE: {
    family: "AUTH",
    hint: "If the issuer supports PKCE but does not announce it, pass --allow-missing-pkce-metadata.",
  },
  AUTH_INSECURE_ENDPOINT: {
    family: "AUTH",
    hint: "Sign-in endpoints must use https (http only on loopback). Ask whoever runs the issuer.",
  },
  AUTH_CLIENT_NEEDED: {
    family: "AUTH",
    hint: "Register a client at the issuer and pass it with --static-oauth-client-info @client-info.json.",
  },
  AUTH_CLIENT_ISSUER_MISMATCH: {
    family: "AUTH",
    hint: "The given client belongs to another issuer. Register one here and pass it with --static-oauth-client-info.",
  },
  AUTH_REGISTRATION_REFUSED: {
    family: "AUTH",
    hint: "Register a client at the issuer by hand and pass it with --static-oauth-client-info @client-info.json.",
  },
  AUTH_CLIENT_REJECTED: {
    family: "AUTH",
    hint: "The issuer does not accept this client. Check client id, secret and redirect address at the issuer.",
  },
  AUTH_REFUSED_BY_ISSUER: {
    family: "AUTH",
    hint: "The issuer's own words say what it did not like; check scope, client and redirect address there.",
  },
  AUTH_RESPONSE_INVALID: {
    family: "AUTH",
    hint: "The browser came back with an answer that does not belong to this issuer; nothing was sent. Start again.",
  },
  AUTH_EXCHANGE_FAILED: {
    family: "AUTH",
    hint: "Start the sign-in again; if it lasts, show the message to whoever runs the issuer.",
  },
  AUTH_TOKEN_RESPONSE_INVALID: {
    family: "AUTH",
    hint: "The issuer's token response is invalid. Show the message to whoever runs the issuer.",
  },
  AUTH_REFRESH_FAILED: {
    family: "AUTH",
    hint: "The issuer could not renew the sign-in just now. It is kept; try again in a moment.",
  },
  AUTH_TOKEN_REJECTED: {
    family: "AUTH",
    hint: "The remote refuses a token that is new. Its audience or scope may be wrong; see --resource and --scope.",
  },
  AUTH_INSUFFICIENT_SCOPE: {
    family: "AUTH",
    hint: "This account may not do that, even after asking for more. Ask whoever runs the server.",
  },
  AUTH_BROWSER_FAILED: {
    family: "AUTH",
    hint: "Open the address in a browser yourself.",
  },

  REMOTE_NOT_MCP: {
    family: "REMOTE",
    hint: "Check the address: a server answers there, but it is not an MCP server. It often ends in /mcp.",
  },
  REMOTE_HTTP_ERROR: {
    family: "REMOTE",
    hint: "The server could not handle the request. Try again, or ask whoever runs it.",
  },
  REMOTE_BAD_ANSWER: {
    family: "REMOTE",
    hint: "The server's answer breaks the protocol. Ask whoever runs it.",
  },
  REMOTE_NO_ANSWER: {
    family: "REMOTE",
    hint: "The server closed the response early, so it is unknown whether the request ran. Check before you repeat it.",
  },
  REMOTE_REDIRECT: {
    family: "REMOTE",
    hint: "The server moved. If you trust the new address, put it into the configuration.",
  },
  REMOTE_BUSY: {
    family: "REMOTE",
    hint: "The server asks to wait. Try again later.",
  },
  REMOTE_SESSION_LOST: {
    family: "REMOTE",
    hint: "The session was lost and a new one could not be opened. Try again, or restart the server entry.",
  },

  LOCAL_PORT_TAKEN: {
    family: "LOCAL",
    hint: "Stop the program that uses the port, or register and give another one.",
  },
  LOCAL_VAULT_LOCKED: {
    family: "LOCAL",
    hint: "Unlock the keychain and try again. Nothing was overwritten.",
  },
  LOCAL_VAULT_BROKEN: {
    family: "LOCAL",
    hint: "It could not be set aside: make its folder writable, or remove the file; then the next request starts a new sign-in.",
  },
  LOCAL_VAULT_NEWER: {
    family: "LOCAL",
    hint: "A newer release wrote this record. Update mcp-drawbridge, or use another --config-dir.",
  },
  LOCAL_VAULT_UNSAFE: {
    family: "LOCAL",
    hint: "Make the folder and its files yours alone (owner and mode), or use another --config-dir.",
  },
  LOCAL_VAULT_UNWRITABLE: {
    family: "LOCAL",
    hint: "Check the disk and the permissions of the folder, or use another --config-dir.",
  },
  LOCAL_KEYCHAIN_UNAVAILABLE: {
    family: "LOCAL",
    hint: "Start or unlock the system keychain, or choose --store file.",
  },
  LOCAL_BUSY: {
    family: "LOCAL",
    hint: "Another mcp-drawbridge process is using the saved sign-in. Try again in a moment.",
  },
  LOCAL_BAD_MESSAGE: {
    family: "LOCAL",
    hint: "The host sent something that is not one clear JSON-RPC message.",
  },
  LOCAL_BUG: {
    family: "LOCAL",
    hint: "Please report it, with the file that --debug writes.",
  },

  INTERRUPTED: {
    family: "INTERRUPTED",
    hint: "Start it again when you are ready.",
  },
} as const satisfies Record<string, Row>;

export type FailureCode = keyof typeof table;

/** Code to family and default hint. */
export const FAILURES: Readonly<Record<FailureCode, Row>> = table;
