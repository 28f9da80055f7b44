// The closed table of everything that can go wrong. README has one heading per code; a test compares them.

export type FailureFamily = "USAGE" | "NETWORK" | "AUTH" | "REMOTE" | "LOCAL" | "INTERRUPTED";

/** Code to hint: the next thing to do, for a person. A code begins with its family. */
export const FAILURES = {
  USAGE_BAD_ARGUMENT: "Run `mcp-drawbridge --help` for the flags and their values.",
  USAGE_BAD_URL: "Give the full address of the server, for example https://example.com/mcp.",
  USAGE_INSECURE_URL: "Use https://, or add --allow-http for a server on a network you trust.",
  USAGE_BAD_JSON: "Put the JSON into a file and pass it as @path/to/file.json.",
  USAGE_MISSING_FILE:
    "Check the path; relative paths start where the host starts the program, so prefer an absolute one.",
  USAGE_NOT_CONFIRMED: "Look at the change, and add --yes to make it without being asked.",
  USAGE_MISSING_VARIABLE: "Set the variable in the `env` block of the host's configuration.",
  USAGE_PLACEHOLDER:
    "Put the real value there. Hosts replace such texts in the forms that they know, most of them in their `env` block only.",

  NETWORK_DNS: "Check the host name and that this computer is online (VPN, proxy).",
  NETWORK_REFUSED: "Check that the server is running and that the port is right.",
  NETWORK_TIMEOUT: "Check the network, a VPN or a proxy; then try again.",
  NETWORK_RESET: "Try again; if it keeps happening, ask whoever runs the server.",
  NETWORK_TLS:
    "If a private authority signed the certificate, pass it with --ca-file (or NODE_EXTRA_CA_CERTS).",
  NETWORK_TOO_LARGE: "The answer was larger than allowed; raise --max-message if you expect it.",
  NETWORK_BLOCKED_ADDRESS:
    "Ask whoever runs the server whether that address is right. If it is, and on your own network, pass --allow-private-network.",
  NETWORK_PROXY:
    "Check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY: each is an http:// address with a port. --no-proxy ignores them.",

  AUTH_SIGN_IN_REQUIRED: "Open the address in a browser, sign in, and try again.",
  AUTH_DENIED: "If that was a mistake, try again: the next request starts a new sign-in.",
  AUTH_TIMED_OUT: "Try again: the next request starts a new sign-in. --auth-timeout gives more time.",
  AUTH_DISCOVERY_FAILED:
    "The server asks for a sign-in but does not say where. Ask whoever runs it, or name the issuer with --issuer, or its endpoints: see `--help`.",
  AUTH_METADATA_INVALID:
    "Show this message to whoever runs the address in it: the document there is broken. Nothing was saved.",
  AUTH_ISSUER_MISMATCH:
    "Ask whoever runs the server whether both names are of one issuer. If they are, pass --trust-issuer with both, as ASKED=NAMED.",
  AUTH_RESOURCE_MISMATCH:
    "Ask whoever runs the server whether both are one. If they are, pass --resource with the value that the metadata names.",
  AUTH_NO_PKCE:
    "Ask whoever runs the issuer whether it supports PKCE with S256. If it does, and only does not announce it, pass --allow-missing-pkce-metadata.",
  AUTH_INSECURE_ENDPOINT:
    "Sign-in endpoints must use https (http only on loopback). Ask whoever runs the issuer.",
  AUTH_CLIENT_NEEDED:
    "Register a client at the issuer and pass it with --static-oauth-client-info @client-info.json.",
  AUTH_CLIENT_ISSUER_MISMATCH:
    "The given client belongs to another issuer. Register one here and pass it with --static-oauth-client-info.",
  AUTH_ISSUER_NEEDED:
    "Ask whoever gave you the secret which issuer it is for, and name that one with --issuer.",
  AUTH_REGISTRATION_REFUSED:
    "Register a client at the issuer by hand and pass it with --static-oauth-client-info @client-info.json.",
  AUTH_CLIENT_REJECTED:
    "The issuer does not accept this client. Check client id, secret and redirect address at the issuer.",
  AUTH_REFUSED_BY_ISSUER:
    "The issuer's message says why; check the scope, the client and its redirect address at the issuer.",
  AUTH_RESPONSE_INVALID:
    "The response does not belong to this sign-in, so it was not used. Start the sign-in again.",
  AUTH_EXCHANGE_FAILED:
    "Start the sign-in again; if it keeps failing, show the message to whoever runs the issuer.",
  AUTH_TOKEN_RESPONSE_INVALID:
    "Show this message to whoever runs the issuer: the mistake is in its answer. Nothing was saved.",
  AUTH_REFRESH_FAILED:
    "You need do nothing: the sign-in is kept, and mcp-drawbridge asks the issuer again. `mcp-drawbridge login --again` starts a new sign-in.",
  AUTH_TOKEN_REJECTED:
    "Ask whoever runs the server for which resource and scope its tokens have to be; --resource and --scope set them.",
  AUTH_INSUFFICIENT_SCOPE:
    "Ask whoever runs the server to give your account that right: signing in for it did not help.",
  AUTH_BROWSER_FAILED: "Open the address in a browser yourself.",

  REMOTE_NOT_MCP:
    "Check the address: what answers there does not speak MCP. An MCP address often ends in /mcp.",
  REMOTE_HTTP_ERROR: "The server could not handle the request. Try again, or ask whoever runs it.",
  REMOTE_BAD_ANSWER: "Show this message to whoever runs the server: its answer breaks the protocol.",
  REMOTE_NO_ANSWER:
    "The server closed the response early, so it is unknown whether the request ran. Check before you repeat it.",
  REMOTE_REDIRECT: "The server moved. If you trust the new address, put it into the configuration.",
  REMOTE_BUSY: "The server asks to wait. Try again later.",
  REMOTE_SESSION_LOST:
    "The session was lost and a new one could not be opened. Try again, or restart this server in the host.",

  LOCAL_PORT_TAKEN:
    "Stop the program that uses the port, or register a redirect address with another port and pass that port.",
  LOCAL_VAULT_LOCKED:
    "Unlock the keychain, or put back the key file or DRAWBRIDGE_VAULT_KEY of that sign-in, and try again. Nothing was overwritten.",
  LOCAL_VAULT_BROKEN:
    "Start again: the file is then set aside, and you sign in anew. If this comes back, make its folder writable, or remove the file.",
  LOCAL_VAULT_NEWER: "A newer release wrote this record. Update mcp-drawbridge, or use another --config-dir.",
  LOCAL_VAULT_UNSAFE:
    "Make sure that you own the folder and its files and that nobody else has access to them, or use another --config-dir.",
  LOCAL_VAULT_UNWRITABLE: "Check the disk and the permissions of the folder, or use another --config-dir.",
  LOCAL_KEYCHAIN_UNAVAILABLE:
    "Check that the system keychain runs and does not wait for its password. Where there is none, choose --store file.",
  LOCAL_HOST_FILE: "Mend the file, or add the entry by hand: `setup` with --print shows it.",
  LOCAL_BUSY: "Another mcp-drawbridge process is using the saved sign-in. Try again in a moment.",
  LOCAL_BAD_MESSAGE: "Tell whoever makes the host. The line was left out, and the next ones work.",
  LOCAL_BUG: "Please report it, with the file that --debug writes.",

  INTERRUPTED: "Start it again when you are ready.",
} as const satisfies Partial<Record<FailureFamily | `${FailureFamily}_${string}`, string>>;

export type FailureCode = keyof typeof FAILURES;
