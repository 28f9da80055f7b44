// The record as JSON, inside the encryption. Version 1 is the first.
import { Failure } from "../../core/failure/failure.ts";
import type { JsonObject } from "../../core/mcp/message.ts";
import type { VaultRecord } from "../../core/oauth/vault-record.ts";
import type { VaultKey } from "../../core/ports/vault.ts";
import { Secret } from "../../core/text/secret.ts";
import { anyObject, Malformed, number, optional, type Reader, shape, text } from "./json-decoders.ts";
import { recordMembers } from "./record-members.ts";

/** Raised when an older release could do harm with what this one writes; new optional members do not need it. */
const RECORD_VERSION = 1;

/** `MIGRATIONS[n]` turns version n + 1 into n + 2. */
const MIGRATIONS: readonly ((old: JsonObject) => JsonObject)[] = [];

/** Members of a later release of the same version, kept as they are so that two releases can share a record (PROC-5). */
export interface UnknownMembers {
  readonly record: JsonObject;
  readonly learned: JsonObject;
}

export const NO_UNKNOWN_MEMBERS: UnknownMembers = { record: {}, learned: {} };

export interface DecodedRecord {
  readonly record: VaultRecord;
  readonly carried: UnknownMembers;
}

const readMembers: Reader<VaultRecord> = shape<VaultRecord>(recordMembers);

/** Version 0.1.0 of the program had no members for three states; it told them by values that meant nothing else. */
function readRecord(raw: JsonObject): VaultRecord {
  const record = readMembers(raw, "record");
  const { discovery, pending } = record;
  return {
    ...record,
    ...(discovery?.discoveredAtMs === 0 && { discovery: { ...discovery, doubted: true } }),
    ...(pending && {
      pending: {
        ...pending,
        ...(pending.redirectUri === "" && { deviceCode: true }),
        ...(pending.deadlineMs === pending.startedAtMs && { endedWithoutGrant: true }),
      },
    }),
  };
}

const OWN_MEMBERS = new Set([...Object.keys(recordMembers), "version", "profile", "namedBy"]);
const OWN_LEARNED: ReadonlySet<string> = new Set(["omitResource", "omitOfflineAccess", "staticClientIssuer"]);

/** The record as text, secrets in clear: only for sealing. */
export function encodeRecord(record: VaultRecord, key: VaultKey, carried: UnknownMembers): string {
  const whole = {
    ...carried.record,
    version: RECORD_VERSION,
    profile: key.profile,
    namedBy: { resource: key.resource, clientChoice: key.clientChoice },
    ...record,
    learned: { ...carried.learned, ...record.learned },
  };
  // Not an arrow: `this` is the holder, whose member is still a Secret, before its toJSON hid it.
  return JSON.stringify(whole, function (this: Record<string, unknown>, name: string, value: unknown) {
    const original = this[name];
    return original instanceof Secret ? original.reveal() : value;
  });
}

/**
 * Reads what `encodeRecord` wrote, here or in another release.
 * @throws Failure LOCAL_VAULT_NEWER; LOCAL_VAULT_BROKEN, also when it belongs to another remote
 */
export function decodeRecord(json: string, key: VaultKey): DecodedRecord {
  try {
    const raw = migrated(anyObject(JSON.parse(json), "record"));
    const record = readRecord(raw);
    if (record.remote !== key.remote) throw new Malformed("record.remote");
    return {
      record,
      carried: {
        record: without(raw, OWN_MEMBERS),
        learned: without(anyObject(raw.learned, "record.learned"), OWN_LEARNED),
      },
    };
  } catch (error) {
    if (error instanceof Failure) throw error;
    const why = error instanceof Malformed ? error.message : "it is not JSON";
    throw new Failure("LOCAL_VAULT_BROKEN", `The saved sign-in for ${key.remote} cannot be read: ${why}.`);
  }
}

/**
 * The key that a record was saved under, from its text.
 * @throws Failure LOCAL_VAULT_NEWER, LOCAL_VAULT_BROKEN
 */
export function keyOfRecord(json: string): VaultKey {
  try {
    const raw = migrated(anyObject(JSON.parse(json), "record"));
    return {
      ...namedBy(raw.namedBy, "record.namedBy"),
      remote: text(raw.remote, "record.remote"),
      profile: text(raw.profile, "record.profile"),
    };
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure("LOCAL_VAULT_BROKEN", "A saved sign-in cannot be read.", { cause: error });
  }
}

const namedBy = shape<Pick<VaultKey, "resource" | "clientChoice">>({
  resource: optional(text),
  clientChoice: optional(text),
});

function migrated(raw: JsonObject): JsonObject {
  const version = number(raw.version, "record.version");
  if (version > RECORD_VERSION) {
    const text = `The saved sign-in has version ${version}; this release knows up to ${RECORD_VERSION}.`;
    throw new Failure("LOCAL_VAULT_NEWER", text);
  }
  return MIGRATIONS.slice(version - 1).reduce((old, migrate) => migrate(old), raw);
}

function without(from: JsonObject, names: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(from).filter(([name]) => !names.has(name)));
}
