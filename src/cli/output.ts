// Where a command's product and its remarks go; tests give their own.

export type Output = {
  /** The product: standard output. */
  stdout(text: string): void;
  /** Logs, progress and complaints: standard error. */
  stderr(text: string): void;
};
