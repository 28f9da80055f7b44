export interface Browser {
  /**
   * Asks the system to open `url` (already checked: https, or http on loopback). Resolving does not mean that
   * a tab opened.
   * @throws Failure AUTH_BROWSER_FAILED when it certainly did not.
   */
  open(url: URL): Promise<void>;
}

/** Where the redirect arrives. */
export interface RedirectListener {
  /** Port that is bound. */
  readonly port: number;
  /** Stops listening and frees the port; answers that are being written are finished. Idempotent. */
  close(): Promise<void>;
}

/** One request to the listener, already limited in size and time: GET, `Host` is ours. */
export interface RedirectRequest {
  /** Absolute, with our own scheme, host and port. */
  readonly url: URL;
  /** Answers with an HTML page. Once. */
  respond(status: number, html: string): void;
  /** Sends the browser elsewhere (303). Once, instead of `respond`. */
  redirect(to: URL): void;
}

export interface RedirectListenerOptions {
  /** 0: any free port. */
  readonly port: number;
  /** Host of the redirect URI: decides which loopback addresses are bound, and which `Host` is accepted. */
  readonly redirectHost: string;
  /** Address to bind (containers), besides the loopback addresses that the redirect names. */
  readonly bind?: string | undefined;
  readonly onRequest: (request: RedirectRequest) => void;
}

export interface RedirectListeners {
  /** @throws Failure LOCAL_PORT_TAKEN naming the port */
  listen(options: RedirectListenerOptions): Promise<RedirectListener>;
}
