// Renews a grant: one use of each refresh token, whatever dies in between (RFC 6749 6; TOK-2, TOK-4, TOK-5, TOK-7).
import { createHash } from "node:crypto";
import { Failure, isFailure } from "../../core/failure/failure.ts";
import type { Grant, GrantSource } from "../../core/oauth/oauth-types.ts";
import type { RefreshIntent, VaultRecord } from "../../core/oauth/vault-record.ts";
import type { HeldVault } from "../../core/ports/vault.ts";
import { quoted, urlForPeople } from "../../core/text/printable.ts";
import type { Secret } from "../../core/text/secret.ts";
import type { AuthContext } from "../auth-context.ts";
import { withoutClient } from "../client/select-client.ts";
import { refusesResource } from "../protocol/issuer-quirks.ts";
import { refusalText } from "../protocol/oauth-error.ts";
import { grantFromTokens } from "./grant-from-tokens.ts";
import { sourceOf } from "./grant-source.ts";
import { requestTokens } from "./token-request.ts";
import type { TokenError, TokenOutcome } from "./token-response.ts";

export type Renewal =
  | { readonly kind: "renewed"; readonly grant: Grant }
  /** Only a person can help. `reason` is a whole sentence. */
  | { readonly kind: "sign-in"; readonly reason: string };

/** A refresh token that got no answer twice may be spent: a third use could look like a theft (RFC 9700 4.14.2). */
const MAX_ATTEMPTS = 2;

/**
 * Renews the grant whose access token is `seen`, or takes the one that somebody else got meanwhile.
 * @throws Failure AUTH_REFRESH_FAILED, NETWORK_*, LOCAL_*: the grant is kept, and it may work later
 */
export function renew(context: AuthContext, seen: Secret, signal: AbortSignal): Promise<Renewal> {
  return context.vault.exclusive("refresh", signal, async (held): Promise<Renewal> => {
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
  readonly #hash: string;
  #record: VaultRecord;
  #resource: string | undefined;
  #scope: string | undefined;

  constructor(context: AuthContext, held: HeldVault, given: Spendable) {
    this.#context = context;
    this.#held = held;
    this.#given = given;
    this.#record = given.record;
    this.#hash = createHash("sha256").update(given.refreshToken.reveal()).digest("base64url");
    this.#resource = given.record.learned.omitResource ? undefined : given.grant.resource;
    this.#scope = given.grant.scope;
  }

  async run(signal: AbortSignal): Promise<Renewal> {
    for (let attempts = this.#inDoubt(); attempts < MAX_ATTEMPTS; attempts = this.#inDoubt()) {
      await this.#save(withIntent(this.#record, this.#intent(attempts + 1)));
      await this.#context.checkpoint("refresh.intent-saved");
      let outcome: TokenOutcome;
      try {
        outcome = await this.#send(signal);
      } catch (error) {
        if (!isFailure(error)) throw error;
        const unsent = error.received === "no";
        // Nobody knows whether it was spent: once more.
        if (!unsent && error.family === "NETWORK") continue;
        await this.#save(
          withIntent(this.#record, unsent && attempts > 0 ? this.#intent(attempts) : undefined),
        );
        throw error;
      }
      const done = await this.#settle(outcome);
      if (done) return done;
    }
    return signInFor("Two refresh attempts got no answer, so the refresh token may be used up.");
  }

  /** How often this very token was sent without an answer. */
  #inDoubt(): number {
    const { refreshIntent } = this.#record;
    return refreshIntent?.refreshTokenHash === this.#hash ? refreshIntent.attempts : 0;
  }

  #intent(attempts: number): RefreshIntent {
    return { refreshTokenHash: this.#hash, startedAtMs: this.#context.clock.nowMs(), attempts };
  }

  #send(signal: AbortSignal): Promise<TokenOutcome> {
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
  async #settle(outcome: TokenOutcome): Promise<Renewal | undefined> {
    const { metadata, client, grant } = this.#given;
    const where = urlForPeople(metadata.token_endpoint);
    switch (outcome.kind) {
      case "tokens": {
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
        await this.#save(withIntent({ ...this.#record, grant: renewed }, undefined));
        await this.#context.checkpoint("refresh.saved");
        return { kind: "renewed", grant: renewed };
      }
      case "refused":
        return this.#refused(outcome, where);
      case "unavailable":
        await this.#save(withIntent(this.#record, undefined));
        throw failed(`POST ${where} answered ${outcome.status}`, outcome.status);
      case "senseless":
        // With a status of success it may well have been spent: in doubt, as if no answer had come.
        if (outcome.status >= 200 && outcome.status < 300) return undefined;
        await this.#save(withIntent(this.#record, undefined));
        throw failed(`POST ${where} ${outcome.reason}`, outcome.status);
    }
  }

  async #refused(refusal: TokenError, where: string): Promise<Renewal | undefined> {
    const { client } = this.#given;
    const clean = withIntent(this.#record, undefined);
    const said = `POST ${where} answered ${refusal.status} with ${refusalText(refusal)}`;
    if (this.#resource !== undefined && refusesResource(refusal)) {
      this.#resource = undefined;
      await this.#save({ ...clean, learned: { ...clean.learned, omitResource: true } });
      return undefined;
    }
    if (refusal.error === "invalid_scope" && this.#scope !== undefined) {
      this.#scope = undefined; // Left out, it means the same (RFC 6749 6).
      await this.#save(clean);
      return undefined;
    }
    if (refusal.error === "invalid_grant") {
      const { grant: _, ...rest } = clean;
      await this.#save(rest);
      return signInFor(`The issuer does not renew the sign-in any more: ${said}.`);
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

function withIntent(record: VaultRecord, intent: RefreshIntent | undefined): VaultRecord {
  const { refreshIntent: _, ...rest } = record;
  return intent === undefined ? rest : { ...rest, refreshIntent: intent };
}

function signInFor(reason: string): Renewal {
  return { kind: "sign-in", reason };
}

function failed(why: string, status: number): Failure {
  return new Failure("AUTH_REFRESH_FAILED", `Renewing the sign-in failed: ${why}.`, { status });
}
