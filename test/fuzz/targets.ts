import { glob } from "./glob.ts";
import { json } from "./json.ts";
import { knownSecrets } from "./known-secrets.ts";
import { lines } from "./lines.ts";
import { record } from "./record.ts";
import { sse } from "./sse.ts";
import type { FuzzTarget } from "./target.ts";
import { wwwAuthenticate } from "./www-authenticate.ts";

/** By the name that `npm run fuzz` knows each by. */
export const TARGETS: Readonly<Record<string, FuzzTarget>> = {
  json,
  lines,
  sse,
  "www-authenticate": wwwAuthenticate,
  glob,
  "known-secrets": knownSecrets,
  record,
};
