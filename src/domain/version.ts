// The version of this program, as records and metrics carry it; kept equal to package.json by a test.

export const VERSION = "0.1.0";
