// Preloaded into every thread of `tidemark serve` by the benchmark: how long its event loop stood still. The main thread
// tells over IPC when asked: of the thread that answers calls, where there is one of its own, and of itself.

import { openSync, readSync } from "node:fs";
import { BroadcastChannel, isMainThread } from "node:worker_threads";

const STEP_MS = 1;
/** A stall is what lasts longer than this. */
const STALL_MS = 20;
const NANOS_PER_MS = 1e6;

// How long this thread ran, and how long it waited for a processor that others had.
const schedule = openSync("/proc/thread-self/schedstat", "r");
const buffer = Buffer.alloc(64);
const channel = new BroadcastChannel("stalls");
let last = { atMs: performance.now(), waitedMs: waited() };
let worst = nothing();
let isAnsweredElsewhere = false;

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

function take() {
  const taken = worst;
  worst = nothing();
  return taken;
}

function tell(answering) {
  const { user, system } = process.cpuUsage();
  const ticking = take();
  process.send?.({
    ...(answering ?? ticking),
    tickingStallMs: ticking.stallMs,
    cpuSeconds: (user + system) / 1e6,
  });
}

if (isMainThread) {
  channel.onmessage = ({ data }) => {
    if (data === "here") isAnsweredElsewhere = true;
    else if (typeof data === "object") tell(data);
  };
  process.on("message", () => {
    if (isAnsweredElsewhere) channel.postMessage("take");
    else tell(null);
  });
  process.on("disconnect", () => process.exit(0));
  process.channel?.unref();
} else {
  channel.onmessage = ({ data }) => {
    if (data === "take") channel.postMessage(take());
  };
  channel.postMessage("here");
}
channel.unref();
look();
