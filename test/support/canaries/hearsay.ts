import type { Exchange } from "../remotes/scripted-server.ts";

/** As many values as a quotation of foreign words has room for. */
const SAID_AT_ONCE = 6;

/**
 * What the remote and the hostile issuer were sent, and tell each other. They say it again without the names by which a
 * pattern would know it: whoever writes down what they say, writes that down.
 */
export class Hearsay {
  #heard: string[] = [];

  hear({ headers, form, url }: Exchange): void {
    const [, credential = ""] = (headers.authorization ?? "").split(" ");
    const basic = Buffer.from(credential, "base64").toString("latin1");
    const values = [
      ...url.searchParams.values(),
      ...[...form].filter(([name]) => SECRET_FIELDS.test(name)).map(([, value]) => value),
      String(headers["x-api-key"] ?? ""),
      ...(/^[ -~]+$/.test(basic) ? basic.split(":").slice(1) : [credential]),
    ];
    this.#heard = [
      ...new Set([...values.filter((value) => /^[\w.~+/=-]{16,}$/.test(value)), ...this.#heard]),
    ];
  }

  /** The newest of it. */
  say(exchange: Exchange): string {
    this.hear(exchange);
    return this.#heard.slice(0, SAID_AT_ONCE).join(" - ");
  }
}

const SECRET_FIELDS = /token$|secret|code|assertion$/;
