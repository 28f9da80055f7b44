import type { DiagnosticsSettings } from "../../core/settings.ts";
import type { Flag } from "./flag.ts";

export interface DiagnosticsFlags {
  readonly debug?: boolean;
  readonly silent?: boolean;
}

export const diagnosticsFlags: readonly Flag[] = [{ usage: "--debug" }, { usage: "--silent" }];

export function readDiagnostics(flags: DiagnosticsFlags): DiagnosticsSettings {
  return { debug: flags.debug === true, silent: flags.silent === true };
}
