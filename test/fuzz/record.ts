// Saved records: what was written is read, and nothing that was cut or changed is.
import { createHash } from "node:crypto";
import { isFailure } from "../../src/core/failure/failure.ts";
import type { VaultRecord } from "../../src/core/oauth/vault-record.ts";
import { Secret } from "../../src/core/text/secret.ts";
import { decrypt, encrypt, parseEncryptedFile } from "../../src/store/record/encrypted-file.ts";
import { decodeRecord, encodeRecord, NO_UNKNOWN_MEMBERS } from "../../src/store/record/record-codec.ts";
import { type Seeded, seeded } from "../support/clocks/seeded.ts";
import { difference, type FuzzTarget, pieced } from "./target.ts";

const REMOTE = "https://remote.example/mcp";
const KEY = { remote: REMOTE, profile: "default" };
const SEALED_WITH = createHash("sha256").update("a key").digest();

export const record: FuzzTarget = (seed) => {
  const random = seeded(seed);
  const text = encodeRecord(draw(random), KEY, NO_UNKNOWN_MEMBERS);
  const iv = Buffer.from(Array.from({ length: 12 }, () => random.below(256))).toString("base64url");
  const file = encrypt(
    Buffer.from(text),
    "name",
    SEALED_WITH,
    { source: "file", id: "0123456789abcdef" },
    iv,
  );
  const open = (bytes: Buffer): string =>
    encodeRecord(
      decodeRecord(decrypt(parseEncryptedFile(bytes), "name", SEALED_WITH).toString(), KEY).record,
      KEY,
      NO_UNKNOWN_MEMBERS,
    );
  const back = difference("as written", sorted(open(file)), sorted(text));
  if (back !== undefined) return back;
  const broken = damaged(file, random);
  try {
    open(broken);
    return `${broken.toString("base64")} was read`;
  } catch (error) {
    return isFailure(error, "LOCAL_VAULT_BROKEN", "LOCAL_VAULT_NEWER")
      ? undefined
      : `${broken.toString("base64")}: ${String(error)}`;
  }
};

/** Cut at either end, longer, or with one byte that is another. */
function damaged(file: Buffer, random: Seeded): Buffer {
  const at = random.below(file.length);
  const copy = Buffer.from(file);
  switch (random.below(4)) {
    case 0:
      return copy.subarray(0, at);
    case 1:
      return copy.subarray(at + 1);
    case 2:
      return Buffer.concat([copy, Buffer.from([random.below(256)])]);
    default:
      copy[at] = (copy[at] ?? 0) ^ (1 + random.below(255));
      return copy;
  }
}

/** Members in one order. */
function sorted(text: string): unknown {
  return JSON.parse(text, (_name, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}

function draw(random: Seeded): VaultRecord {
  const text = () => pieced(random, ["a", "Z", "0", '"', "\\", "\n", "\u20ac", "\u{1f600}", "\0", " "], 12);
  const maybe = <T>(value: T): T | Record<string, never> => (random.chance(0.5) ? value : {});
  const name = { issuer: text(), ...maybe({ foundUnder: text() }) };
  const client = {
    origin: random.one(["pre-registered", "metadata-document", "dynamic"] as const),
    ...name,
    clientId: text(),
    ...maybe({ clientSecret: new Secret(text()) }),
    ...maybe({ secretExpiresAtMs: random.below(1e9) }),
    tokenEndpointAuth: random.one(["none", "client_secret_basic", "private_key_jwt"] as const),
    redirectUris: Array.from({ length: random.below(3) }, text),
  };
  const metadata = { ...name, token_endpoint: text(), ...maybe({ scopes_supported: [text(), text()] }) };
  const grant = {
    ...name,
    clientId: text(),
    accessToken: new Secret(text()),
    tokenType: random.one(["Bearer", "DPoP"] as const),
    ...maybe({ refreshToken: new Secret(text()) }),
    ...maybe({ scope: text() }),
    obtainedAtMs: random.below(1e9),
    ...maybe({ source: { metadata, client } }),
  };
  return {
    remote: REMOTE,
    clients: random.chance(0.5) ? [client] : [],
    ...maybe({ grant }),
    ...maybe({ discovery: { issuer: metadata, issuerMetadataUrl: null, discoveredAtMs: 1 } }),
    ...maybe({ refreshIntent: { refreshTokenHash: text(), startedAtMs: 1, attempts: 1 } }),
    learned: maybe({ omitResource: true as const }),
  };
}
