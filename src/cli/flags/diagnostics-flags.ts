import type { DiagnosticsSettings } from "../../core/settings.ts";
import type { Flag } from "./flag.ts";

export interface DiagnosticsFlags {
  readonly debug?: boolean;
  readonly silent?: boolean;
}

export const diagnosticsFlags: readonly Flag[] = [
  { usage: "--debug", description: "write every event to a file and print its path" },
  { usage: "--silent", description: "print only errors" },
];

export function readDiagnostics(flags: DiagnosticsFlags): DiagnosticsSettings {
  return { debug: flags.debug === true, silent: flags.silent === true };
}
