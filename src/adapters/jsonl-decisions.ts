// The decision log: JSON lines in a file that rotates, written behind the caller's back and never in its way.

import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";

import { withInstantsAsText } from "../domain/instant.ts";
import type { LogRecord } from "../domain/record.ts";
import { type Millis, seconds } from "../domain/units.ts";
import type { DecisionSink } from "../ports/decision-sink.ts";
import { monotonicMillis } from "./system-clock.ts";

const DEFAULT_MAX_QUEUE_BYTES = 32 * 1024 * 1024;
const DEFAULT_RETRY_AFTER = seconds(5);

export type JsonlDecisionsOptions = {
  readonly file: string;
  /** No file grows beyond it, unless the lines that every file begins with alone do. */
  readonly maxFileSizeBytes: number;
  /** Files in all: `file`, `file.1` (the newest of the old ones) and so on. */
  readonly maxFiles: number;
  /**
   * Called within `write(record)` when a new file begins (not for the first one): returns the `policy` and `state`
   * lines of every policy, states as they are before `record`. They are written before it.
   */
  readonly onNewFile: () => readonly LogRecord[];
  /** Told once when records begin to be lost, and once when they no longer are. */
  readonly onProblem: (problem: string) => void;
  /** What becomes of a file that is there at the start; without it it is rotated. */
  readonly existing?: "rotate" | "replace";
  readonly maxQueueBytes?: number;
  /** How long nothing is tried after a failed write. */
  readonly retryAfter?: Millis;
};

type Line = { readonly text: string; readonly bytes: number };
type Job = { readonly kind: "line"; readonly line: Line } | { readonly kind: "rotate" };

export class JsonlDecisions implements DecisionSink {
  readonly #options: JsonlDecisionsOptions;
  readonly #maxQueueBytes: number;
  readonly #retryAfter: Millis;
  #queue: Job[] = [];
  #queuedBytes = 0;
  #queuedLines = 0;
  /** What the present file will hold once the queue is written. */
  #plannedBytes = 0;
  #handle: FileHandle | null = null;
  #writtenBytes = 0;
  #opened = false;
  /** Lines lost since the last report. */
  #lost = 0;
  /** Lines were lost: what comes next does not follow from what the file holds, and belongs into another. */
  #hasGap = false;
  #failedAtMs: number | null = null;
  #closed = false;
  #pump: Promise<void> | null = null;

  constructor(options: JsonlDecisionsOptions) {
    this.#options = options;
    this.#maxQueueBytes = options.maxQueueBytes ?? DEFAULT_MAX_QUEUE_BYTES;
    this.#retryAfter = options.retryAfter ?? DEFAULT_RETRY_AFTER;
  }

  /** Queues a record. While the file cannot be written, or the queue is full, records are lost, counted and reported. */
  write(record: LogRecord): void {
    if (this.#closed) return;
    const line = lineOf(record);
    if (this.#isBlocked(line.bytes)) {
      this.#lose(1, "the queue is full");
      return;
    }
    const isFull = this.#plannedBytes > 0 && this.#plannedBytes + line.bytes > this.#options.maxFileSizeBytes;
    if (isFull || this.#hasGap) this.#beginFile();
    this.#enqueue(line);
  }

  /** Resolves when everything queued so far is written, or lost. */
  async flush(): Promise<void> {
    while (this.#pump !== null) await this.#pump;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.flush();
    await this.#handle?.close().catch(() => {});
    this.#handle = null;
  }

  #isBlocked(bytes: number): boolean {
    if (this.#queuedBytes > 0 && this.#queuedBytes + bytes > this.#maxQueueBytes) return true;
    return this.#failedAtMs !== null && monotonicMillis() - this.#failedAtMs < this.#retryAfter;
  }

  #beginFile(): void {
    this.#hasGap = false;
    this.#queue.push({ kind: "rotate" });
    this.#plannedBytes = 0;
    for (const record of this.#options.onNewFile()) this.#enqueue(lineOf(record));
  }

  #enqueue(line: Line): void {
    this.#queue.push({ kind: "line", line });
    this.#queuedBytes += line.bytes;
    this.#queuedLines++;
    this.#plannedBytes += line.bytes;
    this.#pump ??= this.#drain();
  }

  async #drain(): Promise<void> {
    // Lines of one tick go out together.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const jobs = this.#queue;
      this.#queue = [];
      try {
        for (const batch of batches(jobs)) await this.#writeBatch(batch);
      } catch (error) {
        await this.#giveUp(error);
      }
    }
    this.#pump = null;
  }

  async #writeBatch({ rotate, lines }: Batch): Promise<void> {
    if (!this.#opened) await this.#takeOver();
    else if (rotate) await this.#rotate();
    if (lines.length === 0) return;
    this.#handle ??= await open(this.#options.file, "a");
    await this.#handle.writeFile(lines.map(({ text }) => text).join(""));
    const bytes = lines.reduce((sum, line) => sum + line.bytes, 0);
    this.#writtenBytes += bytes;
    this.#queuedBytes -= bytes;
    this.#queuedLines -= lines.length;
    this.#failedAtMs = null;
    if (this.#lost > 0) this.#reportRecovery();
  }

  /** The first write of this process never continues another's file. */
  async #takeOver(): Promise<void> {
    const { file, existing = "rotate" } = this.#options;
    const size = await stat(file).then(
      (found) => found.size,
      () => 0,
    );
    if (size > 0 && existing === "rotate") await this.#shiftFiles();
    this.#handle = await open(file, "w");
    this.#writtenBytes = 0;
    this.#opened = true;
  }

  async #rotate(): Promise<void> {
    await this.#handle?.close().catch(() => {});
    this.#handle = null;
    if (this.#writtenBytes > 0) await this.#shiftFiles();
    this.#writtenBytes = 0;
    this.#handle = await open(this.#options.file, "w");
  }

  async #shiftFiles(): Promise<void> {
    const { file, maxFiles } = this.#options;
    if (maxFiles <= 1) return;
    await rm(`${file}.${maxFiles - 1}`, { force: true });
    for (let index = maxFiles - 2; index >= 0; index--) {
      const from = index === 0 ? file : `${file}.${index}`;
      await rename(from, `${file}.${index + 1}`).catch(ignoreMissing);
    }
  }

  /** Everything queued is lost with the line that failed; what that left in the file is cut off, to keep it readable. */
  async #giveUp(error: unknown): Promise<void> {
    this.#failedAtMs = monotonicMillis();
    this.#lose(this.#queuedLines, error instanceof Error ? error.message : String(error));
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#queuedLines = 0;
    const handle = this.#handle;
    this.#handle = null;
    await handle?.truncate(this.#writtenBytes).catch(() => {});
    await handle?.close().catch(() => {});
  }

  #lose(lines: number, reason: string): void {
    const first = this.#lost === 0;
    this.#lost += lines;
    this.#hasGap = true;
    if (first) this.#options.onProblem(`decisions are not recorded in ${this.#options.file}: ${reason}`);
  }

  #reportRecovery(): void {
    this.#options.onProblem(
      `decisions are recorded again in ${this.#options.file}; lost lines: ${this.#lost}`,
    );
    this.#lost = 0;
  }
}

type Batch = { readonly rotate: boolean; readonly lines: Line[] };

/** Splits jobs where a new file begins. */
function batches(jobs: readonly Job[]): readonly Batch[] {
  const found: Batch[] = [];
  let current: Batch = { rotate: false, lines: [] };
  for (const job of jobs) {
    if (job.kind === "line") current.lines.push(job.line);
    else {
      found.push(current);
      current = { rotate: true, lines: [] };
    }
  }
  return [...found, current].filter(({ rotate, lines }) => rotate || lines.length > 0);
}

function lineOf(record: LogRecord): Line {
  const text = `${JSON.stringify(withInstantsAsText(record))}\n`;
  return { text, bytes: Buffer.byteLength(text) };
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
}
