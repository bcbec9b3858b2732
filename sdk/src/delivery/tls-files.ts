import { readFileSync, statSync } from "node:fs";
import type { SecureContext } from "node:tls";
import { warnOnce } from "../diagnostics.ts";

/** PEM files for connections to https endpoints. */
export interface TlsFileOptions {
  /** The authorities that a backend's certificate must come from. Default: those that Node trusts. */
  readonly caFile?: string | undefined;
  /** The process's own certificate and its private key, for backends that ask for one. Both or neither. */
  readonly clientCertificateFile?: string | undefined;
  readonly clientKeyFile?: string | undefined;
}

/** The files cannot be used: no connection is made without what they are to ensure. */
export class TlsFileError extends Error {}

/**
 * What new connections are secured with; `undefined` where no file is named. Files are read again when they change, and while
 * what is there now cannot be used, what was there before is.
 */
export class TlsFiles {
  readonly #options: TlsFileOptions;
  readonly #paths: readonly string[];
  #context: SecureContext | undefined;
  #version = "";

  constructor(options: TlsFileOptions) {
    this.#options = options;
    const { caFile, clientCertificateFile, clientKeyFile } = options;
    this.#paths = [caFile, clientCertificateFile, clientKeyFile].filter((path) => path !== undefined);
  }

  /** @throws TlsFileError when the files could not be used yet. */
  context(): SecureContext | undefined {
    if (this.#paths.length === 0) return undefined;
    try {
      const version = this.#paths.map(versionOf).join();
      if (version !== this.#version) this.#context = this.#load();
      this.#version = version;
    } catch (error) {
      const message = `The TLS files ${this.#paths.join(", ")} cannot be used: ${(error as Error).message}`;
      if (!this.#context) throw new TlsFileError(message);
      warnOnce(`tls-files:${this.#paths.join()}`, `${message}. What they held before is used until then.`);
    }
    return this.#context;
  }

  #load(): SecureContext {
    const { caFile, clientCertificateFile, clientKeyFile } = this.#options;
    // Loaded when first needed: TLS is large.
    const { createSecureContext } = process.getBuiltinModule("node:tls");
    const { X509Certificate } = process.getBuiltinModule("node:crypto");
    const [ca, cert, key] = [caFile, clientCertificateFile, clientKeyFile].map(
      (path) => path && readFileSync(path),
    );
    // Node takes a file without a certificate for an authority that signed nothing.
    if (ca) void new X509Certificate(ca);
    return createSecureContext({ ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) });
  }
}

function versionOf(path: string): string {
  const { mtimeMs, size, ino } = statSync(path);
  return `${mtimeMs} ${size} ${ino}`;
}

/**
 * Codes of what is wrong with a backend's certificate, and of its alerts about ours.
 * Source: https://nodejs.org/api/tls.html#x509-certificate-error-codes; RFC 8446, section 6.2
 */
const distrust = /CERT|CRL|ISSUER|SIGNATURE|_CA$|^HOSTNAME_MISMATCH$|^INVALID_PURPOSE$/;

/** Whether a request failed because one side does not trust the other. */
export const isDistrust = (error: unknown): boolean =>
  error instanceof TlsFileError || distrust.test((error as NodeJS.ErrnoException | null)?.code ?? "");
