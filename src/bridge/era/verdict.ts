// What an answer says of the era of who gave it (2026-07-28, basic/versioning, Backward Compatibility).

import { isObject, type ResponseMessage } from "../../core/mcp/message.ts";
import { isLegacyRevision, isModernRevision } from "../../core/mcp/revisions.ts";
import { RawObject } from "./raw-object.ts";

/** HeaderMismatch, MissingRequiredClientCapability, UnsupportedProtocolVersion: codes that only this era has. */
const HEADER_MISMATCH = -32020;
const MISSING_CAPABILITY = -32021;
export const UNSUPPORTED_VERSION = -32022;
const MODERN_CODES: readonly unknown[] = [HEADER_MISMATCH, MISSING_CAPABILITY, UNSUPPORTED_VERSION];

/** The protocol versions that a refusal names as the ones the remote speaks; undefined: it names none. */
export function supportedVersions({ value: { error } }: ResponseMessage): readonly string[] | undefined {
  const data = isObject(error) ? error.data : undefined;
  const supported = isObject(data) ? data.supported : undefined;
  return Array.isArray(supported) ? supported.filter((one) => typeof one === "string") : undefined;
}

/** Is it an error that only the modern era has, from a remote that speaks a modern revision? */
export function isModernError(answer: ResponseMessage): boolean {
  const { error } = answer.value;
  if (!isObject(error) || !MODERN_CODES.includes(error.code)) return false;
  if (error.code !== UNSUPPORTED_VERSION) return true;
  // A remote of the other era may use the code as well, and says then what it speaks.
  const supported = supportedVersions(answer);
  return supported === undefined || supported.length === 0 || !supported.every(isLegacyRevision);
}

export function isHeaderMismatch({ value: { error } }: ResponseMessage): boolean {
  return isObject(error) && error.code === HEADER_MISMATCH;
}

/** Does the refusal of a version we speak say that we may try again with one the remote speaks? */
export function mayRetryVersion(answer: ResponseMessage): boolean {
  const { error } = answer.value;
  if (!isObject(error) || error.code !== UNSUPPORTED_VERSION) return false;
  return supportedVersions(answer)?.some(isModernRevision) === true;
}

/** The result of `server/discover` of a remote whose revision the bridge knows. */
export function isDiscovered({ value: { result } }: ResponseMessage): boolean {
  return (
    isObject(result) &&
    Array.isArray(result.supportedVersions) &&
    result.supportedVersions.some(isModernRevision)
  );
}

/** A result that only the modern era has. */
export function isModernResult(response: ResponseMessage): boolean {
  const { result } = response.value;
  const isDiscovery = isObject(result) && Array.isArray(result.supportedVersions);
  return isDiscovery || typeof resultTypeOf(response) === "string";
}

/** `resultType`, also of results that are too large to be read as a whole; undefined: there is none. */
export function resultTypeOf({ value: { result }, bytes }: ResponseMessage): unknown {
  return isObject(result) ? result.resultType : new RawObject(bytes).object("result").read("resultType");
}
