// Answers are few and asked for again and again: each is put into bytes once.

import type { ServiceDefinition } from "@grpc/grpc-js";

/**
 * Returns the service with the bytes of each answer kept as long as the answer itself is. Answers must not be changed
 * once they were sent.
 */
export function keepingBytes(service: ServiceDefinition): ServiceDefinition {
  const methods = Object.entries(service).map(([name, method]) => {
    const kept = new WeakMap<object, Buffer>();
    const responseSerialize = (answer: object): Buffer => {
      const known = kept.get(answer);
      if (known !== undefined) return known;
      const bytes = method.responseSerialize(answer);
      kept.set(answer, bytes);
      return bytes;
    };
    return [name, { ...method, responseSerialize }];
  });
  return Object.fromEntries(methods);
}
