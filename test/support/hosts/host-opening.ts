// What a host of the table says of itself.
import type { HostFacts } from "./host-table.ts";
import type { Json } from "./rpc-text.ts";

export function capabilitiesOf({ elicitation }: HostFacts): Json {
  return elicitation ? { elicitation: { form: {}, url: {} } } : {};
}

/** Of `initialize`. */
export function initializeParams(facts: HostFacts): Json {
  const { clientName: name, protocolVersion, version } = facts;
  return { protocolVersion, capabilities: capabilitiesOf(facts), clientInfo: { name, version } };
}

/** Of `server/discover`. */
export function discoverParams(facts: HostFacts): Json {
  return {
    _meta: {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": { name: facts.clientName, version: facts.version },
      "io.modelcontextprotocol/clientCapabilities": capabilitiesOf(facts),
    },
  };
}
