// What is wrong with what a request of the modern era says of itself, where the bridge is its server.

import { isObject, type RequestMessage } from "../../core/mcp/message.ts";
import { MODERN_REVISION } from "../../core/mcp/revisions.ts";
import { isLogLevel } from "./log-levels.ts";
import { invalidParams, LACKS_VERSION, META, metaOf, type RequestFault } from "./modern-meta.ts";
import { UNSUPPORTED_VERSION } from "./verdict.ts";

/** Undefined: it is well-formed and of the bridge's revision (2026-07-28, basic/index, Per-request protocol fields; utilities/logging). */
export function requestFault(message: RequestMessage): RequestFault | undefined {
  const meta = metaOf(message);
  const requested = meta[META.protocolVersion];
  if (requested === undefined) return LACKS_VERSION;
  if (requested !== MODERN_REVISION) {
    const data = { supported: [MODERN_REVISION], requested };
    return { code: UNSUPPORTED_VERSION, message: "Unsupported protocol version", data };
  }
  if (!isObject(meta[META.clientCapabilities]))
    return invalidParams(`_meta lacks ${META.clientCapabilities}`);
  const level = meta[META.logLevel];
  if (level === undefined || isLogLevel(level)) return undefined;
  return invalidParams(`${META.logLevel} is no log level`);
}
