import type { UserHeader } from "../../core/settings.ts";
import type { PathContext } from "../inputs/files.ts";
import { parseHeader, readHeaderFile } from "../inputs/headers.ts";
import type { Flag } from "./flag.ts";
import { collect } from "./values.ts";

export interface RequestFlags {
  readonly header?: readonly string[];
  readonly headerFile?: readonly string[];
  readonly allowHttp?: boolean;
}

export const requestFlags: readonly Flag[] = [
  {
    usage: "--header <name: value>",
    parse: collect,
  },
  {
    usage: "--header-file <file>",
    parse: collect,
  },
  { usage: "--allow-http" },
];

/** @throws Failure USAGE_* */
export function readHeaders(flags: RequestFlags, context: PathContext): UserHeader[] {
  const flag = context.named("--header");
  return [
    ...(flags.headerFile ?? []).flatMap((file) => readHeaderFile(file, context)),
    ...(flags.header ?? []).map((text, at, { length }) =>
      parseHeader(text, context, length === 1 ? flag : `${flag}, number ${at + 1}`),
    ),
  ];
}
