import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** A certificate and its private key, as PEM files. */
export interface Certificate {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** Whether certificates can be made here. */
export function hasOpenssl(): boolean {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** An authority of the tests' own, in a folder that is the caller's to remove. */
export class Authority {
  readonly folder: string;
  readonly name: string;
  readonly certificateFile: string;
  readonly #keyFile: string;

  constructor(folder: string, name: string) {
    this.folder = folder;
    this.name = name;
    const { certificateFile, keyFile } = make(folder, name, []);
    this.certificateFile = certificateFile;
    this.#keyFile = keyFile;
  }

  /** A certificate for who has that name, e.g. `IP:127.0.0.1` or `DNS:app`. */
  issue(subject: string): Certificate {
    return make(this.folder, `${this.name}-${subject.replace(/\W+/g, "-")}`, [
      ...["-CA", this.certificateFile, "-CAkey", this.#keyFile],
      ...["-addext", `subjectAltName=${subject}`, "-addext", "basicConstraints=critical,CA:FALSE"],
    ]);
  }
}

function make(folder: string, name: string, more: readonly string[]): Certificate {
  const certificateFile = join(folder, `${name}.pem`);
  const keyFile = join(folder, `${name}.key`);
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", keyFile];
  const args = [
    "req",
    "-x509",
    ...key,
    "-out",
    certificateFile,
    "-days",
    "2",
    "-subj",
    `/CN=${name}`,
    ...more,
  ];
  execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
  return { certificateFile, keyFile };
}
