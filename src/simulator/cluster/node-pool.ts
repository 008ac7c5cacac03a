// GPU nodes of one kind: pods take their GPUs, nodes come when pods wait for them and go when they are empty.

import type { NodePool } from "../../domain/scenario.ts";
import type { RandomStream } from "../random/random-stream.ts";
import { drawSpan } from "../random/span-draw.ts";

/** Times are seconds since the scenario's start. */
export type Node = {
  readonly index: number;
  freeGpus: number;
  state: "launching" | "there" | "gone";
  /** When it is there, or leaves if it stays empty; other events for it are outdated. */
  dueAt: number;
};

/** A pod that waits for GPUs; `placed` hears of its node. */
export type PlacementRequest = { readonly gpus: number; readonly placed: (node: Node, at: number) => void };

export type NodePoolParts = {
  readonly settings: NodePool;
  readonly random: RandomStream;
  /** Asks for `due` at a time. */
  readonly schedule: (at: number, node: Node) => void;
};

export class GpuNodes {
  readonly #parts: NodePoolParts;
  readonly #nodes: Node[] = [];
  readonly #waiting = new Map<number, PlacementRequest>();
  /** Faults under way that keep nodes from being launched. */
  #shortages = 0;

  constructor(parts: NodePoolParts) {
    this.#parts = parts;
    const { initialNodes, idleTimeoutSeconds } = parts.settings;
    for (let index = 0; index < initialNodes; index += 1) {
      const node = this.#addNode("there");
      if (idleTimeoutSeconds !== null) this.#dueAt(node, idleTimeoutSeconds);
    }
  }

  /** Places a pod now if a node has room, else as soon as one has. */
  request(pod: number, at: number, request: PlacementRequest): void {
    this.#waiting.set(pod, request);
    this.#placeAll(at);
  }

  /** A waiting pod no longer wants GPUs. */
  withdraw(pod: number): void {
    this.#waiting.delete(pod);
  }

  /** Gives back GPUs. */
  release(node: Node, gpus: number, at: number): void {
    node.freeGpus += gpus;
    this.#placeAll(at);
    const { idleTimeoutSeconds, gpusPerNode } = this.#parts.settings;
    if (idleTimeoutSeconds !== null && node.freeGpus === gpusPerNode)
      this.#dueAt(node, at + idleTimeoutSeconds);
  }

  /** A node's time has come: it is there, or it leaves if it is still empty. */
  due(node: Node, at: number): void {
    if (node.dueAt !== at) return;
    const { idleTimeoutSeconds, gpusPerNode } = this.#parts.settings;
    if (node.state === "launching") {
      node.state = "there";
      if (idleTimeoutSeconds !== null) this.#dueAt(node, at + idleTimeoutSeconds);
      this.#placeAll(at);
    } else if (node.freeGpus === gpusPerNode) node.state = "gone";
  }

  /** No node is to be had until `shortageEnds`. */
  shortageBegins(): void {
    this.#shortages += 1;
  }

  shortageEnds(at: number): void {
    this.#shortages -= 1;
    this.#placeAll(at);
  }

  /** Returns the nodes that are there. */
  nodeCount(): number {
    return this.#nodes.filter(({ state }) => state === "there").length;
  }

  /** First come first served; a pod that finds no room does not hold up smaller ones. */
  #placeAll(at: number): void {
    for (const [pod, { gpus, placed }] of this.#waiting) {
      const node = this.#fullestWithRoom(gpus);
      if (node === null) continue;
      this.#waiting.delete(pod);
      node.freeGpus -= gpus;
      placed(node, at);
    }
    this.#launch(at);
  }

  /** The fullest node with room, so that others empty and can leave. */
  #fullestWithRoom(gpus: number): Node | null {
    let found: Node | null = null;
    for (const node of this.#nodes) {
      if (node.state !== "there" || node.freeGpus < gpus) continue;
      if (found === null || node.freeGpus < found.freeGpus) found = node;
    }
    return found;
  }

  #launch(at: number): void {
    if (this.#shortages > 0) return;
    const { gpusPerNode, maxNodes, provisioning } = this.#parts.settings;
    for (let missing = this.#missingNodes(gpusPerNode); missing > 0; missing -= 1) {
      if (this.#nodes.filter(({ state }) => state !== "gone").length >= maxNodes) return;
      this.#dueAt(this.#addNode("launching"), at + drawSpan(provisioning, this.#parts.random));
    }
  }

  /** How many more nodes the waiting pods fill, besides those that are coming. */
  #missingNodes(gpusPerNode: number): number {
    let nodes = 0;
    let room = 0;
    for (const { gpus } of this.#waiting.values()) {
      if (gpus > gpusPerNode) continue;
      if (room < gpus) {
        nodes += 1;
        room = gpusPerNode;
      }
      room -= gpus;
    }
    return nodes - this.#nodes.filter(({ state }) => state === "launching").length;
  }

  #addNode(state: Node["state"]): Node {
    const node: Node = {
      index: this.#nodes.length,
      freeGpus: this.#parts.settings.gpusPerNode,
      state,
      dueAt: Number.POSITIVE_INFINITY,
    };
    this.#nodes.push(node);
    return node;
  }

  #dueAt(node: Node, at: number): void {
    node.dueAt = at;
    this.#parts.schedule(at, node);
  }
}
