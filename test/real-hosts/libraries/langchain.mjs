// Lists the tools of a server with LangChain's adapters. Arguments: folder of the packages, command, its arguments.
import { library, serverCommand } from "./library.mjs";

const { MultiServerMCPClient } = await library("@langchain/mcp-adapters/dist/index.js");
const client = new MultiServerMCPClient({ remote: { transport: "stdio", ...serverCommand } });
const tools = await client.getTools();
console.log(tools.map(({ name }) => name).join("\n"));
await client.close();
