// What is wrong with a measurement of service times, and where.

/** Thrown by the parsers of measurements; `parseProfile` turns it into a value. */
export class ProfileProblem extends Error {
  /** `line 3`, `model_stats[0].batch_stats`; null = it concerns the whole. */
  readonly where: string | null;

  constructor(where: string | null, message: string) {
    super(message);
    this.name = "ProfileProblem";
    this.where = where;
  }
}
