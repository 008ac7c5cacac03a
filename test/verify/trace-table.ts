// The contest on real traffic as Markdown: who won how often, a summary over the traces, then a table a trace.

import { hoursAt, mostAttained } from "./equal-attainment.ts";
import { type Comparison, compared, comparisonsOf, mean, meanScores } from "./trace-comparison.ts";
import { type Contest, type Entrant, HELD_OUT_SEEDS, REQUIRED, type Setting } from "./trace-contest.ts";
import { OURS } from "./trace-rules.ts";
import { CLAIRVOYANT } from "./trace-run.ts";

/** Returns the whole section. */
export function contestMarkdown(contests: readonly Contest[], budget: number): string {
  const rules = contests[0]?.entrants.map(({ rule }) => rule) ?? [];
  const others = rules.filter((rule) => rule !== OURS && rule !== CLAIRVOYANT);
  return [
    `${budget} parameter sets tried by each rule on each trace; ${HELD_OUT_SEEDS.length} held-out seeds.`,
    "",
    `| against | ours needs fewer GPU-hours | level | more | ours at worst |`,
    "|---|---|---|---|---|",
    ...others.map((rule) => tally(rule, comparisonsOf(contests, rule))),
    "",
    `| GPU-hours beside ours, both at ${percent(REQUIRED)} | ${contests.map(({ traced }) => traced.name).join(" | ")} |`,
    `|---|${"---|".repeat(contests.length)}`,
    ...rules.map((rule) => `| ${rule} | ${contests.map((contest) => cell(contest, rule)).join(" | ")} |`),
    `| certified lower bound | ${contests.map(boundCell).join(" | ")} |`,
    ...contests.flatMap((contest) => ["", ...table(contest)]),
  ].join("\n");
}

function tally(rule: string, comparisons: readonly Comparison[]): string {
  const count = (outcome: Comparison["outcome"]): string =>
    `${comparisons.filter((each) => each.outcome === outcome).length} of ${comparisons.length}`;
  return `| ${rule} | ${count("won")} | ${count("level")} | ${count("lost")} | ${worst(comparisons)} |`;
}

/** The dearest comparison of ours, as ours against the other. */
function worst(comparisons: readonly Comparison[]): string {
  if (comparisons.some(({ outcome, moreHoursRatio }) => outcome === "lost" && moreHoursRatio === null)) {
    return "does not attain what the other does";
  }
  const ratios = comparisons.flatMap(({ moreHoursRatio }) => moreHoursRatio ?? []);
  return ratios.length === 0 ? "" : share(1 / (1 + Math.min(...ratios)) - 1);
}

function cell({ entrants }: Contest, rule: string): string {
  const [ours] = entrants;
  const entrant = entrants.find((other) => other.rule === rule);
  if (ours === undefined || entrant === undefined) return "";
  return entrant === ours ? oursCell(ours) : verdict(compared(ours, entrant), entrant);
}

function oursCell(ours: Entrant): string {
  const hours = hoursAt(meanScores(ours), REQUIRED);
  return hours === null ? `attains ${percent(mostAttained(meanScores(ours)))}` : `${hours.toFixed(2)} h`;
}

function verdict({ outcome, attainmentRatio, moreHoursRatio }: Comparison, entrant: Entrant): string {
  if (attainmentRatio === null) {
    const attained = `attains ${percent(mostAttained(meanScores(entrant)))}`;
    return outcome === "lost" ? `**${attained}, ours does not**` : `(${attained} at most)`;
  }
  const at = attainmentRatio < REQUIRED ? ` at ${percent(attainmentRatio)}` : "";
  const text = `${share(moreHoursRatio ?? 0)}${at}`;
  if (outcome === "lost") return `**${text}**`;
  return outcome === "level" ? `${text} (level)` : text;
}

function boundCell({ entrants }: Contest): string {
  const [ours] = entrants;
  const hours = ours === undefined ? null : hoursAt(meanScores(ours), REQUIRED);
  const bound = boundOf(entrants);
  return hours === null ? `${bound.toFixed(2)} h` : share(bound / hours - 1);
}

function boundOf(entrants: readonly Entrant[]): number {
  const settings = entrants.at(-1)?.settings ?? [];
  return mean(settings.flatMap(({ heldOut }) => heldOut.flatMap(({ boundGpuHours }) => boundGpuHours ?? [])));
}

function table({ traced, entrants }: Contest): readonly string[] {
  const [ours] = entrants;
  return [
    `**${traced.name}**: ${traced.about}.`,
    "",
    `| rule, as trained for ${percent(REQUIRED)} | training: GPU-hours, attained | held out: GPU-hours, attained | GPU-hours at equal attainment | − ours, 95 % |`,
    "|---|---|---|---|---|",
    ...entrants.map((entrant) => row(entrant, ours ?? entrant)),
    `| certified lower bound | | ${boundOf(entrants).toFixed(2)}, ${percent(REQUIRED)} | no rule goes below it | |`,
  ];
}

function row(entrant: Entrant, ours: Entrant): string {
  const setting = entrant.settings.find(({ goals }) => goals.includes(REQUIRED)) ?? entrant.settings[0];
  const comparison = compared(ours, entrant);
  const cells = [
    named(entrant, setting),
    setting?.trained === null || setting === undefined ? "" : score(setting.trained),
    setting === undefined ? "" : score(meanOf(setting)),
    entrant === ours ? oursCell(ours) : equalCell(comparison, entrant),
    entrant === ours ? "" : interval(comparison),
  ];
  return `| ${cells.join(" | ")} |`;
}

function equalCell(comparison: Comparison, entrant: Entrant): string {
  const { attainmentRatio } = comparison;
  const hours = attainmentRatio === null ? null : hoursAt(meanScores(entrant), attainmentRatio);
  const text = verdict(comparison, entrant);
  return hours === null ? text : `${hours.toFixed(2)}: ${text}`;
}

function named({ rule }: Entrant, setting: Setting | undefined): string {
  const values = Object.entries(setting?.parameters ?? {});
  return [rule, ...values.map(([name, value]) => `${name} ${Number(value.toPrecision(3))}`)].join(", ");
}

function meanOf({ heldOut }: Setting) {
  return {
    gpuHours: mean(heldOut.map(({ gpuHours }) => gpuHours)),
    attainmentRatio: mean(heldOut.map(({ attainmentRatio }) => attainmentRatio)),
  };
}

function score({
  gpuHours,
  attainmentRatio,
}: {
  readonly gpuHours: number;
  readonly attainmentRatio: number;
}): string {
  return `${gpuHours.toFixed(2)}, ${percent(attainmentRatio)}${attainmentRatio < REQUIRED ? " (missed)" : ""}`;
}

function interval({ difference }: Comparison): string {
  if (difference === null) return "";
  const { difference: middle, low, high } = difference;
  const range = low === null || high === null ? "" : ` (${signed(low, 2)} to ${signed(high, 2)})`;
  return `${signed(middle, 2)}${range}`;
}

function share(ratio: number): string {
  return `${signed(100 * ratio, 1)} %`;
}

function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return value < 0 ? `−${text}` : `+${text}`;
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(2)} %`;
}
