// An entry of the table of fields: what a field means, its default, and why.

export type FieldValue =
  | string
  | number
  | boolean
  | null
  | readonly FieldValue[]
  | { readonly [key: string]: FieldValue };

export type FieldEntry = {
  readonly meaning: string;
  /** Absent where the field is required, or (`computed`) follows from another. */
  readonly default?: FieldValue;
  /** How the default follows from other fields. */
  readonly computed?: string;
  /** Why this default, or why there is none. */
  readonly why: string;
};
