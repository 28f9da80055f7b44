// Official SDK clients as hosts, each starting the built program over stdio. They are told what a person would answer.
import type { Client as ClientV2 } from "@modelcontextprotocol/client";
import { PROGRAM, programEnvironment } from "../project/program.ts";
import type { SdkHost } from "./sdk-host.ts";
import { startSdkHostV1 } from "./sdk-host-v1.ts";
import { startSdkHostV2 } from "./sdk-host-v2.ts";

export interface SdkHostOptions {
  readonly args: readonly string[];
  readonly configDir: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The clients by line, and by how they find the revision. */
export const SDK_HOSTS = ["v1", "v2 legacy", "v2 auto", "v2 pinned"] as const;
export type SdkHostKind = (typeof SDK_HOSTS)[number];

type V2Options = NonNullable<ConstructorParameters<typeof ClientV2>[1]>;
const NEGOTIATION: Readonly<Record<Exclude<SdkHostKind, "v1">, V2Options>> = {
  "v2 legacy": {},
  "v2 auto": { versionNegotiation: { mode: "auto" } },
  "v2 pinned": { versionNegotiation: { mode: { pin: "2026-07-28" } } },
};

/** Does this host speak 2026-07-28 where it may? */
export const isModernHost = (kind: SdkHostKind): boolean => kind === "v2 auto" || kind === "v2 pinned";

/** Starts the program under such a host, and lets the two find each other. Close it in `after`. */
export async function startSdkHost(kind: SdkHostKind, options: SdkHostOptions): Promise<SdkHost> {
  const parameters = {
    command: process.execPath,
    args: [PROGRAM, ...options.args, "--config-dir", options.configDir, "--store", "file"],
    env: programEnvironment(options.configDir, options.env),
    stderr: "pipe" as const,
  };
  return kind === "v1"
    ? startSdkHostV1(parameters)
    : startSdkHostV2(parameters, NEGOTIATION[kind], isModernHost(kind));
}
