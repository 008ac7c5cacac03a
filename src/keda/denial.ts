// Answers every call of a connection whose caller is known and not allowed.

import {
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  status,
} from "@grpc/grpc-js";

type Listener = Parameters<ServerInterceptingCallInterface["start"]>[0];

const DETAILS = "the client certificate is not for an allowed subject";

/** Returns the interceptor that ends each call with PERMISSION_DENIED, whatever it asks. */
export function denyingAll(): ServerInterceptor {
  return (_method, call) => new DeniedCall(call);
}

class DeniedCall extends ServerInterceptingCall {
  readonly #call: ServerInterceptingCallInterface;

  constructor(call: ServerInterceptingCallInterface) {
    super(call);
    this.#call = call;
  }

  override start(listener: Listener): void {
    this.#call.start({
      onReceiveMetadata: () => {},
      onReceiveMessage: () => {},
      onReceiveHalfClose: () => {},
      onCancel: () => listener.onCancel(),
    });
    this.sendStatus({ code: status.PERMISSION_DENIED, details: DETAILS, metadata: null });
  }
}
