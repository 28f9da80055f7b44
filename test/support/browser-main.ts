// What `$BROWSER` of a spawned program runs; see browser.ts. Arguments: behaviour, log, troubles, authority, address.
import { appendFileSync, readFileSync } from "node:fs";
import { consent } from "./person.ts";

const [behaviour, log = "", troubles = "", caFile = "", url = ""] = process.argv.slice(2);
appendFileSync(log, `${url}\n`);
if (behaviour === "fail") process.exit(3);
if (behaviour === "consent") {
  try {
    const ca = readFileSync(caFile, "utf8");
    const last = (await consent(url, { ca: ca === "" ? undefined : ca })).at(-1);
    if (last?.status !== 200) appendFileSync(troubles, `${last?.status} at ${last?.url.pathname}\n`);
  } catch (error) {
    appendFileSync(troubles, `${String(error)}\n`);
  }
}
