import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { Struct, Value } from "google-protobuf/google/protobuf/struct_pb.js";

/** A property as the engine sends it: JSON, where an unknown value is one of the engine's sentinel strings. */
export type Json = null | boolean | number | string | Json[] | Properties;
export interface Properties {
  [key: string]: Json | undefined;
}

// The engine has one sentinel per type of the value that is not known yet (sdk/go/common/resource/plugin/rpc.go).
const unknownSentinels = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** What stands for a value that only an update will know. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

// The engine's envelope of a value that is kept encrypted (sdk/go/common/resource/sig).
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** For outputs that are secret whether or not the inputs on the same path are. */
export const secret = (value: Json): Json => ({ [signature]: secretSignature, value });

const isUnknown = (value: Json | undefined): boolean =>
  typeof value === "string" && unknownSentinels.has(value);

export function containsUnknown(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some(containsUnknown);
  if (isObject(value)) return Object.values(value).some(containsUnknown);
  return isUnknown(value);
}

export const isObject = (value: unknown): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const omit = (properties: Properties, ...keys: string[]): Properties =>
  Object.fromEntries(Object.entries(properties).filter(([key]) => !keys.includes(key)));

/** The object at `key`, or an empty one. */
export const objectAt = (properties: Properties, key: string): Properties => {
  const value = properties[key];
  return isObject(value) ? value : {};
};

/** The string at `key`, if there is one and it is known. */
export const stringAt = (properties: Properties, key: string): string | undefined => {
  const value = properties[key];
  return typeof value === "string" && !isUnknown(value) ? value : undefined;
};

export const fromStruct = (message: Struct | undefined): Properties =>
  (message?.toJavaScript() as Properties | undefined) ?? {};

/** Keys whose value is undefined are left out: protobuf has no such value. */
export function toStruct(properties: Properties): Struct {
  const message = new struct.Struct();
  const fields = message.getFieldsMap();
  for (const [key, value] of Object.entries(properties)) {
    if (value !== undefined) fields.set(key, toValue(value));
  }
  return message;
}

function toValue(json: Json): Value {
  const value = new struct.Value();
  if (json === null) value.setNullValue(struct.NullValue.NULL_VALUE);
  else if (typeof json === "boolean") value.setBoolValue(json);
  else if (typeof json === "number") value.setNumberValue(json);
  else if (typeof json === "string") value.setStringValue(json);
  else if (Array.isArray(json)) {
    const list = new struct.ListValue();
    list.setValuesList(json.map(toValue));
    value.setListValue(list);
  } else value.setStructValue(toStruct(json));
  return value;
}
