import assert from "node:assert/strict";
import { isDistrust, TlsFileError, TlsFiles } from "../../src/delivery/tls-files.ts";

const failed = (code: string) => Object.assign(new Error("failed"), { code });

describe("TLS files", () => {
  it("are none where none is named", () => {
    assert.equal(new TlsFiles({}).context(), undefined);
  });

  it("that are not there let no connection be made", () => {
    assert.throws(() => new TlsFiles({ caFile: "/nowhere/ca.pem" }).context(), TlsFileError);
  });
});

describe("a failure is of trust", () => {
  for (const code of [
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "CERT_HAS_EXPIRED",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
    "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
  ])
    it(`when its code is ${code}`, () => assert.equal(isDistrust(failed(code)), true));

  for (const code of ["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "ERR_SSL_WRONG_VERSION_NUMBER"])
    it(`not when its code is ${code}`, () => assert.equal(isDistrust(failed(code)), false));

  it("not when it has no code, or is none", () => {
    for (const error of [new Error("no"), undefined, null]) assert.equal(isDistrust(error), false);
  });
});
