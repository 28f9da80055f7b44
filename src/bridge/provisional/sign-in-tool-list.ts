/** The tool that a person has in hosts that show nothing but tools. */
export const SIGN_IN_TOOL = "drawbridge_sign_in";
/** What the bridge asks in its name. */
export const SIGN_IN_OPERATION = `tools/call:${SIGN_IN_TOOL}`;

/** The list of a remote that nobody is signed in to, or that cannot be reached. */
export const SIGN_IN_TOOLS = {
  tools: [
    {
      name: SIGN_IN_TOOL,
      title: "Sign in",
      description:
        "Connects this server: gives the address where its user signs in, waits for it, and reports. Call it again after signing in.",
      inputSchema: { type: "object", properties: {} },
      annotations: { readOnlyHint: true, openWorldHint: true },
    },
  ],
};
