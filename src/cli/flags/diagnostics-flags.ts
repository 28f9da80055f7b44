import type { DiagnosticsSettings } from "../../core/settings.ts";
import { Option } from "../commander.ts";

export interface DiagnosticsFlags {
  readonly debug?: boolean;
  readonly silent?: boolean;
}

export const diagnosticsFlags = (): Option[] => [
  new Option("--debug", "write every event to a file and print its path"),
  new Option("--silent", "print only errors"),
];

export function readDiagnostics(flags: DiagnosticsFlags): DiagnosticsSettings {
  return { debug: flags.debug === true, silent: flags.silent === true };
}
