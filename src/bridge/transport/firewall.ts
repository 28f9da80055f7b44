// Tells what stands in front of a remote and refuses programs, or this computer: its refusal is not the remote's.
import type { IncomingHttpHeaders } from "node:http";
import { quoted } from "../../core/text/printable.ts";

type Headers = Readonly<IncomingHttpHeaders>;

const has =
  (name: string, value?: RegExp) =>
  (headers: Headers): boolean => {
    const found = textOf(headers, name);
    return found !== undefined && (value === undefined || value.test(found));
  };

/** Every value of a header as one text. */
function textOf(headers: Headers, name: string): string | undefined {
  const found = headers[name];
  return Array.isArray(found) ? found.join(", ") : found;
}

/** What only that puts into an answer. */
const KNOWN: readonly (readonly [name: string, ...marks: ((headers: Headers) => boolean)[]])[] = [
  ["Cloudflare", has("cf-mitigated"), has("cf-ray"), has("server", /^cloudflare/i)],
  ["Akamai", has("server", /akamai/i), has("x-akamai-request-id")],
  ["Imperva", has("x-iinfo"), has("x-cdn", /imperva|incapsula/i), has("set-cookie", /incap_ses|visid_incap/)],
  ["Sucuri", has("x-sucuri-id"), has("server", /sucuri/i)],
  ["DataDome", has("x-datadome"), has("server", /datadome/i)],
  ["AWS WAF", has("x-amzn-waf-action")],
  ["Amazon CloudFront", has("x-amz-cf-id"), has("server", /cloudfront/i)],
  ["an AWS load balancer", has("server", /^awselb/i)],
  ["Azure Front Door", has("x-azure-ref"), has("server", /azure/i)],
  ["Google Cloud", has("server", /^(?:google frontend|gfe)/i), has("via", /google/i)],
  ["Fastly", has("x-served-by", /^cache-/), has("server", /fastly|varnish/i)],
  ["F5 BIG-IP", has("server", /big-?ip/i), has("set-cookie", /BIGipServer/)],
  ["Fortinet", has("server", /fortiweb|fortigate/i)],
  ["Vercel", has("x-vercel-mitigated")],
];

export interface Firewall {
  /** `Cloudflare`, or as the answer names its server. */
  readonly name: string;
  /** It says itself that it refused; a page alone may be the remote's own. */
  readonly isSure: boolean;
}

const REFUSALS = ["cf-mitigated", "x-vercel-mitigated", "x-amzn-waf-action"];

/**
 * Undefined: no firewall, as far as can be told.
 * @param type media type of the body
 */
export function firewallIn(status: number, headers: Headers, type: string): Firewall | undefined {
  if (status !== 403 && status !== 503) return undefined;
  const isPage = type === "text/html" || type === "application/xhtml+xml";
  const isSure = REFUSALS.some((name) => headers[name] !== undefined);
  if (!isPage && !isSure) return undefined;
  const known = KNOWN.find(([, ...marks]) => marks.some((mark) => mark(headers)));
  const server = textOf(headers, "server");
  const unknown =
    server === undefined ? "it does not say what it is" : `it calls itself ${quoted(server, 60)}`;
  return { name: known?.[0] ?? unknown, isSure };
}

/** What the status and it mean together, as the end of a sentence. */
export function firewallWords({ name, isSure }: Firewall, status: number): string {
  return status === 503 && !isSure
    ? `something in front of the server answers in its place (${name}): it refuses this computer, or the server behind it is down`
    : `something in front of the server refuses this computer (${name})`;
}
