// A person with a browser, played over plain HTTP: follows redirects, keeps cookies, fills in whatever form comes up
// and presses its button, as somebody who consents.
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { HttpsProxyAgent } from "https-proxy-agent";

export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly html: string;
}

export interface PersonOptions {
  /** PEM text of authorities to trust. */
  readonly ca?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** For https addresses. */
  readonly proxy?: string | undefined;
}

const MOST_STEPS = 20;

/**
 * Goes to `start` and on until a page has no form to fill in.
 * @returns every page and redirect on the way, the last one last
 */
export async function consent(start: URL | string, options: PersonOptions = {}): Promise<Page[]> {
  const jar = new Map<string, Map<string, string>>();
  const visited: Page[] = [];
  let next: { url: URL; form?: URLSearchParams } | undefined = { url: new URL(start) };
  while (next) {
    if (visited.length >= MOST_STEPS) throw new Error(`no end after ${MOST_STEPS} pages: ${next.url}`);
    const { url, form }: { url: URL; form?: URLSearchParams } = next;
    const response = await fetchPage(url, form, jar, options);
    const html = await textOf(response);
    visited.push({ url, status: response.statusCode ?? 0, html });
    const { location } = response.headers;
    next = location === undefined ? formOf(html, url) : { url: new URL(location, url) };
  }
  return visited;
}

function fetchPage(
  url: URL,
  form: URLSearchParams | undefined,
  jar: Map<string, Map<string, string>>,
  { ca, signal, proxy }: PersonOptions,
): Promise<IncomingMessage> {
  const cookies = jar.get(url.hostname) ?? new Map<string, string>();
  jar.set(url.hostname, cookies);
  const options: RequestOptions & { ca?: string } = {
    method: form ? "POST" : "GET",
    headers: {
      accept: "text/html",
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
      ...(form ? { "content-type": "application/x-www-form-urlencoded" } : {}),
    },
    agent: proxy && url.protocol === "https:" ? new HttpsProxyAgent(proxy) : false,
    ...(signal ? { signal } : {}),
    ...(ca && url.protocol === "https:" ? { ca } : {}),
  };
  return new Promise((done, failed) => {
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    const outgoing = send(url, options, (response) => {
      for (const line of response.headers["set-cookie"] ?? []) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (name) value ? cookies.set(name, value) : cookies.delete(name);
      }
      done(response);
    });
    outgoing.once("error", failed);
    outgoing.end(form?.toString());
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** The first form of a page, filled in: hidden fields as they are, everything else with something. */
function formOf(html: string, base: URL): { url: URL; form: URLSearchParams } | undefined {
  const [, attributes, inside] = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(html) ?? [];
  if (attributes === undefined || inside === undefined) return undefined;
  if (!/method=["']?post/i.test(attributes)) return undefined;
  const form = new URLSearchParams();
  for (const [, input = ""] of inside.matchAll(/<input\b([^>]*)>/gi)) {
    const name = attribute(input, "name");
    if (name === undefined) continue;
    form.append(name, attribute(input, "value") || (name === "login" ? "person" : "anything"));
  }
  return { url: new URL(attribute(attributes, "action") ?? "", base), form };
}

function attribute(text: string, name: string): string | undefined {
  const value = new RegExp(`\\b${name}=(?:"([^"]*)"|'([^']*)')`, "i").exec(text);
  return (value?.[1] ?? value?.[2])?.replaceAll("&amp;", "&");
}
