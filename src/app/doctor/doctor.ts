// What works and what does not on the way to a remote, whose move it is, and where that is specified.
import { createAuthorizer } from "../../auth/authorizer.ts";
import { probeRemote } from "../../bridge/probe-remote.ts";
import type { RemoteChallenge } from "../../core/ports/sign-in-control.ts";
import type { Settings } from "../../core/settings.ts";
import { urlForPeople } from "../../core/text/printable.ts";
import { VERSION } from "../../core/version.ts";
import { lazyKeyRing } from "../../store/keys/lazy-key-ring.ts";
import { createSecretOwners } from "../../store/secret-owners.ts";
import { createVault } from "../../store/vault.ts";
import type { Adapters } from "../adapters.ts";
import { vaultKey } from "../compose.ts";
import { givenAuthorization } from "../given-authorization.ts";
import { computerLines } from "./computer-lines.ts";
import { connectionLines } from "./connection-lines.ts";
import type { DoctorLine, DoctorReport } from "./doctor-report.ts";
import { exitCodeOf, fail, pass, warn, worst } from "./lines.ts";
import { SECTIONS } from "./sections.ts";
import { sessionLines } from "./session-lines.ts";
import { signInLines } from "./sign-in-lines.ts";
import { type FirstAnswer, watchedHttp } from "./watched-http.ts";

/** Tokens and certificates are judged by the clock; issuers allow about this much. */
const SKEW_WARN_MS = 30_000;
const SKEW_FAIL_MS = 300_000;

/**
 * @param withRemote false: this computer only
 * @throws the reason of the signal when the program is ended meanwhile
 */
export async function doctor(
  settings: Settings,
  adapters: Adapters,
  withRemote: boolean,
): Promise<DoctorReport> {
  const lifecycle = adapters.lifecycle(false);
  try {
    const lines = [...(await computerLines(settings, adapters))];
    if (withRemote) lines.push(...(await remoteLines(settings, adapters, lifecycle.signal)));
    return {
      version: 1,
      command: "doctor",
      program: VERSION,
      ...(withRemote && { remote: urlForPeople(settings.remote.url) }),
      verdict: worst(lines),
      exitCode: exitCodeOf(lines),
      lines,
    };
  } finally {
    lifecycle.close();
  }
}

async function remoteLines(
  settings: Settings,
  adapters: Adapters,
  signal: AbortSignal,
): Promise<readonly DoctorLine[]> {
  const lines = [...(await connectionLines(settings, adapters))];
  if (worst(lines) === "fail") return lines;
  const { remote, headers, network, session } = settings;
  const first: FirstAnswer = {};
  const watched = { ...adapters, http: watchedHttp(adapters.http, adapters.clock, first) };
  let challenge: RemoteChallenge | undefined;
  try {
    challenge = await probeRemote({ ...watched, remote, headers, network, settings: session }, signal);
  } catch (error) {
    signal.throwIfAborted();
    return [
      ...lines,
      fail("answer", error, undefined, { section: SECTIONS.transport, ...msOf(first) }),
      ...clockLine(first),
    ];
  }
  const says =
    challenge === undefined ? "It needs no sign-in." : `It asks for a sign-in (status ${challenge.status}).`;
  lines.push(
    pass("answer", `The server speaks MCP. ${says}`, { section: SECTIONS.transport, ...msOf(first) }),
  );
  lines.push(...clockLine(first));
  return [...lines, ...(await authorizedLines(settings, adapters, challenge, signal))];
}

async function authorizedLines(
  settings: Settings,
  adapters: Adapters,
  challenge: RemoteChallenge | undefined,
  signal: AbortSignal,
): Promise<readonly DoctorLine[]> {
  const stored = { ...adapters, settings: settings.store, key: vaultKey(settings) };
  const vault = createVault(stored, lazyKeyRing(stored));
  const secretOwners = createSecretOwners(stored);
  const isGiven = settings.headers.some(({ name }) => name === "authorization");
  const authorizer = isGiven
    ? givenAuthorization()
    : createAuthorizer({
        ...adapters,
        settings: settings.auth,
        remote: settings.remote,
        vault,
        secretOwners,
      });
  const session = () => sessionLines(settings, adapters, authorizer, signal);
  try {
    if (challenge === undefined) return await session();
    if (isGiven)
      return [fail("authorization", await refusal(challenge.status), "you", { section: SECTIONS.errors })];
    const lines = [...(await signInLines(settings, adapters, { vault, secretOwners }, challenge, signal))];
    const record = await vault.read(signal);
    if (record?.grant !== undefined) return [...lines, ...(await session())];
    const isMachine = /client_credentials|identity_assertion/.test(settings.auth.grantType.kind);
    if (!isMachine)
      lines.push(
        warn(
          "saved",
          "Nobody is signed in, so the session and the tools were not looked at.",
          "Run `mcp-drawbridge login` with the same address and flags.",
          "you",
        ),
      );
    return lines;
  } catch (error) {
    signal.throwIfAborted();
    return [fail("saved", error)];
  } finally {
    await authorizer.close();
  }
}

/** What the user's own header would be told. */
async function refusal(status: number): Promise<unknown> {
  const challenge = {
    status: status === 403 ? 403 : 401,
    wwwAuthenticate: [],
    sent: undefined,
    operation: "doctor",
    cause: "background",
  } as const;
  return givenAuthorization()
    .challenged(challenge, new AbortController().signal)
    .catch((error: unknown) => error);
}

function clockLine({ aheadMs }: FirstAnswer): readonly DoctorLine[] {
  if (aheadMs === undefined) return [];
  const apart = Math.abs(aheadMs);
  const words = `This computer's clock is ${Math.round(apart / 1_000)} s ${aheadMs > 0 ? "behind" : "ahead of"} the server's.`;
  if (apart < SKEW_WARN_MS) return [pass("clock", "This computer's clock agrees with the server's.")];
  const remedy =
    "Set this computer's clock (or have it set by the network); if it is right, tell whoever runs the server.";
  if (apart < SKEW_FAIL_MS) return [warn("clock", words, remedy, "you")];
  return [{ ...warn("clock", words, remedy, "you"), verdict: "fail" }];
}

const msOf = ({ ms }: FirstAnswer) => (ms === undefined ? {} : { ms });
