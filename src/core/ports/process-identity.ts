/** Which process, on which machine: what an owner writes beside a lock so that others can tell whether it lives. */
export interface ProcessFacts {
  readonly pid: number;
  /**
   * When the process started, in a form that only means something on its own system: two processes with one
   * pid never share it. Absent where the system does not tell.
   */
  readonly startedAt?: string;
  readonly hostName: string;
  /** One boot of one machine. Absent where the system does not tell. */
  readonly bootId?: string;
  /** The pid means something only inside it (containers). Absent where there is no such thing. */
  readonly pidNamespace?: string;
}

/** `elsewhere`: another machine, boot or container, so its pid says nothing. */
export type Liveness = "running" | "suspended" | "dead" | "elsewhere";

/** The processes of this computer as locks see them. */
export interface ProcessIdentity {
  /** This process. Read once, when first asked. */
  self(): ProcessFacts;
  /** Is that process alive? pid *and* start time decide; a zombie is dead, a stopped one is `suspended`. */
  liveness(facts: ProcessFacts): Promise<Liveness>;
  /** Milliseconds since the computer started, the same for all its processes; no clock change moves it. */
  uptimeMs(): number;
  /** Absent on Windows, where files have no such owner. */
  readonly userId: number | undefined;
}
