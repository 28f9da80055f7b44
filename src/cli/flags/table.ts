import { type ClientFlags, clientFlags } from "./client-flags.ts";
import { type DiagnosticsFlags, diagnosticsFlags } from "./diagnostics-flags.ts";
import type { Flag } from "./flag.ts";
import { type GrantFlags, grantFlags } from "./grant-flags.ts";
import { type IssuerFlags, issuerFlags } from "./issuer-flags.ts";
import { type NetworkFlags, networkFlags } from "./network-flags.ts";
import { type RequestFlags, requestFlags } from "./request-flags.ts";
import { type SessionFlags, sessionFlags } from "./session-flags.ts";
import { type SignInFlags, signInFlags } from "./sign-in-flags.ts";
import { type StorageFlags, storageFlags } from "./storage-flags.ts";

/** The flags that say how to reach, and sign in to, one remote. */
export type ConnectionFlags = RequestFlags &
  ClientFlags &
  SignInFlags &
  IssuerFlags &
  GrantFlags &
  StorageFlags &
  NetworkFlags &
  SessionFlags &
  DiagnosticsFlags;

/** Every command that names a URL takes all of them; in the order of `--help`. */
export const FLAG_GROUPS: readonly (readonly [title: string, flags: readonly Flag[]])[] = [
  ["Requests:", requestFlags],
  ["Client:", clientFlags],
  ["Sign-in:", signInFlags],
  ["An issuer by hand:", issuerFlags],
  ["Sign-in without a browser:", grantFlags],
  ["Storage:", storageFlags],
  ["Network:", networkFlags],
  ["Session:", sessionFlags],
  ["Troubleshooting:", diagnosticsFlags],
];

export const FLAGS: readonly Flag[] = FLAG_GROUPS.flatMap(([, flags]) => flags);
