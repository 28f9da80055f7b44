import type { GrantTypeSettings } from "../../core/settings.ts";
import type { PathContext } from "../inputs/files.ts";
import type { GrantFlags } from "../inputs/grant-type.ts";
import type { Flag } from "./flag.ts";
import { endpointUrl } from "./values.ts";

export type { GrantFlags } from "../inputs/grant-type.ts";

const ASSERTION = "<@file|!command|${NAME}>";

export const grantFlags: readonly Flag[] = [
  { usage: "--device-code" },
  {
    usage: "--client-credentials",
    conflicts: "deviceCode",
  },
  {
    usage: "--private-key <file>",
  },
  { usage: `--client-assertion ${ASSERTION}` },
  {
    usage: `--identity-assertion ${ASSERTION}`,
  },
  {
    usage: "--idp-token-endpoint <url>",
    parse: endpointUrl,
  },
  { usage: "--idp-client-id <id>" },
  { usage: "--idp-client-secret <${NAME}|@file>" },
];

/** Most starts sign in with a browser. @throws Failure USAGE_* */
export async function readGrantType(flags: GrantFlags, context: PathContext): Promise<GrantTypeSettings> {
  const { deviceCode, clientCredentials, privateKey, clientAssertion, identityAssertion } = flags;
  const other = [deviceCode, clientCredentials, privateKey, clientAssertion, identityAssertion];
  if (other.every((value) => value === undefined)) return { kind: "authorization_code" };
  return (await import("../inputs/grant-type.ts")).readGrantType(flags, context);
}
