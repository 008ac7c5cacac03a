// Instants as text: RFC 3339 in UTC with three decimals, the only form in files, logs and answers.

import { type Instant, instant } from "./units.ts";

const DAY_MILLIS = 86_400_000;
const DAYS_PER_ERA = 146_097;
const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/;
/** The keys of records and states whose numbers are instants. */
const INSTANT_KEY = /^(at|[a-zA-Z]+(At|Since|Until))$/;

/** Returns the instant as RFC 3339, UTC, with milliseconds. Years 0000 to 9999. */
export function formatInstant(at: Instant): string {
  const day = Math.floor(at / DAY_MILLIS);
  const time = at - day * DAY_MILLIS;
  const { year, month, dayOfMonth } = civilDate(day);
  const date = `${padded(year, 4)}-${padded(month, 2)}-${padded(dayOfMonth, 2)}`;
  const [hour, minute, second] = [time / 3_600_000, (time / 60_000) % 60, (time / 1000) % 60];
  return `${date}T${padded(hour, 2)}:${padded(minute, 2)}:${padded(second, 2)}.${padded(time % 1000, 3)}Z`;
}

/** Returns the instant that an RFC 3339 text names, rounded down to milliseconds, or null where it names none. */
export function parseInstant(text: string): Instant | null {
  const match = RFC_3339.exec(text);
  if (match === null) return null;
  const field = (index: number): number => Number(match[index] ?? 0);
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map(field) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 59 || field(9) > 23 || field(10) > 59) return null;
  const days = dayNumber(year, month, day);
  const { month: sameMonth, dayOfMonth } = civilDate(days);
  if (sameMonth !== month || dayOfMonth !== day) return null;
  const offset = (match[8] === "-" ? -1 : 1) * (field(9) * 60 + field(10)) * 60_000;
  const fraction = Number((match[7] ?? "").padEnd(3, "0").slice(0, 3));
  return instant(days * DAY_MILLIS + ((hour * 60 + minute) * 60 + second) * 1000 + fraction - offset);
}

/** Returns a copy of plain data in which every instant (by its key: `at`, `…At`, `…Since`, `…Until`) is RFC 3339 text. */
export function withInstantsAsText(value: unknown): unknown {
  return mapInstants(value, (found) => (typeof found === "number" ? formatInstant(instant(found)) : found));
}

/** Returns a copy of parsed JSON in which those texts are instants again; the inverse of `withInstantsAsText`. */
export function withInstantsAsNumbers(value: unknown): unknown {
  return mapInstants(value, (found) => (typeof found === "string" ? (parseInstant(found) ?? found) : found));
}

function mapInstants(value: unknown, convert: (found: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mapInstants(item, convert));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      INSTANT_KEY.test(key) && typeof inner !== "object" ? convert(inner) : mapInstants(inner, convert),
    ]),
  );
}

function padded(value: number, width: number): string {
  return String(Math.floor(value)).padStart(width, "0");
}

/** Days since 1970-01-01 of a date of the proleptic Gregorian calendar, counted in 400-year eras that begin in March. */
function dayNumber(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - 719_468;
}

/** The inverse of `dayNumber`. */
function civilDate(days: number): {
  readonly year: number;
  readonly month: number;
  readonly dayOfMonth: number;
} {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / DAYS_PER_ERA);
  const dayOfEra = shifted - era * DAYS_PER_ERA;
  const leapDays =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, dayOfMonth: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1 };
}
