// Requests that end with one signal. A listener of each one's own would hold memory: Node's signals keep their listeners
// in a list, and a listener that was removed goes on pointing at the one behind it, and at that one's request.

export interface Abortable {
  abort(reason: unknown): void;
}

interface Group {
  readonly members: Abortable[];
  readonly onAbort: () => void;
}

const groups = new WeakMap<AbortSignal, Group>();

/** Calls `abort` of `member` when `signal` aborts, unless it has left before. */
export function joinAbortGroup(signal: AbortSignal, member: Abortable): void {
  let group = groups.get(signal);
  if (group === undefined) {
    const members: Abortable[] = [];
    const onAbort = (): void => {
      groups.delete(signal);
      for (const one of [...members]) one.abort(signal.reason);
    };
    group = { members, onAbort };
    groups.set(signal, group);
    signal.addEventListener("abort", onAbort, { once: true });
  }
  group.members.push(member);
}

export function leaveAbortGroup(signal: AbortSignal, member: Abortable): void {
  const group = groups.get(signal);
  if (group === undefined) return;
  const { members } = group;
  const at = members.indexOf(member);
  const last = members.at(-1);
  if (at < 0 || last === undefined) return;
  members[at] = last;
  members.pop();
  if (members.length > 0) return;
  // A signal that is made of others lives as long as anybody listens to it.
  signal.removeEventListener("abort", group.onAbort);
  groups.delete(signal);
}
