/** One format of configuration files. */
export interface DocumentFormat {
  /** @returns the value; `mistake` is the place of the first thing that cannot be read */
  read(text: string): { readonly value: unknown } | { readonly mistake: string };
  /**
   * The text with the entry `name` below `at` set, or without it. All else stays as it is, comments too.
   * @param value undefined: take it out
   */
  edit(text: string, at: readonly string[], name: string, value: unknown): string;
}
