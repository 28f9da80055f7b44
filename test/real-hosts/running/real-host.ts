// What a real host is, as far as this job has to know it.

/** The program that a host is to start as its MCP server. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** Where a host runs, and with what. */
export interface HostPlace {
  /** A home folder of this run alone. */
  readonly home: string;
  /** Its current folder, inside the home folder. */
  readonly work: string;
  /** Under this name the server goes into the host's configuration. */
  readonly serverName: string;
  readonly server: ServerCommand;
  /** Origin of the model's server, without a slash at the end. */
  readonly model: string;
  /** Path of a program that the installed packages bring. */
  bin(name: string): string;
  /** Path of an installed package's folder. */
  readonly modules: string;
  /** Writes a file below the home folder: text as it is, anything else as JSON. */
  write(name: string, content: unknown): string;
}

/** What to start. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** One way to run a host. */
export interface HostCommand {
  /** As a person would type it. */
  readonly name: string;
  /** An agent has a model, which is offered tools; a list prints what there is. */
  readonly kind: "agent" | "list";
  /** Does a list print the tools, or only the state of the server? Default: the tools. */
  readonly printsState?: true;
  /** Configures the host and says what to start. */
  prepare(place: HostPlace): Launch;
}

export interface RealHost {
  readonly name: string;
  /** Exact versions for npm; the first is the host itself. */
  readonly packages: readonly [string, ...string[]];
  /** What a person does there to have a server started again; absent where every run starts it. */
  readonly reconnect?: string;
  readonly commands: readonly HostCommand[];
}
