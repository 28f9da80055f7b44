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
    description:
      "send this header with every request; ${NAME} is read from the environment; repeatable, or one a line in DRAWBRIDGE_HEADER",
    parse: collect,
  },
  {
    usage: "--header-file <file>",
    description: "headers from a file, one `Name: value` a line; repeatable",
    parse: collect,
  },
  { usage: "--allow-http", description: "allow http:// to another computer, on a network you trust" },
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
