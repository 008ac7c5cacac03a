// The public traces of LLM services of Azure: a row a request with its instant.

import { CsvReader, countLines } from "./csv-reader.ts";
import type { ArrivalsTrace } from "./trace-data.ts";

const ZERO = 0x30;
const POINT = 0x2e;
const SECONDS_LENGTH = "YYYY-MM-DD HH:MM:SS".length;
const PATTERN = "dddd-dd-dd dd:dd:dd";
const DIGIT = 0x64;
/** The year's form has them: only UTC. */
const UTC_SUFFIX = "+00:00";
const MONTHS = 12;
const SECONDS_A_DAY = 86_400;

const PATTERN_BYTES = Uint8Array.from(PATTERN, (letter) => letter.charCodeAt(0));

/** Returns the arrivals; t = 0 is the first one. Tokens are not read. Throws TraceProblem. */
export function parseAzureLlm(bytes: Uint8Array): ArrivalsTrace {
  const csv = new CsvReader(bytes, ["TIMESTAMP"]);
  const times = new Float64Array(countLines(bytes));
  const instant = new InstantField(csv, bytes);
  let count = 0;
  let [firstSeconds, firstFraction, last] = [0, 0, 0];
  for (; csv.nextRow(); count += 1) {
    instant.read();
    if (count === 0) [firstSeconds, firstFraction] = [instant.wholeSeconds, instant.fraction];
    const time = instant.wholeSeconds - firstSeconds + (instant.fraction - firstFraction);
    if (time < last) csv.fail(`TIMESTAMP ${csv.text(0)} is before that of the row before it`);
    last = time;
    times[count] = time;
  }
  if (count === 0) csv.fail("there is no request");
  return { kind: "arrivals", times: times.subarray(0, count), batches: null, models: null };
}

/** Reads `YYYY-MM-DD HH:MM:SS[.f…][+00:00]`, in whole seconds since 1970 and a rest, so that no digit is lost. */
class InstantField {
  wholeSeconds = 0;
  fraction = 0;
  readonly #csv: CsvReader;
  readonly #bytes: Uint8Array;

  constructor(csv: CsvReader, bytes: Uint8Array) {
    this.#csv = csv;
    this.#bytes = bytes;
  }

  read(): void {
    const start = this.#csv.start(0);
    for (let place = 0; place < SECONDS_LENGTH; place += 1) {
      const [byte, wanted] = [this.#bytes[start + place] ?? 0, PATTERN_BYTES[place] ?? 0];
      if (wanted === DIGIT ? byte < ZERO || byte > ZERO + 9 : byte !== wanted) this.#refuse();
    }
    const [year, month, day] = [
      this.#digits(start, 4),
      this.#digits(start + 5, 2),
      this.#digits(start + 8, 2),
    ];
    const [hour, minute] = [this.#digits(start + 11, 2), this.#digits(start + 14, 2)];
    const second = this.#digits(start + 17, 2);
    if (month < 1 || month > MONTHS || day < 1 || day > daysIn(year, month)) this.#refuse();
    if (hour > 23 || minute > 59 || second > 59) this.#refuse();
    this.wholeSeconds = daysSince1970(year, month, day) * SECONDS_A_DAY + hour * 3600 + minute * 60 + second;
    this.fraction = this.#readFraction(start + SECONDS_LENGTH);
  }

  /** Reads what follows the seconds. */
  #readFraction(start: number): number {
    const end = this.#csv.end(0);
    let [at, digits, scale] = [start, 0, 1];
    if (this.#bytes[at] === POINT && at < end) {
      for (at += 1; at < end && this.#isDigit(at); at += 1) {
        digits = digits * 10 + (this.#bytes[at] ?? 0) - ZERO;
        scale *= 10;
      }
      if (scale === 1) this.#refuse();
    }
    if (at < end && this.#csv.text(0).slice(at - this.#csv.start(0)) !== UTC_SUFFIX) this.#refuse();
    return digits / scale;
  }

  #isDigit(at: number): boolean {
    const byte = this.#bytes[at] ?? 0;
    return byte >= ZERO && byte <= ZERO + 9;
  }

  #digits(at: number, length: number): number {
    let value = 0;
    for (let index = at; index < at + length; index += 1)
      value = value * 10 + (this.#bytes[index] ?? 0) - ZERO;
    return value;
  }

  #refuse(): never {
    return this.#csv.fail(
      `TIMESTAMP is ${JSON.stringify(this.#csv.text(0))}, must be YYYY-MM-DD HH:MM:SS.fffffff, UTC`,
    );
  }
}

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Days since 1 January 1970 in the Gregorian calendar, counting years from March so that a leap day ends one. */
function daysSince1970(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const marchMonth = (month + 9) % MONTHS;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return 365 * marchYear + leapDays + Math.floor((153 * marchMonth + 2) / 5) + day - 1 - 719_468;
}
