import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Outputs } from "../../../../local/live/live-stack.ts";
import { Pulumi } from "../../../../local/pulumi.ts";
import type { Live } from "../../../support/live.ts";

interface BlockMeta {
  startTime: string;
  endTime: string;
}

/** A bucket of the live stack, whose object store has a file for each object. */
export class Bucket {
  readonly #folder: string;

  constructor(live: Live, purpose: "logs" | "traces") {
    const environment = live.commands.environment("dev");
    const { buckets } = new Pulumi(environment).state.outputs("dev") as unknown as Outputs;
    this.#folder = join(environment.stackFolder, "live/object-store/buckets", buckets[purpose] ?? "");
    assert.ok(existsSync(this.#folder), this.#folder);
  }

  /** The chunks of a tenant's log lines that begin at a time (ms since 1970): `<stream>/<first>:<last>:<checksum>`. */
  chunksFrom = (tenant: string, first: number): string[] =>
    globSync(`*/${first.toString(16)}:*`, { cwd: join(this.#folder, tenant) });

  /** The id of a tenant's only block with spans of a time (ms since 1970) and of no other. */
  blockAt(tenant: string, time: number): string {
    const folder = join(this.#folder, tenant);
    const blocks = globSync("*/meta.json", { cwd: folder }).filter((file) => {
      const { startTime, endTime } = JSON.parse(readFileSync(join(folder, file), "utf8")) as BlockMeta;
      // In whole seconds.
      return [startTime, endTime].every((bound) => Math.abs(Date.parse(bound) - time) < 2000);
    });
    assert.equal(blocks.length, 1, `blocks of ${tenant} at ${new Date(time).toISOString()}`);
    return blocks[0]?.split("/")[0] ?? "";
  }

  objectsOf = (tenant: string, block: string): string[] =>
    globSync("*", { cwd: join(this.#folder, tenant, block) });
}
