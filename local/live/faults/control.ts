import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FaultOrder, FaultSelection, RunningFault } from "../../demo/fault-kinds.ts";
import { UserError } from "../../errors.ts";
import { readJson } from "../../files.ts";
import { liveEndpoints } from "../endpoints.ts";
import { controlKey } from "../programs/demo-hub.ts";

/** A tenant of the demo, as its hub was told of it. */
export interface DemoTenant {
  id: string;
  /** E.g. `premium`. */
  tier: string;
}

/** The hub of the demo that runs in an environment, where it takes orders from this machine. */
export class DemoControl {
  /** The stack's own first. */
  readonly tenants: readonly DemoTenant[];
  readonly #url: string;
  readonly #key: string;

  /** Throws a UserError when the demo was never started there. */
  constructor(stackFolder: string) {
    const folder = join(stackFolder, "live", "demo-hub");
    const { app } = liveEndpoints(stackFolder);
    const tenants = readJson<DemoTenant[]>(join(folder, "tenants.json"));
    const key = join(folder, controlKey);
    if (app === undefined || tenants === undefined || !existsSync(key)) throw notRunning();
    this.#url = `${app}/control/faults`;
    this.#key = readFileSync(key, "utf8");
    this.tenants = tenants;
  }

  /** The faults that are under way. */
  running = (): Promise<RunningFault[]> => this.#send("GET");

  start = (order: FaultOrder): Promise<RunningFault> => this.#send("POST", "", order);

  /** Ends those that are selected; gives them. */
  stop = (selection: FaultSelection): Promise<RunningFault[]> =>
    this.#send("DELETE", `?${new URLSearchParams({ ...selection })}`);

  async #send<T>(method: string, query = "", body?: object): Promise<T> {
    const headers = { authorization: `Bearer ${this.#key}`, "content-type": "application/json" };
    const request = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
    const response = await fetch(this.#url + query, request).catch(() => {
      throw notRunning();
    });
    const answer: unknown = await response.json();
    if (response.ok) return answer as T;
    throw new UserError(
      (answer as { error: string }).error,
      "npm run demo -- --fault FAULT says what there is.",
    );
  }
}

const notRunning = () => new UserError("The sample app does not run.", "npm start brings it up.");
