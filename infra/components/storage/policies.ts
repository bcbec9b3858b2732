import { type Input, interpolate, jsonStringify, type Output } from "@pulumi/pulumi";

type OneOrMore<T> = T | T[];

/** A statement of an AWS policy; the keys are AWS's own. */
export interface Statement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Principal?: Record<string, Input<string>>;
  Action: OneOrMore<string>;
  Resource?: OneOrMore<Input<string>>;
  Condition?: Record<string, Record<string, OneOrMore<Input<string>>>>;
}

export const policyDocument = (...statements: Statement[]): Output<string> =>
  jsonStringify({ Version: "2012-10-17", Statement: statements });

/** The objects of a bucket whose keys begin with `prefix`; all of them unless given. */
export const objectsOf = (bucketArn: Input<string>, prefix = ""): Output<string> =>
  interpolate`${bucketArn}/${prefix}*`;

/** No request without TLS 1.2 or newer, whoever sends it. */
export function tlsOnly(bucketArn: Input<string>): Statement[] {
  const refuse = { Effect: "Deny", Principal: { AWS: "*" }, Action: "s3:*" } as const;
  const Resource = [bucketArn, objectsOf(bucketArn)];
  return [
    { ...refuse, Sid: "TlsOnly", Resource, Condition: { Bool: { "aws:SecureTransport": "false" } } },
    { ...refuse, Sid: "NoOldTls", Resource, Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } },
  ];
}
