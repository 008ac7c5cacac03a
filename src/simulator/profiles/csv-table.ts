// A small table of comma-separated values whose first line names the columns; fields may be quoted, for commas.

import { ProfileProblem } from "./profile-problem.ts";

const FIELD = /(?:^|,)(?:"([^"]*)"|([^,]*))/g;

/** One row; columns are found by name. */
export class CsvRow {
  readonly #fields: ReadonlyMap<string, string>;
  readonly #line: number;

  constructor(fields: ReadonlyMap<string, string>, line: number) {
    this.#fields = fields;
    this.#line = line;
  }

  /** Returns a number ≥ 0, null where there is no such column. */
  optionalAmount(column: string): number | null {
    const text = this.#fields.get(column);
    if (text === undefined) return null;
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (Number.isFinite(value) && value >= 0) return value;
    return this.fail(`${column} is ${JSON.stringify(text)}, must be a number, at least 0`);
  }

  /** Returns a number ≥ 0. */
  amount(column: string): number {
    const value = this.optionalAmount(column);
    if (value !== null) return value;
    const known = [...this.#fields.keys()].join(", ");
    throw new ProfileProblem("line 1", `there is no column ${column}; there are ${known}`);
  }

  /** Throws what is wrong with the row. */
  fail(message: string): never {
    throw new ProfileProblem(`line ${this.#line}`, message);
  }
}

/** Returns the rows of a table, blank lines left out; one at least. */
export function readCsvTable(text: string): readonly CsvRow[] {
  const lines = text.split(/\r?\n/).map((line, index) => ({ fields: fieldsOf(line), number: index + 1 }));
  const [header, ...rows] = lines.filter(({ fields }) => fields.some((field) => field.trim() !== ""));
  if (header === undefined || rows.length === 0)
    throw new ProfileProblem(null, "there must be a line of column names and a row below it");
  return rows.map(({ fields, number }) => {
    const named = new Map(header.fields.map((name, index) => [name.trim(), fields[index] ?? ""]));
    return new CsvRow(named, number);
  });
}

function fieldsOf(line: string): readonly string[] {
  return [...line.matchAll(FIELD)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}
