// A comparison as text for a terminal and as Markdown for the comment of a pull request: the verdict first.

import type { ComparedPolicy, ComparisonResult, PairedFigure } from "../domain/comparison-result.ts";

type Figure = {
  readonly title: string;
  readonly of: (pair: ComparedPolicy) => PairedFigure;
  readonly print: (value: number) => string;
};

const FIGURES: readonly Figure[] = [
  { title: "GPU-hours", of: (pair) => pair.gpuHours, print: (value) => value.toFixed(3) },
  { title: "in time %", of: (pair) => pair.attainmentRatio, print: (value) => (value * 100).toFixed(3) },
  { title: "p99 ms", of: (pair) => pair.latencyP99Ms, print: (value) => value.toFixed(1) },
  { title: "reversals", of: (pair) => pair.reversals, print: (value) => value.toFixed(1) },
];

/** Returns the verdict, then for each policy each figure before, after, and its difference with the interval. */
export function comparisonText(result: ComparisonResult): string {
  const lines = [verdict(result), ...result.broken.map((gate) => `  broken: ${gate}`)];
  for (const pair of result.pairs) {
    lines.push("", `${pair.policy} under ${pair.scenario}, ${seeds(pair.n)}`);
    for (const { title, of, print } of FIGURES) {
      const figure = of(pair);
      const [base, head] = [known(figure.base, print), known(figure.head, print)];
      lines.push(
        `  ${title.padEnd(10)} ${base.padStart(10)} -> ${head.padStart(10)}  ${change(figure, print)}`,
      );
    }
  }
  return `${lines.join("\n")}\n`;
}

/** Returns the same as Markdown: a heading, the broken gates, one table. */
export function comparisonMarkdown(result: ComparisonResult): string {
  const titles = FIGURES.map(({ title }) => title);
  const rows = result.pairs.map((pair) => {
    const cells = FIGURES.map(({ of, print }) => {
      const figure = of(pair);
      return `${known(figure.base, print)} → ${known(figure.head, print)} (${change(figure, print)})`;
    });
    return `| ${[pair.scenario, pair.policy, pair.n, ...cells].join(" | ")} |`;
  });
  const lines = [
    `### ${verdict(result)}`,
    "",
    ...result.broken.map((gate) => `- **broken:** ${gate}`),
    ...(result.broken.length > 0 ? [""] : []),
    `| scenario | policy | seeds | ${titles.join(" | ")} |`,
    `|---|---|---|${titles.map(() => "---|").join("")}`,
    ...rows,
    "",
    "Differences are head − base over pairs of runs with the same randomness; in brackets the 95 % interval.",
  ];
  return `${lines.join("\n")}\n`;
}

function verdict({ ok, pairs, broken }: ComparisonResult): string {
  const changed = pairs.filter((pair) => FIGURES.some(({ of }) => (of(pair).difference ?? 0) !== 0)).length;
  const gates = ok ? "no gate broken" : `${broken.length} ${broken.length === 1 ? "gate" : "gates"} broken`;
  const policies = `${pairs.length} ${pairs.length === 1 ? "comparison" : "comparisons"}`;
  return `${ok ? "Passed" : "Failed"}: ${gates}; ${changed === 0 ? `nothing differs in ${policies}` : `differences in ${changed} of ${policies}`}`;
}

function change({ difference, low, high }: PairedFigure, print: (value: number) => string): string {
  if (difference === null) return "–";
  if (low === null || high === null) return signed(difference, print);
  const isSure = low > 0 || high < 0;
  const interval = `[${signed(low, print)}, ${signed(high, print)}]`;
  return `${signed(difference, print)} ${interval}${isSure || difference === 0 ? "" : ", may be chance"}`;
}

function signed(value: number, print: (value: number) => string): string {
  return value > 0 ? `+${print(value)}` : print(value);
}

function known(value: number | null, print: (value: number) => string): string {
  return value === null ? "–" : print(value);
}

function seeds(count: number): string {
  return `${count} ${count === 1 ? "seed" : "seeds"}`;
}
