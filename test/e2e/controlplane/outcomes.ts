// What became of each case, as a table: what was expected, what was seen, and how long it took.

const HEAD = ["KEDA", "case", "expected", "seen", "to the HPA's wish"];

export type Outcome = {
  readonly release: string;
  readonly name: string;
  readonly expected: string;
  readonly seen: string;
  /** From the surge, or whatever the case does, to the HPA's desired count; null where there is no such time. */
  readonly seconds: number | null;
};

/** Returns the outcomes as a table, those of a release together. */
export function outcomeTable(outcomes: readonly Outcome[]): string {
  const rows = outcomes
    .toSorted((one, other) => one.release.localeCompare(other.release))
    .map(({ release, name, expected, seen, seconds }) => [
      release,
      name,
      expected,
      seen,
      seconds === null ? "–" : `${seconds.toFixed(1)} s`,
    ]);
  const table = [HEAD, ...rows];
  const widths = HEAD.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
