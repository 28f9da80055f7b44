// Cookies of the remote: kept in memory, sent back to its own origin, bounded. Loaded only when it sets one (NET-10).

import type { CookieJar } from "tough-cookie";

export interface Cookies {
  /** Value for the `cookie` header; undefined: none. */
  header(url: URL): string | undefined;
  /** Keeps what an answer sets. */
  keep(url: URL, setCookie: readonly string[]): Promise<void>;
}

const MAX_COOKIES = 50;
const MAX_COOKIE_CHARACTERS = 4_096;

export function createCookies(): Cookies {
  let jar: CookieJar | undefined;
  const names = new Set<string>();

  return {
    header(url) {
      const text = jar?.getCookieStringSync(url.href);
      return text === "" ? undefined : text;
    },
    async keep(url, setCookie) {
      const { Cookie, CookieJar } = await import("tough-cookie");
      jar ??= new CookieJar();
      for (const text of setCookie) {
        if (text.length > MAX_COOKIE_CHARACTERS) continue;
        const cookie = Cookie.parse(text);
        if (cookie === undefined) continue;
        const name = `${cookie.domain ?? ""} ${cookie.path ?? ""} ${cookie.key}`;
        if (!names.has(name) && names.size >= MAX_COOKIES) continue;
        names.add(name);
        // Wrong domains and the like are not our trouble: such a cookie is not kept.
        jar.setCookieSync(cookie, url.href, { ignoreError: true });
      }
    },
  };
}
