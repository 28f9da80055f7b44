// Scenarios that are not clean, each with the reason. An entry that has become clean fails: take it off.

/** `<revision> <scenario>` to the reason. */
export const EXPECTED_FAILURES: Readonly<Record<string, string>> = {};
