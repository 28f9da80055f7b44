// A host that keeps its environment to itself: the program below it gets what the SDK's stdio client passes on by default.
import { PROGRAM } from "../project/program.ts";

const PASSED_ON = ["HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER"];

/** Starts the program as such a host does, and is its parent while it runs. */
const HOST = `
  const env = Object.fromEntries(
    ${JSON.stringify(PASSED_ON)}.flatMap((name) => name in process.env ? [[name, process.env[name]]] : []));
  const options = { stdio: "inherit", env };
  const child = require("node:child_process").spawn(process.execPath, process.argv.slice(1), options);
  child.on("exit", (code) => process.exit(code ?? 1));`;

/** For `StdioHostOptions.command`; `env` there is the environment of the host itself. */
export const BARE_HOST: readonly string[] = [process.execPath, "-e", HOST, "--", PROGRAM];
