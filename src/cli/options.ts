import { type Command, InvalidArgumentError, Option } from "commander";
import type { StoreKind } from "../core/settings.ts";

/** What the parsers below make of the flags. Absent: not given, and no default. */
export interface ConnectionOptions {
  readonly header?: readonly string[];
  readonly headerFile?: readonly string[];
  readonly allowHttp?: boolean;
  readonly staticOauthClientInfo?: string;
  readonly staticOauthClientMetadata?: string;
  readonly clientMetadataUrl?: URL;
  readonly scope?: string;
  readonly resource?: string;
  readonly host: string;
  readonly authTimeout: number;
  readonly store: StoreKind;
  readonly configDir?: string;
  readonly caFile?: string;
  readonly debug?: boolean;
  readonly silent?: boolean;
}

/** Adds the flags that say how to reach and sign in to one remote; every command that names a URL takes them. */
export function addConnectionOptions(command: Command): Command {
  for (const [group, options] of connectionOptions()) {
    for (const option of options) command.addOption(option.helpGroup(group));
  }
  return command;
}

function connectionOptions(): [group: string, options: Option[]][] {
  return [
    [
      "Requests:",
      [
        new Option(
          "--header <name: value>",
          "send this header with every request; ${NAME} is read from the environment; repeatable",
        ).argParser(collect),
        new Option(
          "--header-file <file>",
          "headers from a file, one `Name: value` a line; repeatable",
        ).argParser(collect),
        new Option("--allow-http", "allow http:// to another computer, on a network you trust"),
      ],
    ],
    [
      "Client:",
      [
        new Option(
          "--static-oauth-client-info <json|@file>",
          "the client you registered at the issuer: client_id, optionally client_secret, issuer",
        ),
        new Option(
          "--static-oauth-client-metadata <json|@file>",
          "members to register the client with, such as client_name or scope",
        ),
        new Option(
          "--client-metadata-url <url>",
          "your client id metadata document, for issuers that take one",
        ).argParser(clientIdUrl),
      ],
    ],
    [
      "Sign-in:",
      [
        new Option("--scope <scopes>", "ask for these scopes instead of those the server names"),
        new Option("--resource <uri>", "the resource indicator to send, word for word"),
        new Option("--host <name>", "host of the redirect address").default("localhost").argParser(hostName),
        new Option("--auth-timeout <seconds>", "how long a sign-in may take")
          .argParser(seconds)
          .default(300_000, "300"),
      ],
    ],
    [
      "Storage:",
      [
        new Option("--store <where>", "where the key to the saved sign-ins is kept")
          .choices(["auto", "keychain", "file", "memory"])
          .default("auto"),
        new Option("--config-dir <folder>", "where everything is kept between runs"),
      ],
    ],
    ["Network:", [new Option("--ca-file <pem>", "also trust the certificate authorities in this file")]],
    [
      "Troubleshooting:",
      [
        new Option("--debug", "write every event to a file and print its path"),
        new Option("--silent", "say nothing on stderr but errors"),
      ],
    ],
  ];
}

function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** Seconds on the command line, milliseconds inside. */
function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value <= 0 || value > 2_000_000) {
    throw new InvalidArgumentError("A number of seconds is needed.");
  }
  return Math.round(value * 1_000);
}

/** A client id metadata document has an https URL with a path (MCP client registration, REG-6). */
function clientIdUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "https:" || url.pathname === "/") {
    throw new InvalidArgumentError("An https:// URL with a path is needed.");
  }
  return url;
}

/** Only a name or an address: the redirect address is built from it. */
function hostName(text: string): string {
  const ok = /^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])$/.test(text) && URL.canParse(`http://${text}/`);
  if (!ok) throw new InvalidArgumentError("A host name or an address is needed, without scheme and port.");
  return text.toLowerCase();
}

/** 1 to 65535. */
export function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 65_535) {
    throw new InvalidArgumentError("A port is a number from 1 to 65535.");
  }
  return value;
}
