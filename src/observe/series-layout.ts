// Where the series of a pod's models and families are: replicas show the same ones, so the next pod is mostly laid out
// like the one before.

import type { Series } from "../domain/samples.ts";

/** A place for each family of each model; numbers of places go from 0. */
export class SeriesLayout {
  /** The indices of each place's series. */
  readonly places: readonly (readonly number[])[];
  readonly #series: readonly Series[];
  readonly #numbers = new Map<string, Map<string, number>>();
  /** What was asked for last: pods are gone through by the family. */
  #model: string | null = null;
  #family = "";
  #number: number | undefined = undefined;

  /** Lays out series; others that fit may differ in all but model and family. */
  constructor(series: readonly Series[]) {
    const places: number[][] = [];
    for (const [index, { family, labels }] of series.entries()) {
      const families = this.#familiesOf(labels.model ?? "");
      const number = families.get(family) ?? places.length;
      families.set(family, number);
      if (number === places.length) places.push([index]);
      else places[number]?.push(index);
    }
    this.places = places;
    this.#series = series;
  }

  /** Returns whether other series have the same models and families in the same order. */
  fits(series: readonly Series[]): boolean {
    if (series.length !== this.#series.length) return false;
    for (let index = 0; index < series.length; index++) {
      const [one, other] = [this.#series[index], series[index]];
      if (one?.family !== other?.family || one?.labels.model !== other?.labels.model) return false;
    }
    return true;
  }

  /** Returns the number of a family's place; undefined = the model ("" of no model) does not have the family. */
  numberOf(model: string, family: string): number | undefined {
    if (family !== this.#family || model !== this.#model) {
      this.#number = this.#numbers.get(model)?.get(family);
      this.#model = model;
      this.#family = family;
    }
    return this.#number;
  }

  #familiesOf(model: string): Map<string, number> {
    let families = this.#numbers.get(model);
    if (families === undefined) {
      families = new Map();
      this.#numbers.set(model, families);
    }
    return families;
  }
}
