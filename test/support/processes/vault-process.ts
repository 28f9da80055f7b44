// A process that works on a vault as it is told over IPC: what lock and key tests start several of.
//   node vault-process.js <folder> [auto|keychain|file]

import { emptyRecord } from "../../../src/core/oauth/vault-record.ts";
import type { StoreKind } from "../../../src/core/settings.ts";
import { createSystemClock } from "../../../src/platform/process/clock.ts";
import { createProcessIdentity } from "../../../src/platform/process/process-identity.ts";
import { systemRandom } from "../../../src/platform/process/random.ts";
import { createVault } from "../../../src/store/vault.ts";

/** What it can be told to do. */
export type VaultOrder =
  /** Hold the record until told to let go. */
  | { readonly do: "hold"; readonly remote: string }
  | { readonly do: "release" }
  /** Hold the record for one turn of the event loop; says when, by the clock all processes share. */
  | { readonly do: "touch"; readonly remote: string }
  | { readonly do: "write"; readonly remote: string }
  | { readonly do: "read"; readonly remote: string };

export type VaultReport =
  | { readonly event: string; readonly pid?: number | undefined }
  | {
      readonly done: VaultOrder["do"];
      readonly from?: string;
      readonly to?: string;
      readonly found?: boolean;
    }
  | { readonly failed: string; readonly message: string };

const [folder = "", kind = "file"] = process.argv.slice(2);
const free = new AbortController().signal;
const report = (what: VaultReport) => process.send?.(what);
let letGo = () => {};

function vaultOf(remote: string) {
  return createVault({
    settings: { kind: kind as StoreKind, folder, profile: "default" },
    key: { remote, profile: "default" },
    clock: createSystemClock(),
    random: systemRandom,
    identity: createProcessIdentity(),
    diagnostics: {
      enabled: true,
      event: (event, fields) => report({ event, pid: fields?.pid as number | undefined }),
      notice: () => {},
    },
    checkpoint: () => {},
  });
}

const now = () => process.hrtime.bigint().toString();
const vaults = new Map<string, ReturnType<typeof vaultOf>>();

async function obey(order: VaultOrder): Promise<VaultReport> {
  if (order.do === "release") {
    letGo();
    return { done: "release" };
  }
  const vault = vaults.get(order.remote) ?? vaultOf(order.remote);
  vaults.set(order.remote, vault);
  switch (order.do) {
    case "read":
      return { done: "read", found: (await vault.read(free)) !== undefined };
    case "write":
      await vault.exclusive("refresh", free, (held) => held.write(emptyRecord(order.remote)));
      return { done: "write" };
    case "touch": {
      const during = await vault.exclusive("refresh", free, async () => {
        const from = now();
        await new Promise((done) => setImmediate(done));
        return { from, to: now() };
      });
      return { done: "touch", ...during };
    }
    case "hold":
      void vault.exclusive("refresh", free, async () => {
        const released = new Promise<void>((done) => {
          letGo = done;
        });
        report({ done: "hold" });
        await released;
      });
      return { event: "waiting" };
  }
}

process.on("message", (order: VaultOrder) => {
  obey(order).then(report, (error: { code?: string; message: string }) =>
    report({ failed: error.code ?? "", message: error.message }),
  );
});
process.on("disconnect", () => process.exit());
report({ event: "ready" });
