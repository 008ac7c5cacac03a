// A name server of the test: it knows one name, which stands for the loopback addresses that the test says.

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

const HEADER_BYTES = 12;
const TYPE_A = 1;
/** A response without an error, to a question that wanted recursion. */
const RESPONSE_FLAGS = 0x8180;
/** In an answer: the name that stands at the start of the question. */
const NAME_OF_QUESTION = 0xc00c;
const CLASS_INTERNET = 1;

export type NameServer = {
  readonly port: number;
  close(): void;
};

/** Starts a name server on a free loopback port that answers every question for IPv4 with `addresses`. */
export async function startNameServer(addresses: readonly string[]): Promise<NameServer> {
  const socket: Socket = createSocket("udp4");
  socket.on("message", (question, { port, address }) => {
    socket.send(answerTo(question, addresses), port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { port: socket.address().port, close: () => socket.close() };
}

function answerTo(question: Buffer, addresses: readonly string[]): Buffer {
  const end = endOfQuestion(question);
  const isForAddress = question.readUInt16BE(end - 4) === TYPE_A;
  const records = isForAddress ? addresses.map(addressRecord) : [];
  const header = Buffer.alloc(HEADER_BYTES);
  question.copy(header, 0, 0, 2);
  header.writeUInt16BE(RESPONSE_FLAGS, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, question.subarray(HEADER_BYTES, end), ...records]);
}

/** Where the first question ends: after the labels of its name, its type and its class. */
function endOfQuestion(message: Buffer): number {
  let at = HEADER_BYTES;
  while (message.readUInt8(at) > 0) at += 1 + message.readUInt8(at);
  return at + 5;
}

function addressRecord(address: string): Buffer {
  const octets = address.split(".").map(Number);
  const record = Buffer.alloc(HEADER_BYTES);
  record.writeUInt16BE(NAME_OF_QUESTION, 0);
  record.writeUInt16BE(TYPE_A, 2);
  record.writeUInt16BE(CLASS_INTERNET, 4);
  record.writeUInt32BE(0, 6);
  record.writeUInt16BE(octets.length, 10);
  return Buffer.concat([record, Buffer.from(octets)]);
}
