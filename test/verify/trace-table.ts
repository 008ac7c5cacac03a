// The contest on real traffic as Markdown: a summary over the traces, then a table a trace.

import { type PairedDifference, pairedDifference } from "../../src/simulator/results/paired.ts";
import { type Contest, type Entrant, HELD_OUT_SEEDS, REQUIRED } from "./trace-contest.ts";
import { CLAIRVOYANT, type TraceScore } from "./trace-run.ts";

/** A rule may attain so much less than ours and still count as equal. */
const EQUAL_WITHIN = 0.001;

type Standing = "ours" | "cheaper" | "dearer" | "as dear" | "worse" | "better";

/** Returns the whole section. */
export function contestMarkdown(contests: readonly Contest[], budget: number): string {
  const intro = `${budget} parameter sets tried by each rule on each trace; held out: the last 40 % of the time, ${HELD_OUT_SEEDS.length} seeds.`;
  return [intro, "", ...summary(contests), ...contests.flatMap((contest) => ["", ...table(contest)])].join(
    "\n",
  );
}

function summary(contests: readonly Contest[]): readonly string[] {
  const rules = contests[0]?.entrants.map(({ rule }) => rule) ?? [];
  return [
    `| GPU-hours beside ours | ${contests.map(({ traced }) => traced.name).join(" | ")} |`,
    `|---|${"---|".repeat(contests.length)}`,
    ...rules.map(
      (rule) => `| ${rule} | ${contests.map((contest) => summaryCell(contest, rule)).join(" | ")} |`,
    ),
  ];
}

function summaryCell(contest: Contest, rule: string): string {
  const [ours] = contest.entrants;
  const entrant = contest.entrants.find((other) => other.rule === rule);
  if (ours === undefined || entrant === undefined) return "";
  if (entrant === ours) return `${hours(ours.heldOut)} h, ${attained(ours.heldOut)}`;
  const share = relative(ours, entrant);
  switch (standing(ours, entrant)) {
    case "worse":
      return `(${share}, ${attained(entrant.heldOut)})`;
    case "cheaper":
      return `**${share}**`;
    case "better":
      return `**${share}, ${attained(entrant.heldOut)}**`;
    case "as dear":
      return `${share} (no clear difference)`;
    default:
      return share;
  }
}

function table({ traced, entrants }: Contest): readonly string[] {
  const [ours] = entrants;
  const bounds = entrants.at(-1)?.heldOut.flatMap(({ boundGpuHours }) => boundGpuHours ?? []) ?? [];
  return [
    `**${traced.name}**: ${traced.about}.`,
    "",
    "| rule, as tuned | training: GPU-hours, attained | held out: GPU-hours | attained | GPU-hours − ours, 95 % | at equal attainment |",
    "|---|---|---|---|---|---|",
    ...entrants.map((entrant) => row(entrant, ours ?? entrant)),
    `| certified lower bound | | ${mean(bounds).toFixed(2)} | ${percent(REQUIRED)} | | no rule goes below it |`,
  ];
}

function row(entrant: Entrant, ours: Entrant): string {
  const { rule, parameters, trained, heldOut } = entrant;
  const values = Object.entries(parameters).map(([name, value]) => `${name} ${Number(value.toPrecision(3))}`);
  const training =
    trained === null ? "" : `${trained.gpuHours.toFixed(2)}, ${percent(trained.attainmentRatio)}`;
  const cells = [
    [rule, ...values].join(", "),
    `${training}${trained !== null && trained.attainmentRatio < REQUIRED ? " (missed)" : ""}`,
    hours(heldOut),
    `${attained(heldOut)}${meanAttained(heldOut) < REQUIRED ? " (missed)" : ""}`,
    entrant === ours ? "" : interval(difference(ours, entrant)),
    verdict(ours, entrant),
  ];
  return `| ${cells.join(" | ")} |`;
}

function verdict(ours: Entrant, entrant: Entrant): string {
  if (entrant.rule === CLAIRVOYANT) return `${relative(ours, entrant)}: knows the future`;
  const share = relative(ours, entrant);
  const words: Readonly<Record<Standing, string>> = {
    ours: "",
    cheaper: `**${share}: ours loses**`,
    dearer: `${share}`,
    "as dear": `${share}, no clear difference`,
    worse: "not equal: attains less",
    better: `**not equal: ours attains less; ${share}**`,
  };
  return words[standing(ours, entrant)];
}

/**
 * Equal attainment: what is asked for is reached, or no less than the other reaches within a tenth of a percent. It is asked
 * of both: where only ours falls short, ours loses, whatever it costs.
 */
function standing(ours: Entrant, entrant: Entrant): Standing {
  if (entrant === ours) return "ours";
  if (fallsShort(entrant, ours)) return "worse";
  const found = difference(ours, entrant);
  const [low, high] = [found?.low ?? 0, found?.high ?? 0];
  if (high < 0) return "cheaper";
  if (fallsShort(ours, entrant)) return "better";
  return low > 0 ? "dearer" : "as dear";
}

function fallsShort(one: Entrant, other: Entrant): boolean {
  const reached = meanAttained(one.heldOut);
  return reached < REQUIRED && reached < meanAttained(other.heldOut) - EQUAL_WITHIN;
}

function difference(ours: Entrant, entrant: Entrant): PairedDifference | null {
  const costs = ({ heldOut }: Entrant): readonly number[] => heldOut.map(({ gpuHours }) => gpuHours);
  return pairedDifference(costs(ours), costs(entrant));
}

function relative(ours: Entrant, entrant: Entrant): string {
  const share = meanHours(entrant.heldOut) / meanHours(ours.heldOut) - 1;
  return `${signed(100 * share, 1)} %`;
}

function interval(found: PairedDifference | null): string {
  if (found === null) return "";
  const { difference: middle, low, high } = found;
  const range = low === null || high === null ? "" : ` (${signed(low, 2)} to ${signed(high, 2)})`;
  return `${signed(middle, 2)}${range}`;
}

function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return value < 0 ? `−${text}` : `+${text}`;
}

function hours(scores: readonly TraceScore[]): string {
  return meanHours(scores).toFixed(2);
}

function attained(scores: readonly TraceScore[]): string {
  return percent(meanAttained(scores));
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(2)} %`;
}

function meanHours(scores: readonly TraceScore[]): number {
  return mean(scores.map(({ gpuHours }) => gpuHours));
}

function meanAttained(scores: readonly TraceScore[]): number {
  return mean(scores.map(({ attainmentRatio }) => attainmentRatio));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
