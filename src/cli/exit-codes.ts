// What a command's exit code says.

/** 0: done, and the answer is yes. 1: done, and the answer is no. 2: bad usage or input. 3: the environment failed. */
export const EXIT = { yes: 0, no: 1, badInput: 2, environment: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
