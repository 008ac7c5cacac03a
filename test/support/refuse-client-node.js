// For `node --import`: a process that ends with an error as soon as it loads client-node.

import { register } from "node:module";

const hook = `export async function resolve(specifier, context, next) {
  if (specifier.startsWith("@kubernetes/client-node")) throw new Error("client-node is not to be loaded");
  return await next(specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
