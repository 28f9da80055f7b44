// A remote that keeps its clients to the order of the handshake.
import { kindOf, rpcError } from "../hosts/rpc-text.ts";
import { ScriptedRemote } from "./scripted-remote.ts";
import type { Answer, Exchange } from "./scripted-server.ts";

/** Ends the session of who asks for something that it may not know of yet. */
export class StrictRemote extends ScriptedRemote {
  readonly overtaking: string[] = [];
  #isOpen = false;

  protected override async answer(exchange: Exchange): Promise<Answer> {
    const kind = kindOf(exchange);
    if (kind === "initialize") this.#isOpen = false;
    if (exchange.body.includes("notifications/initialized")) this.#isOpen = true;
    // What was sent in an earlier session may be late.
    else if (kind !== "initialize" && kind !== "DELETE" && !this.#isOpen && this.knowsSession(exchange)) {
      this.overtaking.push(kind);
      this.sessions.clear();
      return { status: 400, body: rpcError(null, -32600, "not initialized") };
    }
    return super.answer(exchange);
  }
}
