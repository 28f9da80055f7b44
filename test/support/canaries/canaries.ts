// Secrets that are each unique, and where each may be seen. Anywhere else, in whatever encoding, is a fault.

/** Who can get a request. The hostile issuer may name the honest one's endpoints as its own; the reverse never happens. */
export type Place = "remote" | "honest" | "hostile" | "provider";
export type Issuer = "honest" | "hostile";

/** Where what belongs to an issuer may go. */
export const PLACES_OF: Readonly<Record<Issuer, readonly Place[]>> = {
  honest: ["honest"],
  hostile: ["hostile", "honest"],
};

/** A place, and the text that came there. */
export type Sighting = readonly [place: Place, text: string];

interface Canary {
  readonly name: string;
  /** Undefined: the first issuer that gets it becomes the owner. */
  places: readonly Place[] | undefined;
  /** Nobody but a person at a terminal may make that first use. */
  readonly loginOnly: boolean;
  readonly forms: readonly string[];
}

/** A piece this long is as good as the whole, and shorter than a cut would leave. */
const PIECE = 16;

export class Canaries {
  readonly #all = new Map<string, Canary>();

  get count(): number {
    return this.#all.size;
  }

  /** @param places undefined: it belongs to whoever gets it first */
  add(name: string, value: string, places: readonly Place[] | undefined, loginOnly = false): string {
    if (!this.#all.has(value)) this.#all.set(value, { name, places, loginOnly, forms: formsOf(value) });
    return value;
  }

  /** What was sent where it does not belong, in one step of a world in which the remote names `current`. */
  misplaced(sightings: readonly Sighting[], current: Issuer, isLogin: boolean): string[] {
    const wrong: string[] = [];
    for (const canary of this.#all.values()) {
      const at = new Set(sightings.filter(([, text]) => isIn(text, canary)).map(([place]) => place));
      if (canary.places === undefined && (at.has("honest") || at.has("hostile"))) {
        if (canary.loginOnly && !isLogin) wrong.push(`${canary.name} was used without a person`);
        canary.places = PLACES_OF[at.has("hostile") ? "hostile" : current];
      }
      for (const place of at)
        if (canary.places?.includes(place) !== true) wrong.push(`${canary.name} was sent to ${place}`);
    }
    return wrong;
  }

  /** What of `text`, which anybody may read, nobody may. */
  told(where: string, text: string): string[] {
    return [...this.#all.values()]
      .filter((canary) => isIn(text, canary))
      .map(({ name }) => `${name} is in ${where}`);
  }
}

function isIn(text: string, { forms }: Canary): boolean {
  return forms.some((form) => text.includes(form));
}

/** Its first and its last piece, plain, in a URL and in Base64 of any alignment. */
function formsOf(value: string): string[] {
  const random = value.slice(-2 * PIECE);
  const pieces = [random.slice(0, PIECE), random.slice(-PIECE)];
  return [...new Set(pieces.flatMap((piece) => [piece, encodeURIComponent(piece), ...base64(piece)]))];
}

/** Behind no, one and two other bytes, without the characters that those share. */
function base64(piece: string): string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(piece)]);
    const shared = Math.ceil((before * 8) / 6);
    const text = bytes.toString("base64").slice(shared, Math.floor((bytes.length * 8) / 6));
    return [text, text.replaceAll("+", "-").replaceAll("/", "_")];
  });
}
