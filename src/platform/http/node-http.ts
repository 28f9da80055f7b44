// Node's HTTP, not imported: an import reads every member of the module, among them those for which Node 22 and newer loads
// `fetch`, WebSocket and HTTP/2, which costs each start about as much as all the rest of Node.

export const { Agent, createServer, IncomingMessage, request, STATUS_CODES } =
  process.getBuiltinModule("node:http");
