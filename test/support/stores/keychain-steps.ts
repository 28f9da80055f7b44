// Uses the real keychain of its session, step by step, and prints what came of each.
//   node keychain-steps.js <folder> (save|read|describe|five|kind=<kind>)...

import { keychainHelp as realHelp } from "../../../src/app/adapters.ts";
import { isFailure } from "../../../src/core/failure/failure.ts";
import type { StoreKind } from "../../../src/core/settings.ts";
import { loadKeychain } from "../../../src/store/keys/keychain.ts";
import { openVault } from "./store.ts";

const keychainHelp = realHelp(process.env, process.platform, { userId: process.getuid?.() });
const [folder = "", ...steps] = process.argv.slice(2);
let kind: StoreKind = "auto";

for (const step of steps) {
  const [name, value] = step.split("=");
  const vault = openVault({ folder, kind, keychainHelp });
  try {
    if (name === "kind") kind = value as StoreKind;
    if (name === "save") console.log(await vault.save("token").then(() => "saved"));
    if (name === "read") console.log(await vault.saved());
    if (name === "describe") console.log((await vault.describe()).keySource);
    if (name === "five") await five();
  } catch (error) {
    console.log(isFailure(error) ? `${error.code} ${error.message} ${error.hint}` : error);
  }
}
process.exit();

async function five() {
  const keychain = await loadKeychain();
  const service = "mcp-drawbridge-test";
  console.log("get", await keychain.getPassword(service, "a"));
  await keychain.setPassword(service, "a", "secret");
  console.log("get", await keychain.getPassword(service, "a"));
  console.log("credentials", JSON.stringify(await keychain.findCredentials(service)));
  console.log("find", await keychain.findPassword(service));
  console.log("delete", await keychain.deletePassword(service, "a"));
  console.log("delete", await keychain.deletePassword(service, "a"));
  console.log("get", await keychain.getPassword(service, "a"));
}
