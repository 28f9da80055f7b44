// Which issuer the user's secrets were used at first: a file beside the record, which outlives it. Nothing in it is secret.
import path from "node:path";
import { Failure } from "../core/failure/failure.ts";
import { isObject } from "../core/mcp/message.ts";
import type { OwnedSecret, SecretOwners } from "../core/ports/secret-owners.ts";
import { recordName } from "./record/record-name.ts";
import { SecureFiles } from "./secure-files.ts";
import type { VaultOptions } from "./vault-options.ts";

type Owners = { readonly [S in OwnedSecret]?: string };

const LARGEST_BYTES = 64 * 1024;

export function createSecretOwners(options: Omit<VaultOptions, "checkpoint">): SecretOwners {
  const { settings, key } = options;
  if (settings.kind === "memory") return createVolatileSecretOwners();
  const file = path.join(settings.folder, "vault", `${recordName(key)}.owners`);
  const files = new SecureFiles(options);
  const read = async (): Promise<Owners> => {
    const bytes = await files.read(file, LARGEST_BYTES);
    return bytes === undefined ? {} : readOwners(bytes.toString("utf8"), file);
  };
  return {
    of: async (secret) => (await read())[secret],
    async bind(secret, issuer) {
      const text = `${JSON.stringify({ ...(await read()), [secret]: issuer })}\n`;
      // What cannot be read again is not written.
      if (Buffer.byteLength(text) > LARGEST_BYTES)
        throw new Failure("LOCAL_VAULT_UNWRITABLE", "The name of the issuer is too long to be saved.");
      await files.prepareFolder(path.dirname(file));
      await files.write(file, text);
    },
  };
}

/** For `--store memory`, which writes nothing. */
export function createVolatileSecretOwners(): SecretOwners {
  const owners = new Map<OwnedSecret, string>();
  return {
    of: async (secret) => owners.get(secret),
    bind: async (secret, issuer) => void owners.set(secret, issuer),
  };
}

/** What cannot be read must not set a secret free. */
function readOwners(text: string, file: string): Owners {
  try {
    const owners: unknown = JSON.parse(text);
    if (isObject(owners) && Object.values(owners).every((issuer) => typeof issuer === "string"))
      return owners as Owners;
  } catch {
    // Said below.
  }
  throw new Failure(
    "LOCAL_VAULT_BROKEN",
    `${file} cannot be read. It says which issuer your client's secret belongs to.`,
    { hint: "Name the issuer with --issuer, or delete that file." },
  );
}
