// Patterns of tools, against a regular expression.
import { Glob } from "../../src/core/text/glob.ts";
import { seeded } from "../support/clocks/seeded.ts";
import { difference, type FuzzTarget, pieced } from "./target.ts";

export const glob: FuzzTarget = (seed) => {
  const random = seeded(seed);
  const pattern = pieced(random, ["*", "*", "a", "a", "b", "b", ".", "["], 8);
  const text = pieced(random, ["a", "a", "a", "b", "b", "b", ".", "[", "\n"], 7);
  const parts = pattern.split("*").map((part) => part.replace(/[.[]/g, "\\$&"));
  return difference(
    [pattern, text],
    new Glob(pattern).test(text),
    new RegExp(`^${parts.join("[^]*")}$`).test(text),
  );
};
