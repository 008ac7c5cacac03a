// A case of one rule: files, and where it finds what in them.

import type { Texts } from "./linted.ts";

/** Files, and `file:line:column CODE` of all that is to be found of one code in them. */
export type Variant = {
  readonly code: string;
  readonly name: string;
  readonly texts: Texts;
  readonly places: readonly string[];
};

/** A rule file with one expression, which stands in line 4 from column 11. */
export const rule = (expression: string): Texts => ({
  "rules.yaml": `groups:\n  - rules:\n      - expr: |\n          ${expression}\n`,
});

/** A model configuration. */
export const config = (text: string): Texts => ({ "config.pbtxt": text });

/** A Deployment of Triton; `container` are further lines of its container, `pod` of its pod. */
export const deployment = (container: string, pod = ""): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: triton }
spec:
  selector: { matchLabels: { app: triton } }
  template:
    metadata: { labels: { app: triton } }
    spec:
      containers:
        - name: triton
          image: nvcr.io/nvidia/tritonserver:26.01-py3
${container}${pod}`;
