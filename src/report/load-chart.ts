// Arrivals against what the ready replicas carry, and under it desired against ready replicas with every change.

import type { ReportFacts } from "../domain/simulation-course.ts";
import type { TimelineRow } from "../domain/simulation-result.ts";
import { decimate } from "./decimate.ts";
import { frame, inside } from "./frame.ts";
import { escaped, linePath, place, stepPath } from "./markup.ts";
import { linearScale, type Scale, timeLabel, timeScale } from "./scale.ts";

const LOAD_HEIGHT = 190;
const REPLICAS_HEIGHT = 170;
const MOST_POINTS = 500;
const MOST_MARKS = 200;

/** Returns the chart of load and capacity of one workload; `rows` are its ticks. */
export function loadChart(rows: readonly TimelineRow[], facts: ReportFacts): string {
  const perReplica = facts.capacities.find(
    ({ workload }) => workload === rows[0]?.workload,
  )?.requestsPerSecond;
  const { x, y } = inside(LOAD_HEIGHT);
  const time = timeScale(facts.durationSeconds, x);
  const capacityOf = (row: TimelineRow): number => row.ready * (perReplica ?? 0);
  const top = largest(rows.flatMap((row) => [row.arrivalRate, capacityOf(row)]));
  const value = linearScale({ from: 0, to: top * 1.05 }, y);
  const arrivals = decimate(
    rows.map((row) => ({ atSeconds: row.timeSeconds, value: row.arrivalRate })),
    MOST_POINTS,
  ).map(({ atSeconds, value: rate }): [number, number] => [time.at(atSeconds), value.at(rate ?? 0)]);
  const area = linePath(arrivals);
  const closed =
    arrivals.length === 0 ? "" : `${area}V${place(y.from)}H${place(arrivals[0]?.[0] ?? x.from)}Z`;
  const capacity = stepPath(changes(rows, capacityOf, { time, value }), x.to);
  return frame({
    title: "Load and capacity",
    description: `Arrivals up to ${Math.round(top)} requests per second.`,
    height: LOAD_HEIGHT,
    time,
    value,
    unit: "requests/s",
    legend: [
      { label: "arrivals", style: "load" },
      { label: "what ready replicas carry at best", style: "capacity" },
    ],
    body: `<path class="load-area" d="${closed}"/><path class="line load" d="${area}"/><path class="line capacity" d="${capacity}"/>`,
  });
}

/** Returns the chart of desired and ready replicas of one workload, each change of desired marked with its reason. */
export function replicasChart(rows: readonly TimelineRow[], facts: ReportFacts): string {
  const { x, y } = inside(REPLICAS_HEIGHT);
  const time = timeScale(facts.durationSeconds, x);
  const most = largest(rows.flatMap((row) => [row.desired, row.ready + row.starting + row.draining]));
  const exact = linearScale({ from: 0, to: Math.max(1, most) * 1.08 }, y, 4);
  const value = { at: exact.at, ticks: exact.ticks.filter(Number.isInteger) };
  const on = { time, value };
  const all = stepPath(
    changes(rows, (row) => row.ready + row.starting + row.draining, on),
    x.to,
  );
  const ready = stepPath(
    changes(rows, (row) => row.ready, on),
    x.to,
  );
  const desired = stepPath(
    changes(rows, (row) => row.desired, on),
    x.to,
  );
  return frame({
    title: "Replicas",
    description: `Desired replicas up to ${most}.`,
    height: REPLICAS_HEIGHT,
    time,
    value,
    unit: "replicas; a mark = a change, its reason on hover",
    legend: [
      { label: "desired", style: "desired" },
      { label: "ready", style: "ready" },
      { label: "with starting and draining", style: "existing" },
    ],
    body: `<path class="line existing" d="${all}"/><path class="line ready" d="${ready}"/><path class="line desired" d="${desired}"/>${marks(rows, on)}`,
  });
}

type Place = { readonly time: Scale; readonly value: Scale };

function changes(rows: readonly TimelineRow[], of: (row: TimelineRow) => number, { time, value }: Place) {
  const changed = rows.filter((row, index) => index === 0 || of(row) !== of(rows[index - 1] ?? row));
  return decimate(
    changed.map((row) => ({ atSeconds: row.timeSeconds, value: of(row) })),
    MOST_POINTS,
  ).map(({ atSeconds, value: count }): [number, number] => [time.at(atSeconds), value.at(count ?? 0)]);
}

/** A triangle a change of desired replicas, pointing where it went. */
function marks(rows: readonly TimelineRow[], { time, value }: Place): string {
  const changed = rows.flatMap((row, index) => {
    const before = rows[index - 1];
    return before === undefined || before.desired === row.desired ? [] : [{ row, before }];
  });
  return changed
    .slice(0, MOST_MARKS)
    .map(({ row, before }) => {
      const [x, y] = [time.at(row.timeSeconds), value.at(row.desired)];
      const isOut = row.desired > before.desired;
      const tip = isOut ? -7 : 7;
      const told = `${timeLabel(row.timeSeconds)}: ${before.desired} → ${row.desired}, ${before.reason}`;
      return `<path class="mark ${isOut ? "out" : "in"}" d="M${place(x - 4)} ${place(y)}h8l-4 ${tip}z"><title>${escaped(told)}</title></path>`;
    })
    .join("");
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
