// npm run bench:bombs -- [MiB]...: the longest standstill and the memory of the built program, by path, shape and size.
import { type BombShape, PATHS, SHAPES, throwBomb } from "../support/processes/bombs.ts";

const sizes = process.argv.slice(2).map(Number);
for (const mib of sizes.length > 0 ? sizes : [0.001, 0.25, 1, 8, 64]) {
  for (const shape of Object.keys(SHAPES) as BombShape[]) {
    for (const by of PATHS) {
      const { longestMs, grownBytes, tookMs, answered } = await throwBomb(by, shape, mib * 2 ** 20);
      const grown = (grownBytes / 2 ** 20).toFixed(1).padStart(7);
      const times = `${longestMs.toFixed(0).padStart(5)} ms still, ${tookMs.toFixed(0).padStart(6)} ms`;
      console.log(
        `${String(mib).padStart(6)} MiB ${shape.padEnd(8)} ${by.padEnd(5)} ${grown} MiB, ${times}${answered ? "" : " NOT ANSWERED"}`,
      );
    }
  }
}
