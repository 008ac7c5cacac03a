// Bytes as they come → whole lines.

const NEWLINE = 10;

export class LineSplitter {
  readonly #maxBytes: number;
  #rest: Buffer[] = [];
  #restBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Returns the lines that `chunk` completes, without blank ones; null once a line is longer than allowed. */
  take(chunk: Uint8Array): readonly string[] | null {
    const lines: string[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, end));
      if (this.#restBytes > this.#maxBytes) return null;
      const line = Buffer.concat(this.#rest).toString("utf8").trim();
      if (line !== "") lines.push(line);
      this.#rest = [];
      this.#restBytes = 0;
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
    return this.#restBytes > this.#maxBytes ? null : lines;
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return;
    this.#rest.push(Buffer.from(bytes));
    this.#restBytes += bytes.byteLength;
  }
}
