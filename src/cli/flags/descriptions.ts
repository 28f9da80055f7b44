// What `--help` says of each flag, by its name. No start needs it.

export const DESCRIPTIONS: Readonly<Record<string, string>> = {
  // Requests
  "--header":
    "send this header with every request; ${NAME} is read from the environment; repeatable, or one a line in DRAWBRIDGE_HEADER",
  "--header-file": "headers from a file, one `Name: value` a line; repeatable",
  "--allow-http": "allow http:// to another computer, on a network you trust",
  // Client
  "--static-oauth-client-info":
    "the client you registered at the issuer: client_id, optionally client_secret, issuer",
  "--static-oauth-client-metadata": "members to register the client with, such as client_name or scope",
  "--client-metadata-url": "your client id metadata document, for issuers that support one",
  "--registration-token":
    "initial access token for dynamic registration, with its scheme in front if that is not Bearer; name its issuer with --issuer",
  // Sign-in
  "--scope": "ask for these scopes instead of those the server names",
  "--resource": "the resource indicator to send, word for word",
  "--disable-resource-parameter": "send no resource indicator, for issuers that refuse it",
  "--authorize-param": "add this to the authorization request; repeatable",
  "--issuer": "sign in at this issuer",
  "--trust-issuer": "accept metadata of the first issuer that names the second one",
  "--allow-missing-pkce-metadata": "accept an issuer that does not announce PKCE S256",
  "--use-id-token": "send the ID token instead of the access token",
  "--host": "host of the redirect address",
  "--callback-path": "path of the redirect address",
  "--callback-bind": "listen for the redirect here (containers), not only on loopback",
  "--auth-timeout": "how long a sign-in may take",
  "--no-browser": "open no browser, print the URL",
  "--auth-success-url": "where the browser goes after a finished sign-in",
  "--allow-private-network": "accept sign-in metadata on private addresses although the server is not on one",
  // An issuer by hand
  "--authorization-endpoint": "sign in at this page; with --token-endpoint, or with --issuer for the rest",
  "--token-endpoint": "ask here for tokens; with --authorization-endpoint, --client-credentials or --issuer",
  "--registration-endpoint": "register a client here; with the other endpoints, or with --issuer for them",
  "--issuer-metadata": "read the issuer's metadata here; endpoints that you give replace those in it",
  // Sign-in without a browser
  "--device-code": "sign in on another device with a code",
  "--client-credentials": "sign in as the client itself, without a person; name the issuer with --issuer",
  "--private-key": "with --client-credentials: PEM or JWK key for private_key_jwt",
  "--client-assertion": "with --client-credentials: workload identity",
  "--identity-assertion": "ID token of your company's identity provider, exchanged for access",
  "--idp-token-endpoint": "with --identity-assertion: token endpoint of that provider",
  "--idp-client-id": "with --identity-assertion: client there",
  "--idp-client-secret": "with --identity-assertion: its secret",
  // Storage
  "--store": "where the encryption key is kept",
  "--config-dir": "folder for saved sign-ins, keys and logs",
  "--profile": "name of the account, to use several on one server",
  // Network
  "--ca-file": "also trust the certificate authorities in this file",
  "--client-cert": "certificate to show to the server, and to an issuer that you name, if they ask for one",
  "--client-key": "its private key",
  "--ipv4": "connect over IPv4 only",
  "--no-proxy": "ignore HTTPS_PROXY and HTTP_PROXY",
  "--enable-proxy": "accepted for configurations written for mcp-remote; proxies are used anyway",
  "--connect-timeout": "wait for a connection",
  "--headers-timeout":
    "wait for the start of an answer (default: 300, and as long as it takes for tool calls; given, it counts for those, too)",
  "--body-timeout": "longest gap inside an answer, 0 for none",
  "--max-message": "largest message taken from the server",
  "--max-memory": "all messages together that are unfinished or wait",
  "--disable-cookies": "ignore the server's cookies",
  // Session
  "--transport": "streamable HTTP or the older HTTP+SSE, and which is tried first",
  "--protocol":
    "revisions of MCP that are spoken with the server: legacy are those up to 2025-11-25, modern is 2026-07-28; auto finds out",
  "--handshake-wait":
    "answer the host's handshake at most this long after the start; calls and the sign-in tool's first call wait as long (default: as long as the host is known to wait; calls 8)",
  "--list-wait":
    "answer the host's first list of tools at most this long after the start; later calls of the sign-in tool wait as long (default: as long as the host is known to wait; the tool 45)",
  "--no-provisional": "let the host wait as long as the sign-in takes",
  "--keep-alive": "ping the server every 30 seconds, so that the connection stays open",
  "--ping-interval": "ping this often; implies --keep-alive",
  "--ignore-tool": "hide and refuse these tools; * matches anything; repeatable",
  "--allow-tool": "show and allow only these tools; repeatable",
  "--read-only": "show and allow only tools that say they are read-only",
  // Troubleshooting
  "--debug": "write every event to a file and print its path",
  "--silent": "print only errors",
};
