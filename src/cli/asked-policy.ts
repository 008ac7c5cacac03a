// The policy that a question names, bare or with its namespace, among those that a log or a service tells of.

import { formatInstant } from "../domain/instant.ts";
import type { Instant } from "../domain/units.ts";
import { badInput, CommandError } from "./command-error.ts";
import { EXIT } from "./exit-codes.ts";

/** More names than this help nobody. */
const NAMED_MAX = 10;

/** Is told of the policies one by one. `source` is who tells of them: a file, or an address. */
export class AskedPolicy {
  readonly #name: string;
  readonly #source: string;
  readonly #told = new Set<string>();
  #key: string | null = null;

  constructor(name: string, source: string) {
    this.#name = name;
    this.#source = source;
  }

  /** The policy with its namespace; null while none was told of that has the name. */
  get key(): string | null {
    return this.#key;
  }

  /** Takes note of a policy, and returns whether it is the one that is asked for. Throws a CommandError where a bare name is that of two. */
  isAsked(key: string): boolean {
    this.#told.add(key);
    if (key !== this.#name && !key.endsWith(`/${this.#name}`)) return false;
    if (this.#key !== null && this.#key !== key)
      throw badInput(`several policies are named ${this.#name}: ${this.#key}, ${key}`);
    this.#key = key;
    return true;
  }

  /** Returns the error that says that nothing is known by `at`, and of whom something is known instead. */
  nothingKnown(at: Instant | null): CommandError {
    const by = at === null ? "" : ` at or before ${formatInstant(at)}`;
    return new CommandError(EXIT.no, `no record of ${this.#name}${by}${this.#others()}`);
  }

  #others(): string {
    if (this.#key !== null || this.#told.size === 0) return "";
    const named = [...this.#told].slice(0, NAMED_MAX).join(", ");
    const more = this.#told.size - NAMED_MAX;
    return `; ${this.#source} tells of ${named}${more > 0 ? ` and ${more} more` : ""}`;
  }
}
