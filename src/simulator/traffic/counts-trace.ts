// Traces of counts: whole numbers parted by white space, one a step.

import type { CountsTrace } from "./trace-data.ts";
import { TraceProblem } from "./trace-problem.ts";

const ZERO = 0x30;
const NEWLINE = 0x0a;
const COUNT_MAX = 4_294_967_295;

/** Returns the counts. Throws TraceProblem. */
export function parseCounts(bytes: Uint8Array, stepSeconds: number): CountsTrace {
  // Every count has a digit and something behind it.
  const counts = new Uint32Array((bytes.length + 1) >>> 1);
  let [length, value, line] = [0, -1, 1];
  for (let at = 0; at <= bytes.length; at += 1) {
    const byte = bytes[at] ?? NEWLINE;
    if (byte >= ZERO && byte <= ZERO + 9) {
      value = Math.max(0, value) * 10 + (byte - ZERO);
      if (value > COUNT_MAX) throw new TraceProblem(line, `count ${length + 1} is above ${COUNT_MAX}`);
    } else if (isSpace(byte)) {
      if (value >= 0) {
        counts[length] = value;
        length += 1;
        value = -1;
      }
      if (byte === NEWLINE) line += 1;
    } else {
      const shown = JSON.stringify(String.fromCharCode(byte));
      throw new TraceProblem(line, `${shown} in count ${length + 1}; counts are whole numbers`);
    }
  }
  if (length === 0) throw new TraceProblem(null, "there is no count");
  return { kind: "counts", stepSeconds, counts: counts.slice(0, length) };
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
