// Lists the tools of a server with Mastra's client. Arguments: folder of the packages, command, its arguments.
import { library, serverCommand } from "./library.mjs";

const { MCPClient } = await library("@mastra/mcp/dist/index.js");
const client = new MCPClient({ servers: { remote: serverCommand } });
console.log(Object.keys(await client.listTools()).join("\n"));
await client.disconnect();
