// What is wrong with a trace, and where.

/** Thrown by the parsers of traces; `parseTrace` turns it into a value. */
export class TraceProblem extends Error {
  /** From 1; null = it concerns the file as a whole. */
  readonly line: number | null;

  constructor(line: number | null, message: string) {
    super(message);
    this.name = "TraceProblem";
    this.line = line;
  }
}
