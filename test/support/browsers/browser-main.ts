// A visit of the person before the browser of a spawned program; see browser.ts. Arguments: troubles, authority, address.
import { appendFileSync, readFileSync } from "node:fs";
import { consent } from "./person.ts";

const [troubles = "", caFile = "", url = ""] = process.argv.slice(2);
try {
  const ca = readFileSync(caFile, "utf8");
  const last = (
    await consent(url, {
      ca: ca === "" ? undefined : ca,
      proxy: process.env.HTTPS_PROXY,
    })
  ).at(-1);
  if (last?.status !== 200) appendFileSync(troubles, `${last?.status} at ${last?.url.pathname}\n`);
} catch (error) {
  appendFileSync(troubles, `${String(error)}\n`);
}
