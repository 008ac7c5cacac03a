// Reads JSON whose shape is known, and says where it is another one.

import { BATCH_SIZES, isBatchSize } from "./batch-size.ts";
import { ProfileProblem } from "./profile-problem.ts";

/** A value and where it stands in its document. */
export class JsonValue {
  readonly #value: unknown;
  readonly where: string;

  constructor(value: unknown, where: string) {
    this.#value = value;
    this.where = where;
  }

  /** Returns the document in a text. */
  static parse(text: string): JsonValue {
    try {
      return new JsonValue(JSON.parse(text), "");
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ProfileProblem(null, `is not JSON: ${reason.replaceAll(/\s+/g, " ")}`);
    }
  }

  has(name: string): boolean {
    return isRecord(this.#value) && name in this.#value;
  }

  /** Returns a member of an object, which must have it. */
  member(name: string): JsonValue {
    const here = this.#value;
    if (!isRecord(here)) return this.#fail("must be an object");
    const where = this.where === "" ? name : `${this.where}.${name}`;
    if (!(name in here)) throw new ProfileProblem(where, "is missing");
    return new JsonValue(here[name], where);
  }

  items(): readonly JsonValue[] {
    const here = this.#value;
    if (!Array.isArray(here)) return this.#fail("must be an array");
    return here.map((item: unknown, index) => new JsonValue(item, `${this.where}[${index}]`));
  }

  text(): string {
    return typeof this.#value === "string" ? this.#value : this.#fail("must be a text");
  }

  /** Returns a number ≥ 0. */
  amount(): number {
    const here = this.#value;
    if (typeof here === "number" && Number.isFinite(here) && here >= 0) return here;
    return this.#fail("must be a number, at least 0");
  }

  /** Returns a batch size that a scenario can hold. */
  batchSize(): number {
    const batch = this.amount();
    return isBatchSize(batch) ? batch : this.#fail(`is ${batch}, must be ${BATCH_SIZES}`);
  }

  #fail(message: string): never {
    throw new ProfileProblem(this.where === "" ? null : this.where, message);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
