declare const __VERSION__: string | undefined;

/** Version of the package; the bundler fills it in. */
export const VERSION: string = typeof __VERSION__ === "string" ? __VERSION__ : "0.0.0-source";

/** What every request says of itself: firewalls answer 403 to those that say nothing (RFC 9110 10.1.5, DISC-13). */
export const USER_AGENT = `mcp-drawbridge/${VERSION}`;
