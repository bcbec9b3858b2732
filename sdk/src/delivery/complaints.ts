import { warnOnce } from "../diagnostics.ts";
import type { ExportFailureReason, Signal } from "../names/index.ts";

/** What a human can do about a failure, by its reason. */
const repairs: Readonly<Record<ExportFailureReason, string>> = {
  unauthorized:
    "Give the tenant's token by authToken, AUTOWEAVE_TOKEN or AUTOWEAVE_TOKEN_FILE. Telemetry waits, within its bounds, and is sent when it is accepted.",
  unreachable:
    "Check the endpoint and the network. Telemetry waits, within its bounds, and is sent when the backend answers.",
  untrusted:
    "Give the authority of the backend's certificate by caFile (OTEL_EXPORTER_OTLP_CERTIFICATE) and, if the backend asks for one, a certificate that it trusts by clientCertificateFile and clientKeyFile. Telemetry waits, within its bounds.",
  timeout: "It is tried again; raise exportTimeoutMs if the backend needs longer.",
  throttled: "It is tried again when the backend allows; raise the tenant's limits there, or send less.",
  unavailable: "It is tried again until the backend takes it.",
  invalid_response: "Let the endpoint be that of an OTLP backend. Telemetry waits, within its bounds.",
  rejected: "What it refuses for good is dropped and counted.",
  too_large: "What is sent is made smaller; a record that is too large by itself is dropped and counted.",
};

const longestMessage = 200;

/** Says on stderr, once for each endpoint and reason, what a backend said, and what to do about it. */
export class Complaints {
  readonly #signal: Signal;
  readonly #endpoint: string;

  constructor(signal: Signal, url: string) {
    const { origin, pathname } = new URL(url);
    this.#signal = signal;
    // Without user, password and query, which may be secret.
    this.#endpoint = origin + pathname;
  }

  about(reason: ExportFailureReason, message: string): void {
    warnOnce(
      `delivery:${this.#endpoint}:${reason}`,
      `Sending ${this.#signal} to ${this.#endpoint} failed (${reason}): ${shortened(message)}. ${repairs[reason]}`,
    );
  }

  /** It took all, and has something to say. */
  warning(message: string): void {
    warnOnce(
      `delivery:${this.#endpoint}:warning`,
      `${this.#endpoint} takes the ${this.#signal}, and says: ${shortened(message)}`,
    );
  }
}

const shortened = (message: string) =>
  message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message;
