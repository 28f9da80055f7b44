// Saves a token if one is given, and says in either case which one is saved then, or the code of the failure.
//   node save-and-say.js <folder> [token]
import { openVault } from "../stores/store.ts";

const [folder = "", token] = process.argv.slice(2);
const vault = openVault({ folder });
const said = (step: Promise<string | undefined>) =>
  step.then(
    (text) => console.log(text ?? "nothing"),
    (error: { code: string }) => console.log(error.code),
  );

if (token !== undefined) await said(vault.save(token).then(() => `saved ${token}`));
await said(vault.saved());
