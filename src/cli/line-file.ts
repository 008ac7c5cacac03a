// A file written at once, in large pieces: what a simulation computes without a pause has nobody to wait for.

import { closeSync, openSync, writeSync } from "node:fs";

import { environmentFailed, reasonOf } from "./command-error.ts";

const PIECE_LENGTH = 1 << 20;

/** Replaces what the file held. Every method throws a CommandError where the file cannot be written. */
export class LineFile {
  readonly #file: string;
  readonly #descriptor: number;
  #pending = "";

  constructor(file: string) {
    this.#file = file;
    this.#descriptor = this.#trying(() => openSync(file, "w"));
  }

  /** Adds a line; its end is added, too. */
  write(line: string): void {
    this.#pending += `${line}\n`;
    if (this.#pending.length >= PIECE_LENGTH) this.#flush();
  }

  close(): void {
    this.#flush();
    this.#trying(() => closeSync(this.#descriptor));
  }

  #flush(): void {
    const bytes = Buffer.from(this.#pending);
    this.#pending = "";
    this.#trying(() => {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#descriptor, bytes, done);
    });
  }

  #trying<Value>(action: () => Value): Value {
    try {
      return action();
    } catch (error) {
      throw environmentFailed(`cannot write ${this.#file}: ${reasonOf(error)}`, error);
    }
  }
}
