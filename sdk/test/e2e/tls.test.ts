import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ObservabilityOptions } from "../../src/index.ts";
import { type ExportFailureReason, signals } from "../../src/names/index.ts";
import { Backend } from "../support/backend.ts";
import { Authority, type Certificate, hasOpenssl } from "../support/certificates.ts";
import { eventually } from "../support/fast-clock.ts";
import { Shop } from "../support/shop.ts";
import { stderrOf } from "../support/stderr.ts";

describe("a backend that speaks TLS", function () {
  this.timeout("1m");
  let folder: string;
  let authority: Authority;
  let foreign: Authority;
  let server: Certificate;
  let backend: Backend;
  let shop: Shop;

  before(function () {
    if (!hasOpenssl()) {
      console.log("  skipped: there is no openssl here to make certificates with");
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), "tls-"));
    authority = new Authority(folder, "authority");
    foreign = new Authority(folder, "foreign");
    server = authority.issue("IP:127.0.0.1");
  });
  after(() => folder && rmSync(folder, { recursive: true }));
  afterEach(async () => {
    await shop.close();
    await backend.stop();
  });

  const pem = ({ certificateFile, keyFile }: Certificate) => ({
    cert: readFileSync(certificateFile),
    key: readFileSync(keyFile),
  });

  /** Sells against a backend that must not be trusted, until each signal has failed; returns what was said. */
  const sellInVain = (options: ObservabilityOptions, reason: ExportFailureReason = "untrusted") =>
    stderrOf(async () => {
      shop = await Shop.open(backend, options);
      await shop.sell(50);
      await eventually(() => signals.every((signal) => (shop.countsOf(signal).failures[reason] ?? 0) >= 2));
      for (const signal of signals) {
        const { delivered, dropped, failures } = shop.countsOf(signal);
        assert.deepEqual(
          { delivered, dropped, reasons: Object.keys(failures) },
          {
            delivered: 0,
            dropped: {},
            reasons: [reason],
          },
        );
      }
      assert.equal(backend.requests.length, 0);
    });

  /** One line for each endpoint, with the repair. */
  const assertSaidOnce = (said: string, fault: RegExp) => {
    const lines = said.trim().split("\n");
    assert.equal(lines.length, signals.length, said);
    for (const line of lines) {
      assert.match(line, fault);
      assert.match(line, /\(untrusted\): .*caFile \(OTEL_EXPORTER_OTLP_CERTIFICATE\)/);
    }
    assert.equal(new Set(lines.map((line) => /https:\S+/.exec(line)?.[0])).size, signals.length);
  };

  it("gets everything, under an authority that a file names", async () => {
    backend = await Backend.start(pem(server));
    shop = await Shop.open(backend, { caFile: authority.certificateFile });
    await shop.sell(200);
    await shop.delivered();
    shop.assertAllArrived(backend);
  });

  it("is refused while its authority is none that the app trusts, and gets everything once the file is repaired", async () => {
    backend = await Backend.start(pem(server));
    const caFile = join(folder, "ca.pem");
    copyFileSync(foreign.certificateFile, caFile);
    assertSaidOnce(await sellInVain({ caFile }), /unable to|signature|self.signed/i);
    copyFileSync(authority.certificateFile, caFile);
    await shop.delivered();
    shop.assertAllArrived(backend);
  });

  it("is refused where no authority is named", async () => {
    backend = await Backend.start(pem(server));
    assertSaidOnce(await sellInVain({}), /certificate/);
  });

  it("is refused when its certificate is another host's", async () => {
    backend = await Backend.start(pem(authority.issue("DNS:elsewhere.example.com")));
    assertSaidOnce(await sellInVain({ caFile: authority.certificateFile }), /IP: 127\.0\.0\.1 is not in/);
  });

  it("is sent nothing while the files cannot be used, and everything once they can", async () => {
    backend = await Backend.start(pem(server));
    const caFile = join(folder, "later.pem");
    writeFileSync(caFile, "no certificate");
    assertSaidOnce(await sellInVain({ caFile }), /later\.pem cannot be used/);
    copyFileSync(authority.certificateFile, caFile);
    await shop.delivered();
    shop.assertAllArrived(backend);
  });

  it("goes on getting everything while the files cannot be used any more, which is said once", async () => {
    backend = await Backend.start(pem(server));
    const caFile = join(folder, "before.pem");
    copyFileSync(authority.certificateFile, caFile);
    shop = await Shop.open(backend, { caFile });
    await shop.sell(50);
    await shop.delivered();
    const said = await stderrOf(async () => {
      writeFileSync(caFile, "no certificate any more");
      await shop.sell(50);
      await shop.delivered();
    });
    shop.assertAllArrived(backend);
    assert.match(said, /^.*before\.pem cannot be used: .*What they held before is used until then\.\n$/);
  });

  describe("and asks for the app's certificate", () => {
    beforeEach(async () => {
      const ca = readFileSync(authority.certificateFile);
      backend = await Backend.start({ ...pem(server), ca, requestCert: true, rejectUnauthorized: true });
    });
    const withCertificate = ({ certificateFile, keyFile }: Certificate) => ({
      caFile: authority.certificateFile,
      clientCertificateFile: certificateFile,
      clientKeyFile: keyFile,
    });

    it("gets everything with the one that files name", async () => {
      shop = await Shop.open(backend, withCertificate(authority.issue("DNS:shop")));
      await shop.sell(200);
      await shop.delivered();
      shop.assertAllArrived(backend);
    });

    it("takes nothing without one", async () => {
      const said = await sellInVain({ caFile: authority.certificateFile });
      assertSaidOnce(said, /certificate required/);
    });

    it("takes nothing with one of a foreign authority", async () => {
      // A server of Node's ends the connection without an alert.
      await sellInVain(withCertificate(foreign.issue("DNS:shop")), "unreachable");
    });
  });
});
