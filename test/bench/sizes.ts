// What server and host of the benchmark agree on.

/** Tools that the server lists. */
export const TOOL_COUNT = 20;

/** Messages above this are not parsed by server and host: they are padding, and the time is to be the bridge's. */
export const LARGE_BYTES = 256 * 1024;
