// A world that is broken in one place, and what `doctor` is to say of it.
import type { TestContext } from "node:test";
import type { Verdict } from "../../../src/app/doctor/doctor-report.ts";
import type { Party } from "../../../src/core/failure/failure-notes.ts";
import type { StrictIssuerOptions } from "../issuers/strict-issuer.ts";
import type { KeyPair } from "../project/certificates.ts";
import type { ProtectedRemoteOptions } from "../remotes/protected-remote.ts";
import type { Answer } from "../remotes/scripted-server.ts";

export interface World {
  readonly what: string;
  readonly id: string;
  readonly verdict?: Verdict;
  readonly party?: Party;
  readonly code?: string;
  readonly exitCode: number;
  readonly issuer?: StrictIssuerOptions;
  readonly remote?: Omit<ProtectedRemoteOptions, "issuer">;
  /** Of the remote itself. */
  readonly mcp?: Answer;
  /** Of its resource metadata. */
  readonly resourceDocument?: Answer;
  readonly issuerDocument?: Answer;
  readonly env?: Readonly<Record<string, string>>;
  /** In place of the remote's address, and what comes behind it. */
  readonly words?: (
    t: TestContext,
    url: string,
    folder: string,
  ) => Promise<readonly string[]> | readonly string[];
  readonly tls?: () => KeyPair;
  readonly aheadMs?: number;
}
