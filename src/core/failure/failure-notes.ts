// What README and `doctor` tell about each code besides its hint. No start loads it.
import type { FailureCode } from "./failure-table.ts";

/** Who can mend a failure: the person at the computer, whoever runs the server, whoever runs the issuer. */
export type Party = "you" | "server" | "issuer";

export interface FailureNote {
  /** Why it happens, as one sentence. */
  readonly cause: string;
  /** Whose move it is, where nothing else tells more. */
  readonly party: Party;
}

const you = (cause: string): FailureNote => ({ cause, party: "you" });
const server = (cause: string): FailureNote => ({ cause, party: "server" });
const issuer = (cause: string): FailureNote => ({ cause, party: "issuer" });

export const FAILURE_NOTES: Readonly<Record<FailureCode, FailureNote>> = {
  USAGE_BAD_ARGUMENT: you("A flag, argument or variable is not known, or its value is not valid."),
  USAGE_BAD_URL: you("The first argument is not the address of a server."),
  USAGE_INSECURE_URL: you("The address begins with http:// and is not on this computer."),
  USAGE_BAD_JSON: you("A value that should be JSON is not, often because a shell changed it."),
  USAGE_MISSING_FILE: you("A file that a flag names is not there, or cannot be read."),
  USAGE_MISSING_VARIABLE: you("`${NAME}` names an environment variable that is not set, or is empty."),
  USAGE_PLACEHOLDER: you(
    "A text such as `${env:NAME}`, `%NAME%` or `<YOUR_KEY>` stands where a value should, or a character that nobody sees.",
  ),
  USAGE_NOT_CONFIRMED: you("The command changes something and asks before it does; nobody said yes."),

  NETWORK_DNS: you("The name of the host could not be found."),
  NETWORK_REFUSED: you("Nobody took the connection: nothing listens there, or the host cannot be reached."),
  NETWORK_TIMEOUT: you("There was no answer in time."),
  NETWORK_RESET: server("The other side closed the connection too early, or does not speak HTTP."),
  NETWORK_TLS: you("The certificate is not trusted, has expired or is for another host, or TLS failed."),
  NETWORK_TOO_LARGE: server("An answer was larger than the limit."),
  NETWORK_BLOCKED_ADDRESS: server("Sign-in metadata of a public server led to a private address."),
  NETWORK_PROXY: you("A proxy variable of the environment names something that cannot be used as a proxy."),

  AUTH_SIGN_IN_REQUIRED: you("The server asks for a sign-in, and nobody is signed in."),
  AUTH_DENIED: you("The sign-in was refused, in the browser or by the issuer's rules."),
  AUTH_TIMED_OUT: you("Nobody finished the sign-in in time."),
  AUTH_DISCOVERY_FAILED: server("No document of the server or issuer tells where to sign in."),
  AUTH_METADATA_INVALID: issuer("A metadata document of the server or issuer could not be read."),
  AUTH_ISSUER_MISMATCH: issuer("The issuer's metadata names another issuer than the one that was asked for."),
  AUTH_RESOURCE_MISMATCH: server("The server's metadata is about another server."),
  AUTH_NO_PKCE: issuer("The issuer does not announce PKCE with S256, without which a code could be stolen."),
  AUTH_INSECURE_ENDPOINT: issuer("An endpoint of the sign-in is not https."),
  AUTH_CLIENT_NEEDED: you("The issuer registers no clients by itself, and none was given."),
  AUTH_CLIENT_ISSUER_MISMATCH: you("The given client was registered at another issuer."),
  AUTH_ISSUER_NEEDED: you("A secret was given, and nobody said which issuer it is for."),
  AUTH_REGISTRATION_REFUSED: issuer("The issuer refused to register a client."),
  AUTH_CLIENT_REJECTED: you("The issuer does not know the client, or its secret is wrong."),
  AUTH_REFUSED_BY_ISSUER: issuer("The issuer refused the sign-in, and said why."),
  AUTH_RESPONSE_INVALID: issuer("What came back from the browser does not belong to this sign-in."),
  AUTH_EXCHANGE_FAILED: issuer("The issuer did not exchange the code for a token."),
  AUTH_TOKEN_RESPONSE_INVALID: issuer("The issuer's token response cannot be used."),
  AUTH_REFRESH_FAILED: issuer("The issuer could not be reached, or did not renew the sign-in just now."),
  AUTH_TOKEN_REJECTED: server("The server refuses a token that was made for it a moment ago."),
  AUTH_INSUFFICIENT_SCOPE: server("The server demands a scope that this sign-in does not have."),
  AUTH_BROWSER_FAILED: you("No browser could be started."),

  REMOTE_NOT_MCP: you("What answers at the address is not an MCP server."),
  REMOTE_HTTP_ERROR: server("The server answered with an HTTP error."),
  REMOTE_BAD_ANSWER: server("The server's answer is not what the protocol says."),
  REMOTE_NO_ANSWER: server("The server ended its response before the answer had come."),
  REMOTE_REDIRECT: you("The server points to another address, which is not followed by itself."),
  REMOTE_BUSY: server("The server has too much to do, or limits how often it is asked."),
  REMOTE_SESSION_LOST: server("The server forgot the session and does not open another."),

  LOCAL_PORT_TAKEN: you("Another program listens at the redirect's port."),
  LOCAL_VAULT_LOCKED: you(
    "The key that opens the saved sign-in is not there, is locked in the keychain, or is another one.",
  ),
  LOCAL_VAULT_BROKEN: you("A saved sign-in, or the file of its key, is damaged."),
  LOCAL_VAULT_NEWER: you("A saved sign-in was written by a newer release."),
  LOCAL_VAULT_UNSAFE: you(
    "The folder of saved sign-ins, or a file in it, belongs to somebody else, or others can change it.",
  ),
  LOCAL_VAULT_UNWRITABLE: you("The folder of saved sign-ins cannot be written to."),
  LOCAL_KEYCHAIN_UNAVAILABLE: you(
    "The system's keychain cannot be reached, does not answer, or does not have what was asked for.",
  ),
  LOCAL_HOST_FILE: you("The configuration file of a host cannot be read or written as it is."),
  LOCAL_BUSY: you("Another copy held the saved sign-in for too long."),
  LOCAL_BAD_MESSAGE: you("The host sent a line that is no JSON-RPC message."),
  LOCAL_BUG: you("mcp-drawbridge has a fault."),

  INTERRUPTED: you("The program was ended before it was done."),
};
