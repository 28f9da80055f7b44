// Faults of what lies between hosts and remotes of two eras.

export default [
  {
    id: "ERA-4",
    what: "a value that only looks encoded is sent as it is",
    file: "src/bridge/era/mirrored-headers.ts",
    from: " && !SENTINEL.test(text)",
    to: "",
  },
  {
    id: "ERA-4",
    what: "one header may be named twice",
    file: "src/bridge/era/param-headers.ts",
    from: "names.size < found.length",
    to: "names.size > found.length",
  },
  {
    id: "ERA-4",
    what: "a call that was refused for its headers is not sent again",
    file: "src/bridge/translating/modern-exchange.ts",
    from: 'request.method !== "tools/call" || !isMismatch(first)',
    to: 'request.method !== "" || !isMismatch(first)',
  },
  {
    id: "ERA-7",
    what: "a member that was edited loses its place",
    file: "src/bridge/era/raw-object.ts",
    from: "if (at < 0) this.#members.push(member);",
    to: "if (at < 1) this.#members.push(member);",
  },
  {
    id: "ERA-2",
    what: "a bare 404 says nothing of the era",
    file: "src/bridge/translating/remote-era.ts",
    from: "const BARE_REFUSALS = new Set([400, 404,",
    to: "const BARE_REFUSALS = new Set([400,",
  },
  {
    id: "ERA-2",
    what: "a remote's only era is not kept",
    file: "src/bridge/translating/remote-era.ts",
    from: "this.#options.onOnly(only);",
    to: "void only;",
  },
  {
    id: "ERA-2",
    what: "a person is asked what the host did not offer",
    file: "src/bridge/era/input-requests.ts",
    from: 'return isObject(capabilities.sampling) ? undefined : "sampling";',
    to: "return undefined;",
  },
  {
    id: "ERA-2",
    what: "rounds have no end",
    file: "src/bridge/translating/input-rounds.ts",
    from: "if (rounds.count > MAX_ROUNDS)",
    to: "if (rounds.count > 10 * MAX_ROUNDS)",
  },
  {
    id: "ERA-2",
    what: "a listen that broke is not opened again",
    file: "src/bridge/translating/modern-listen.ts",
    from: "await Promise.race([isRefused ?",
    to: "await Promise.race([!isRefused ?",
  },
];
