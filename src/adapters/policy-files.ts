// Policies from a directory: read in a stable state, watched through editors' and ConfigMaps' ways of writing.

import { createHash } from "node:crypto";
import { type FSWatcher, watch } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { PolicySet } from "../domain/policy-set.ts";
import { type Millis, millis, seconds } from "../domain/units.ts";
import type { PolicySource } from "../ports/policy-source.ts";
import { pause } from "./pause.ts";

/** One more byte than a policy file may have: enough to tell that it is too large. */
const READ_BYTES = 256 * 1024 + 1;
const POLICY_NAME = /^[^.].*\.ya?ml$/;
const MAX_READINGS = 20;
/** A directory that is written to all the time is read all the same. */
const MAX_QUIET_WAITS = 20;

export type PolicyFile = { readonly file: string; readonly bytes: Uint8Array };

export type PolicyFilesOptions = {
  readonly directory: string;
  /** Makes policies of the files; `file` is the bare name. Bytes of a file over 256 KiB are cut off above that. */
  readonly load: (files: readonly PolicyFile[]) => PolicySet;
  /** Told why a later reading failed, once until one succeeds; what was read last then stays. */
  readonly onProblem?: (problem: string) => void;
  /** How long the directory must be quiet before it is read. */
  readonly debounce?: Millis;
  /** How often it is looked at in case the system's notifications fail. */
  readonly pollInterval?: Millis;
};

/** What a directory held, and two texts to compare it by: the hash of its contents, and sizes and times. */
type Reading = { readonly files: readonly PolicyFile[]; readonly content: string; readonly stamps: string };

export class PolicyFiles implements PolicySource {
  readonly #directory: string;
  readonly #load: (files: readonly PolicyFile[]) => PolicySet;
  readonly #onProblem: (problem: string) => void;
  readonly #debounce: Millis;
  readonly #pollInterval: Millis;
  #lastContent: string | null = null;
  #lastStamps: string | null = null;

  constructor({ directory, load, onProblem, debounce, pollInterval }: PolicyFilesOptions) {
    this.#directory = directory;
    this.#load = load;
    this.#onProblem = onProblem ?? (() => {});
    this.#debounce = debounce ?? millis(100);
    this.#pollInterval = pollInterval ?? seconds(5);
  }

  /** Returns all policies. Rejects, naming the path, where the directory or a file of it cannot be read. */
  async read(): Promise<PolicySet> {
    const reading = await this.#stableReading(millis(0));
    this.#remember(reading);
    return this.#load(reading.files);
  }

  watch(changed: (set: PolicySet) => void): () => void {
    const stop = new AbortController();
    void this.#follow(changed, stop.signal);
    return () => stop.abort();
  }

  async #follow(changed: (set: PolicySet) => void, signal: AbortSignal): Promise<void> {
    const events = new DirectoryEvents(this.#directory);
    let hasProblem = false;
    while (!signal.aborted) {
      try {
        await this.#readIfChanged(changed, signal);
        hasProblem = false;
      } catch (error) {
        if (!hasProblem) this.#onProblem(error instanceof Error ? error.message : String(error));
        hasProblem = true;
      }
      events.rearm();
      await events.next({ timeout: this.#pollInterval, quiet: this.#debounce, signal });
    }
    events.close();
  }

  async #readIfChanged(changed: (set: PolicySet) => void, signal: AbortSignal): Promise<void> {
    if ((await stampsOf(this.#directory)) === this.#lastStamps) return;
    const reading = await this.#stableReading(this.#debounce);
    if (signal.aborted) return;
    const isNew = reading.content !== this.#lastContent;
    this.#remember(reading);
    if (isNew) changed(this.#load(reading.files));
  }

  #remember({ content, stamps }: Reading): void {
    this.#lastContent = content;
    this.#lastStamps = stamps;
  }

  /**
   * Reads until two readings, `between` apart, agree: a file that is being written differs. One that never rests
   * is taken as it is; a half-written document is then refused by the parser.
   */
  async #stableReading(between: Millis): Promise<Reading> {
    let previous = await readDirectory(this.#directory);
    for (let readings = 1; readings < MAX_READINGS; readings++) {
      if (between > 0 || readings > 1) await pause(Math.max(between, 1), new AbortController().signal);
      const reading = await readDirectory(this.#directory);
      if (reading.stamps === previous.stamps && reading.content === previous.content) return reading;
      previous = reading;
    }
    return previous;
  }
}

/** Notifications of one directory, as a wait for the next one. A directory that is replaced is found again. */
class DirectoryEvents {
  readonly #directory: string;
  #watcher: FSWatcher | null = null;
  #count = 0;
  #wake: () => void = () => {};

  constructor(directory: string) {
    this.#directory = directory;
    this.rearm();
  }

  /** Resolves after an event and `quiet` without another, after `timeout` without any, or on abort. */
  async next({ timeout, quiet, signal }: Waiting): Promise<void> {
    if (this.#count === 0) await this.#eventWithin(timeout, signal);
    for (let waits = 0; this.#count > 0 && waits < MAX_QUIET_WAITS && !signal.aborted; waits++) {
      this.#count = 0;
      await this.#eventWithin(quiet, signal);
    }
  }

  /** Watches again, where watching ended or never began. */
  rearm(): void {
    if (this.#watcher !== null) return;
    try {
      this.#watcher = watch(this.#directory, { persistent: false }, (type, name) => this.#note(type, name));
      this.#watcher.on("error", () => this.close());
    } catch {
      this.#watcher = null;
    }
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = null;
  }

  #note(type: string, name: string | null): void {
    // The directory itself went or came: the old watcher is deaf.
    if (type === "rename" && name !== null && this.#directory.endsWith(name)) this.close();
    this.#count++;
    this.#wake();
  }

  #eventWithin(timeout: Millis, signal: AbortSignal): Promise<void> {
    const early = new AbortController();
    this.#wake = () => early.abort();
    return pause(timeout, AbortSignal.any([early.signal, signal]));
  }
}

type Waiting = { readonly timeout: Millis; readonly quiet: Millis; readonly signal: AbortSignal };

async function readDirectory(directory: string): Promise<Reading> {
  const files: PolicyFile[] = [];
  const stamps: string[] = [];
  for (const name of await policyNames(directory)) {
    const found = await readPolicyFile(join(directory, name));
    if (found === null) continue;
    files.push({ file: name, bytes: found.bytes });
    stamps.push(stampText(name, found.stamp));
  }
  return { files, content: contentHash(files), stamps: stamps.join("\n") };
}

function contentHash(files: readonly PolicyFile[]): string {
  const hash = createHash("sha256");
  for (const { file, bytes } of files) hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  return hash.digest("hex");
}

async function stampsOf(directory: string): Promise<string> {
  const stamps: string[] = [];
  for (const name of await policyNames(directory)) {
    const found = await stat(join(directory, name), { bigint: true }).catch(nullIfMissing);
    if (found?.isFile() === true) stamps.push(stampText(name, found));
  }
  return stamps.join("\n");
}

async function policyNames(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    throw new Error(`cannot read the policy directory ${directory}: ${reasonOf(error)}`, { cause: error });
  });
  return names.filter((name) => POLICY_NAME.test(name)).sort();
}

type Stamp = {
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
};

function stampText(name: string, { ino, size, mtimeNs, ctimeNs }: Stamp): string {
  return `${name}\0${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}

/** Returns null for what vanished since it was listed, and for what is no file. */
async function readPolicyFile(
  path: string,
): Promise<{ readonly bytes: Uint8Array; readonly stamp: Stamp } | null> {
  try {
    const stamp = await stat(path, { bigint: true });
    if (!stamp.isFile()) return null;
    const handle = await open(path, "r");
    try {
      return { bytes: await firstBytes(handle), stamp };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (nullIfMissing(error, path) === null) return null;
    throw error;
  }
}

async function firstBytes(handle: Awaited<ReturnType<typeof open>>): Promise<Uint8Array> {
  const buffer = Buffer.alloc(READ_BYTES);
  let length = 0;
  while (length < READ_BYTES) {
    const { bytesRead } = await handle.read(buffer, length, READ_BYTES - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return Uint8Array.from(buffer.subarray(0, length));
}

function nullIfMissing(error: unknown, path = "a policy file"): null {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
  throw new Error(`cannot read ${path}: ${reasonOf(error)}`, { cause: error });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
