// Lists the tools of a server with the AI SDK. Arguments: folder of the packages, command, its arguments.
import { library, serverCommand } from "./library.mjs";

const { createMCPClient } = await library("@ai-sdk/mcp/dist/index.js");
const { Experimental_StdioMCPTransport } = await library("@ai-sdk/mcp/dist/mcp-stdio/index.js");
const client = await createMCPClient({ transport: new Experimental_StdioMCPTransport(serverCommand) });
console.log(Object.keys(await client.tools()).join("\n"));
await client.close();
