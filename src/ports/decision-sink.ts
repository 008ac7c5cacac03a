// Where decision log lines go.

import type { LogRecord } from "../domain/record.ts";

export interface DecisionSink {
  /** Takes a record without waiting; a sink that cannot keep up or write reports it through its own error path. */
  write(record: LogRecord): void;
  /** Resolves when everything taken so far is written. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
