// npm run test:soak [-- <seconds>]: the soak for ten minutes, or as long as one likes.
import { assertSound, soak } from "./support/hosts/soak.ts";

const seconds = Number(process.argv[2] ?? 600);
const result = await soak(seconds);
const { samples, ...counts } = result;
console.log(JSON.stringify(counts));
for (const [second, { rssKiB, descriptors }] of samples.entries()) {
  if (second % 10 === 0) console.log(`${second} s: ${rssKiB} KiB, ${descriptors} descriptors`);
}
assertSound(result, seconds);
console.log("sound");
