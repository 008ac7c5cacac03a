// Preloaded into `tidemark serve` by the benchmark: how long its event loop stood still, told over IPC when asked.

import { closeSync, openSync, readSync } from "node:fs";

const STEP_MS = 1;
/** A stall is what lasts longer than this. */
const STALL_MS = 20;
const NANOS_PER_MS = 1e6;

// How long the main thread ran, and how long it waited for a processor that others had.
const schedule = openSync(`/proc/self/task/${process.pid}/schedstat`, "r");
const buffer = Buffer.alloc(64);
let last = { atMs: performance.now(), waitedMs: waited() };
let worst = nothing();

function look() {
  const now = { atMs: performance.now(), waitedMs: waited() };
  const stallMs = Math.max(0, now.atMs - last.atMs - STEP_MS);
  const ownMs = Math.max(0, stallMs - (now.waitedMs - last.waitedMs));
  worst.stallMs = Math.max(worst.stallMs, stallMs);
  worst.ownStallMs = Math.max(worst.ownStallMs, ownMs);
  if (stallMs > STALL_MS) worst.stalls += 1;
  if (ownMs > STALL_MS) worst.ownStalls += 1;
  last = now;
  setTimeout(look, STEP_MS).unref();
}

function waited() {
  const length = readSync(schedule, buffer, 0, buffer.length, 0);
  return Number(buffer.toString("latin1", 0, length).split(" ")[1]) / NANOS_PER_MS;
}

function nothing() {
  return { stallMs: 0, ownStallMs: 0, stalls: 0, ownStalls: 0 };
}

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ ...worst, cpuSeconds: (user + system) / 1e6 });
  worst = nothing();
});
process.on("disconnect", () => {
  closeSync(schedule);
  process.exit(0);
});
process.channel?.unref();
look();
