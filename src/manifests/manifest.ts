// A Kubernetes object to be written: its fields in order, and remarks for those who read it.

/** A value of plain data, as YAML holds it. */
export type ManifestValue =
  | string
  | number
  | boolean
  | readonly ManifestValue[]
  | { readonly [field: string]: ManifestValue };

export type Manifest = {
  readonly object: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace: string };
    readonly [field: string]: ManifestValue;
  };
  /** Lines above the object. */
  readonly remark: readonly string[];
  /** Dotted path of a field, as `spec.fallback` → the line above it. */
  readonly remarks: Readonly<Record<string, string>>;
};
