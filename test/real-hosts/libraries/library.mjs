// The libraries are in a folder of their own, outside of this project, so they are found by path.
import path from "node:path";
import { pathToFileURL } from "node:url";

const [modules = "", command = "", ...args] = process.argv.slice(2);

export const serverCommand = { command, args };

export function library(file) {
  return import(pathToFileURL(path.join(modules, file)).href);
}
