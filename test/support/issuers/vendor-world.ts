// A vendor's server and issuer under their real names: an HTTPS proxy leads the names to this computer, where they answer
// with certificates of an authority that the program is told to trust. So a configuration runs exactly as it is written.
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { type BrowserProgram, browserProgram } from "../browsers/browser.ts";
import { createAuthority, createLeaf } from "../project/certificates.ts";
import { temporaryFolder } from "../project/temporary-folder.ts";
import {
  type ProtectedRemote,
  type ProtectedRemoteOptions,
  startProtectedRemote,
} from "../remotes/protected-remote.ts";
import { startSmallProxy } from "../remotes/small-proxy.ts";
import { type StrictIssuer, type StrictIssuerOptions, startStrictIssuer } from "./strict-issuer.ts";

export interface Vendor {
  /** Hosts of the issuer, its own first: all its endpoints are one server. */
  readonly issuerHosts: readonly [string, ...string[]];
  readonly remoteHost: string;
  readonly issuer: StrictIssuerOptions;
  readonly remote: ProtectedRemoteOptions;
}

export interface VendorWorld {
  readonly issuer: StrictIssuer;
  readonly remote: ProtectedRemote;
  readonly browser: BrowserProgram;
  /** For the host that starts the program. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts it, and ends it after the test. */
export async function vendorWorld(t: TestContext, vendor: Vendor): Promise<VendorWorld> {
  const { issuerHosts, remoteHost } = vendor;
  const authority = await createAuthority();
  const tls = await createLeaf(authority, { names: [...issuerHosts, remoteHost] });
  const issuer = await startStrictIssuer({ ...vendor.issuer, tls, origin: `https://${issuerHosts[0]}` });
  t.after(() => issuer.close());
  const remote = await startProtectedRemote({
    ...vendor.remote,
    issuer,
    tls,
    origin: `https://${remoteHost}`,
  });
  t.after(() => remote.close());
  const leads = Object.fromEntries(issuerHosts.map((host) => [`${host}:443`, issuer.server.port]));
  // Last: a server that is its own issuer serves the issuer's metadata itself.
  const proxy = await startSmallProxy({ leads: { ...leads, [`${remoteHost}:443`]: remote.server.port } });
  t.after(() => proxy.close());
  const browser = browserProgram({ ca: authority.cert });
  t.after(() => browser.remove());
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const caFile = path.join(folder.path, "ca.pem");
  writeFileSync(caFile, authority.cert);
  const env = {
    ...browser.env,
    HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
    NODE_EXTRA_CA_CERTS: caFile,
  };
  return { issuer, remote, browser, env };
}
