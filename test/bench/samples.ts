// What was measured: by metric and candidate, all samples of one run.

/** Takes one sample of a metric; undefined is what this system cannot measure. */
export type Take = (metric: string, value: number | undefined) => void;

export class Samples {
  readonly #all = new Map<string, Map<string, number[]>>();

  /** Takes samples of one candidate. */
  of(name: string): Take {
    return (metric, value) => {
      if (value === undefined) return;
      const byName = this.#all.get(metric) ?? new Map<string, number[]>();
      this.#all.set(metric, byName.set(name, [...(byName.get(name) ?? []), value]));
    };
  }

  /** In the order they were taken. */
  values(metric: string, name: string): readonly number[] {
    return this.#all.get(metric)?.get(name) ?? [];
  }
}

/** Undefined without values. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** The same, beginning with another one each round, so that nobody is always first on a machine that gets warm. */
export function rotated<T>(all: readonly T[], round: number): readonly T[] {
  const first = round % Math.max(1, all.length);
  return [...all.slice(first), ...all.slice(0, first)];
}
