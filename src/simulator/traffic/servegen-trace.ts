// ServeGen's description of production traffic: how each client behaved in each window of ten minutes.

import { CsvReader } from "./csv-reader.ts";
import type { ClientsTrace, ClientWindow, InterarrivalLaw } from "./trace-data.ts";

const COLUMNS = ["client_id", "window_start_s", "rate_rps", "cv", "arrival_dist"];
const [CLIENT, START, RATE, CV, LAW] = [0, 1, 2, 3, 4];
const WINDOW_SECONDS = 600;

/** Rows with a law have a coefficient of variation; where none was fitted gaps are exponential. */
const LAWS: ReadonlyMap<string, InterarrivalLaw> = new Map([
  ["Gamma", "gamma"],
  ["Weibull", "weibull"],
  ["", "exponential"],
]);

/** Returns the clients; their rows must stand together, windows ascending. Throws TraceProblem. */
export function parseServegen(bytes: Uint8Array): ClientsTrace {
  const csv = new CsvReader(bytes, COLUMNS);
  const clients = new Map<string, ClientWindow[]>();
  let present = "";
  let windows: ClientWindow[] = [];
  while (csv.nextRow()) {
    const client = csv.text(CLIENT);
    if (client !== present || windows.length === 0) {
      if (client === "") csv.fail("client_id is empty");
      if (clients.has(client)) csv.fail(`client ${client} has rows further up; its rows must stand together`);
      [present, windows] = [client, []];
      clients.set(client, windows);
    }
    windows.push(readWindow(csv, windows.at(-1)));
  }
  if (clients.size === 0) csv.fail("there is no client");
  return { kind: "clients", windowSeconds: WINDOW_SECONDS, clients: [...clients.values()] };
}

function readWindow(csv: CsvReader, before: ClientWindow | undefined): ClientWindow {
  const startSeconds = csv.decimal(START);
  if (before !== undefined && startSeconds < before.startSeconds + WINDOW_SECONDS) {
    csv.fail(
      `window_start_s is ${startSeconds}, must be at least ${WINDOW_SECONDS} after the client's window before (${before.startSeconds})`,
    );
  }
  const written = csv.text(LAW);
  const law = LAWS.get(written);
  if (law === undefined) return csv.fail(`arrival_dist is ${written}, must be Gamma, Weibull or empty`);
  return { startSeconds, rate: csv.decimal(RATE), cv: law === "exponential" ? 1 : csv.decimal(CV), law };
}
