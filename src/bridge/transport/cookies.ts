// Cookies of the remote: kept in memory, sent back to its own origin, bounded. Loaded only when it sets one (NET-10).

import type { CookieJar } from "tough-cookie";

const MAX_COOKIES = 50;
const MAX_COOKIE_CHARACTERS = 4_096;

export class Cookies {
  #jar: CookieJar | undefined;
  readonly #names = new Set<string>();

  /** Value for the `cookie` header; undefined: none. */
  header(url: URL): string | undefined {
    return this.#jar?.getCookieStringSync(url.href) || undefined;
  }

  /** Keeps what an answer sets. */
  async keep(url: URL, setCookie: readonly string[]): Promise<void> {
    const { Cookie, CookieJar } = await import("tough-cookie");
    this.#jar ??= new CookieJar();
    for (const text of setCookie) {
      if (text.length > MAX_COOKIE_CHARACTERS) continue;
      const cookie = Cookie.parse(text);
      if (cookie === undefined) continue;
      const name = `${cookie.domain ?? ""} ${cookie.path ?? ""} ${cookie.key}`;
      if (!this.#names.has(name) && this.#names.size >= MAX_COOKIES) continue;
      this.#names.add(name);
      // Wrong domains and the like are not our trouble: such a cookie is not kept.
      this.#jar.setCookieSync(cookie, url.href, { ignoreError: true });
    }
  }
}
