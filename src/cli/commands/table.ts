import { defineClientMetadata } from "./client-metadata.ts";
import type { DefineCommand } from "./command.ts";
import { defineCompletion } from "./completion.ts";
import { defineDoctor } from "./doctor.ts";
import { defineImport } from "./import.ts";
import { defineLogin } from "./login.ts";
import { defineLogout } from "./logout.ts";
import { defineSetup } from "./setup.ts";
import { defineStatus } from "./status.ts";
import { defineTrace } from "./trace.ts";

/** Every verb, in the order of `--help`. The main command, which has none, is `connect.ts`. */
export const COMMANDS: readonly DefineCommand[] = [
  defineSetup,
  defineImport,
  defineLogin,
  defineLogout,
  defineStatus,
  defineDoctor,
  defineTrace,
  defineClientMetadata,
  defineCompletion,
];
