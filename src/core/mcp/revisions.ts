// The protocol's revisions that the bridge knows by name; others pass as they are.

/** Revisions with `initialize` and sessions, the newest first. */
export const LEGACY_REVISIONS = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] as const;

/** What the bridge asks for when nobody else does. */
export const NEWEST_LEGACY_REVISION = LEGACY_REVISIONS[0];

export function isLegacyRevision(version: unknown): version is (typeof LEGACY_REVISIONS)[number] {
  return (LEGACY_REVISIONS as readonly unknown[]).includes(version);
}

/** Revisions without a handshake: each request says of itself what it is. */
export const MODERN_REVISION = "2026-07-28";

export function isModernRevision(version: unknown): boolean {
  return version === MODERN_REVISION;
}
