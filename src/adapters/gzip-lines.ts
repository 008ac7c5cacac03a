// A gzipped file of JSON lines that grows piece by piece under a temporary name and gets its own when it is complete.

import { appendFile, rename, rm } from "node:fs/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

const pack = promisify(gzip);

/** What waits is worth a piece then: it packs about as well as one stream, and thousands of files fit into memory. */
const PIECE_LENGTH = 64 * 1024;

/**
 * Takes lines without waiting and writes them when asked. Each piece is a gzip member of its own, so no file stays
 * open, and what was written can be read even after a crash.
 */
export class GzipLines {
  readonly #file: string;
  #waiting: string[] = [];
  #waitingLength = 0;
  #length = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** Characters taken so far, packed or not. */
  get length(): number {
    return this.#length;
  }

  /** Takes one line. */
  add(line: unknown): void {
    const text = `${JSON.stringify(line)}\n`;
    this.#waiting.push(text);
    this.#waitingLength += text.length;
    this.#length += text.length;
  }

  /** Writes what waits, if it is worth a piece. Rejects where the file cannot be written. */
  async write(): Promise<void> {
    if (this.#waitingLength >= PIECE_LENGTH) await this.#append();
  }

  /** Writes the rest and gives the file its name. */
  async finish(): Promise<void> {
    await this.#append();
    await rename(this.#partial, this.#file);
  }

  /** Removes what was written. */
  async discard(): Promise<void> {
    await rm(this.#partial, { force: true });
  }

  get #partial(): string {
    return `${this.#file}.partial`;
  }

  async #append(): Promise<void> {
    const text = this.#waiting.join("");
    this.#waiting = [];
    this.#waitingLength = 0;
    await appendFile(this.#partial, await pack(text));
  }
}
