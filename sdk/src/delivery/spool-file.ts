import { crc32 } from "node:zlib";
import { type Batch, batchOf } from "./batch.ts";
import type { Scope, TelemetryRecord } from "./record.ts";

/** A batch on disk. Its name says all that must be known of it before it is read. */
export interface SpoolFile {
  readonly name: string;
  /** When its oldest record was made, in ms since the epoch. */
  readonly createdAt: number;
  /** Counts the files of one process. */
  readonly sequence: number;
  readonly items: number;
  /** Length of the file. */
  readonly bytes: number;
}

/** `owner` tells the files of different processes apart. */
export const spoolFile = (
  owner: string,
  { createdAt, sequence, items, bytes }: Omit<SpoolFile, "name">,
): SpoolFile => ({
  name: `${[createdAt, owner, sequence, items, bytes].join(".")}.batch`,
  createdAt,
  sequence,
  items,
  bytes,
});

const namePattern = /^(\d{1,15})\.[0-9a-f-]+\.(\d{1,15})\.(\d{1,15})\.(\d{1,15})\.batch$/;

/** `undefined`: a file of someone else. */
export function readSpoolName(name: string): SpoolFile | undefined {
  const [, createdAt, sequence, items, bytes] = (namePattern.exec(name) ?? []).map(Number);
  if (createdAt === undefined || sequence === undefined || items === undefined || bytes === undefined)
    return undefined;
  return { name, createdAt, sequence, items, bytes };
}

/**
 * Layout, numbers as little-endian uint32: `AWS1`; CRC-32 of all that follows; length of the head; count of the records; the
 * head, as JSON; scope (its place in the head), items and length of each record; the records' bytes.
 */
const magic = 0x31535741;
const crcAt = 4;
const headLengthAt = 8;
const countAt = 12;
const headAt = 16;
const rowBytes = 12;

interface Head {
  /** Base64. */
  readonly resource: string;
  readonly scopes: readonly Scope[];
}

export function encodeSpoolFile(batch: Batch): Buffer {
  const scopes = new Map<Scope, number>();
  for (const { scope } of batch.records) if (!scopes.has(scope)) scopes.set(scope, scopes.size);
  const head: Head = { resource: Buffer.from(batch.resource).toString("base64"), scopes: [...scopes.keys()] };
  const headBytes = Buffer.from(JSON.stringify(head));

  const rowsAt = headAt + headBytes.length;
  const recordsAt = rowsAt + rowBytes * batch.records.length;
  const file = Buffer.allocUnsafeSlow(recordsAt + batch.bytes);
  file.writeUInt32LE(magic, 0);
  file.writeUInt32LE(headBytes.length, headLengthAt);
  file.writeUInt32LE(batch.records.length, countAt);
  headBytes.copy(file, headAt);
  let rowAt = rowsAt;
  let recordAt = recordsAt;
  for (const { scope, items, bytes } of batch.records) {
    file.writeUInt32LE(scopes.get(scope) ?? 0, rowAt);
    file.writeUInt32LE(items, rowAt + 4);
    file.writeUInt32LE(bytes.length, rowAt + 8);
    file.set(bytes, recordAt);
    rowAt += rowBytes;
    recordAt += bytes.length;
  }
  file.writeUInt32LE(crc32(file.subarray(headLengthAt)), crcAt);
  return file;
}

/** Throws {@link DamagedFileError} at anything but what `encodeSpoolFile` gave. */
export function decodeSpoolFile(file: Buffer): Batch {
  if (file.length < headAt || file.readUInt32LE(0) !== magic)
    throw new DamagedFileError("it is no spool file");
  if (file.readUInt32LE(crcAt) !== crc32(file.subarray(headLengthAt))) {
    throw new DamagedFileError("its checksum is wrong");
  }
  const rowsAt = headAt + file.readUInt32LE(headLengthAt);
  const { resource, scopes } = JSON.parse(file.toString("utf8", headAt, rowsAt)) as Head;
  const records: TelemetryRecord[] = [];
  const recordsAt = rowsAt + rowBytes * file.readUInt32LE(countAt);
  let recordAt = recordsAt;
  for (let rowAt = rowsAt; rowAt < recordsAt; rowAt += rowBytes) {
    const end = recordAt + file.readUInt32LE(rowAt + 8);
    records.push({
      scope: scopes[file.readUInt32LE(rowAt)] as Scope,
      items: file.readUInt32LE(rowAt + 4),
      bytes: file.subarray(recordAt, end),
    });
    recordAt = end;
  }
  return batchOf(Buffer.from(resource, "base64"), records);
}

/** A file that was cut short, or changed by someone else. */
export class DamagedFileError extends Error {}
