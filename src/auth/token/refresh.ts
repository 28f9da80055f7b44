// Renews a grant: one use of each refresh token, whatever dies in between (RFC 6749 6; TOK-2, TOK-4, TOK-5, TOK-7).
import { Failure, isFailure } from "../../core/failure/failure.ts";
import type { Grant, GrantSource } from "../../core/oauth/oauth-types.ts";
import type { VaultRecord } from "../../core/oauth/vault-record.ts";
import { retryAfterMs } from "../../core/pause.ts";
import type { HeldVault } from "../../core/ports/vault.ts";
import { quoted, urlForPeople } from "../../core/text/printable.ts";
import type { Secret } from "../../core/text/secret.ts";
import type { AuthContext } from "../auth-context.ts";
import { withClient, withoutClient } from "../client/select-client.ts";
import { refusesResource } from "../protocol/issuer-quirks.ts";
import { defined } from "../protocol/json-members.ts";
import { answered } from "../protocol/oauth-error.ts";
import { grantFromTokens } from "./grant-from-tokens.ts";
import { sourceOf } from "./grant-source.ts";
import { FIRST_PAUSE_MS, RefreshTries, withIntent } from "./refresh-intent.ts";
import { type RequestedTokens, requestTokens } from "./token-request.ts";
import type { TokenError } from "./token-response.ts";

export type Renewal =
  | { readonly kind: "renewed"; readonly grant: Grant }
  /** Only a person can help. `reason` is a whole sentence. */
  | { readonly kind: "sign-in"; readonly reason: string };

/** The issuer neither renewed nor refused: it is asked again after the pause, by whoever needs the token then. */
export interface Later {
  readonly kind: "later";
  readonly afterMs: number;
  readonly failure: Failure;
}

/** Answers with neither tokens nor an error, after which no other is to be expected. */
const MOST_EMPTY_ANSWERS = 3;

/**
 * Asks once for a grant in place of the one whose access token is `seen`, or takes the one that somebody else got
 * meanwhile. Pauses are for all processes: what one has tried is not tried by the next before its time.
 * @throws Failure NETWORK_*, AUTH_CLIENT_REJECTED, LOCAL_*: nothing was sent, and the grant is kept
 */
export function renew(context: AuthContext, seen: Secret, signal: AbortSignal): Promise<Renewal | Later> {
  return context.vault.exclusive("refresh", signal, async (held): Promise<Renewal | Later> => {
    // A sibling may have renewed while we queued. Issuers that rotate refresh tokens take a second use for a theft
    // and end the whole sign-in, so look before spending.
    const record = await held.read();
    const grant = record?.grant;
    if (record === undefined || grant === undefined) return signInFor("No one is signed in any more.");
    if (!grant.accessToken.equals(seen)) return { kind: "renewed", grant };
    const { refreshToken } = grant;
    if (refreshToken === undefined) return signInFor("The sign-in expired, and there is no refresh token.");
    const source = sourceOf(grant, context.settings, record);
    if (source === undefined)
      return signInFor("The client that this sign-in was made with is missing from the saved record.");
    return new Refresh(context, held, { record, grant, refreshToken, ...source }).run(signal);
  });
}

interface Spendable extends GrantSource {
  readonly record: VaultRecord;
  readonly grant: Grant;
  readonly refreshToken: Secret;
}

/** One renewal, while the vault is held. */
class Refresh {
  readonly #context: AuthContext;
  readonly #held: HeldVault;
  readonly #given: Spendable;
  readonly #tries: RefreshTries;
  #record: VaultRecord;
  #resource: string | undefined;
  #scope: string | undefined;

  constructor(context: AuthContext, held: HeldVault, given: Spendable) {
    this.#context = context;
    this.#held = held;
    this.#given = given;
    this.#record = given.record;
    this.#tries = new RefreshTries(given.refreshToken, given.record, context.clock);
    this.#resource = given.record.learned.omitResource ? undefined : given.grant.resource;
    this.#scope = given.grant.scope;
  }

  async run(signal: AbortSignal): Promise<Renewal | Later> {
    const { waitMs } = this.#tries;
    if (waitMs > 0)
      return {
        kind: "later",
        afterMs: waitMs,
        failure: failed("the issuer had trouble with it a moment ago"),
      };
    await this.#save(withIntent(this.#record, this.#tries.begun()));
    await this.#context.checkpoint("refresh.intent-saved");
    for (;;) {
      let outcome: RequestedTokens;
      try {
        outcome = await this.#send(signal);
      } catch (error) {
        if (!isFailure(error)) throw error;
        if (error.received === "no" || error.family === "AUTH") {
          await this.#save(withIntent(this.#record, this.#tries.earlier));
          if (!isFailure(error, "NETWORK_DNS", "NETWORK_REFUSED", "NETWORK_TIMEOUT", "NETWORK_RESET"))
            throw error;
          return { kind: "later", afterMs: FIRST_PAUSE_MS, failure: unreached(error) };
        }
        // The program ends; who comes next finds the intent.
        if (error.family !== "NETWORK") throw error;
        return this.#later(unreached(error), "no answer");
      }
      const done = await this.#settle(outcome);
      if (done) return done;
    }
  }

  async #later(failure: Failure, ...of: Parameters<RefreshTries["paused"]>): Promise<Later> {
    const { intent, afterMs } = this.#tries.paused(...of);
    await this.#save(withIntent(this.#record, intent));
    return { kind: "later", afterMs, failure };
  }

  #send(signal: AbortSignal): Promise<RequestedTokens> {
    const { metadata, client, refreshToken, grant } = this.#given;
    return requestTokens(
      this.#context,
      {
        step: "Renewing the sign-in",
        metadata,
        client,
        params: {
          grant_type: "refresh_token",
          refresh_token: refreshToken.reveal(),
          scope: this.#scope,
          resource: this.#resource,
        },
        dpopKey: grant.dpopKey,
        steps: { sent: "refresh.sent", answered: "refresh.answered" },
      },
      signal,
    );
  }

  /** What the answer means; undefined: ask again. */
  async #settle(outcome: RequestedTokens): Promise<Renewal | Later | undefined> {
    const { metadata, grant } = this.#given;
    const where = urlForPeople(metadata.token_endpoint);
    switch (outcome.kind) {
      case "tokens": {
        const { client } = outcome;
        const renewed = grantFromTokens(outcome.tokens, {
          metadata,
          client,
          scope: grant.scope,
          resource: this.#resource,
          dpopKey: grant.dpopKey,
          useIdToken: this.#context.settings.useIdToken,
          nowMs: this.#context.clock.nowMs(),
          previous: grant,
        });
        // Before use: the old refresh token is already dead.
        const record = client.authLearned ? withClient(this.#record, client) : this.#record;
        await this.#save(withIntent({ ...record, grant: renewed }, undefined));
        await this.#context.checkpoint("refresh.saved");
        return { kind: "renewed", grant: renewed };
      }
      case "refused":
        return this.#refused(outcome, where);
      case "unavailable": {
        const askedMs = retryAfterMs(outcome.retryAfter, this.#context.clock.nowMs());
        const failure = failed(`POST ${where} ${answered(outcome)}`, outcome.status);
        return this.#later(failure, "trouble", askedMs);
      }
      case "senseless": {
        const failure = failed(`POST ${where} ${outcome.reason}`, outcome.status);
        // With a status of success it may well have been spent.
        if (outcome.status >= 300) return this.#later(failure, "trouble");
        if (!outcome.isObject || this.#tries.count < MOST_EMPTY_ANSWERS)
          return this.#later(failure, "no answer");
        return signInFor(`The issuer did not renew the sign-in: POST ${where} ${outcome.reason}.`);
      }
    }
  }

  async #refused(refusal: TokenError, where: string): Promise<Renewal | undefined> {
    const { client } = this.#given;
    const said = `POST ${where} ${answered(refusal)}`;
    if (this.#resource !== undefined && refusesResource(refusal)) {
      this.#resource = undefined;
      await this.#save({ ...this.#record, learned: { ...this.#record.learned, omitResource: true } });
      return undefined;
    }
    if (refusal.error === "invalid_scope" && this.#scope !== undefined) {
      this.#scope = undefined; // Left out, it means the same (RFC 6749 6).
      return undefined;
    }
    const clean = withIntent(this.#record, undefined);
    if (refusal.error === "invalid_grant") {
      const { grant: _, ...rest } = clean;
      await this.#save(rest);
      const why = this.#tries.isInDoubt
        ? " An earlier attempt got no answer, and may have used up the refresh token."
        : "";
      return signInFor(`The issuer does not renew the sign-in any more: ${said}.${why}`);
    }
    if (refusal.error === "invalid_client" && client.origin !== "dynamic") {
      await this.#save(clean);
      throw new Failure(
        "AUTH_CLIENT_REJECTED",
        `The issuer refused ${quoted(client.clientId, 100)}: ${said}.`,
      );
    }
    await this.#save(refusal.error === "invalid_client" ? this.#withoutClient(clean) : clean);
    return signInFor(`The issuer did not renew the sign-in: ${said}.`);
  }

  /** The issuer does not know the client any more, so nothing can be renewed as it. */
  #withoutClient(record: VaultRecord): VaultRecord {
    const rest = withoutClient(record, this.#given.client);
    if (rest.grant === undefined) return rest;
    const { source: _, ...grant } = rest.grant;
    return { ...rest, grant };
  }

  async #save(record: VaultRecord): Promise<void> {
    await this.#held.write(record);
    this.#record = record;
  }
}

function signInFor(reason: string): Renewal {
  return { kind: "sign-in", reason };
}

function failed(why: string, status?: number): Failure {
  return new Failure("AUTH_REFRESH_FAILED", `Renewing the sign-in failed: ${why}.`, defined({ status }));
}

/** The sentence names step and address already. */
function unreached({ message, hint, cause }: Failure): Failure {
  const kept = `${hint} The sign-in is kept, and mcp-drawbridge asks the issuer again.`;
  return new Failure("AUTH_REFRESH_FAILED", message, { hint: kept, cause });
}
