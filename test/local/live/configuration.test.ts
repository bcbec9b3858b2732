import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { Configuration } from "../../../local/live/configuration.ts";
import { temporaryFolder } from "../../support/program.ts";

const command = { command: "/bin/program", args: ["--config"], isReady: () => Promise.resolve(true) };

describe("a program's configuration", () => {
  const folder = temporaryFolder();
  after(() => folder.remove());

  /** Whether a program that runs with `files` would be started anew. */
  const changes = (files: Record<string, string>, run = command) => {
    const configuration = new Configuration(folder.path);
    for (const [name, text] of Object.entries(files)) configuration.write(name, text);
    const changed = configuration.settle(run);
    configuration.started();
    return changed;
  };

  it("asks for a new start when a file, a flag or the environment has changed, and only then", () => {
    changes({ "a.yaml": "1", "b.yaml": "1" });
    assert.equal(changes({ "a.yaml": "1", "b.yaml": "1" }), false);
    assert.equal(changes({ "a.yaml": "2", "b.yaml": "1" }), true);
    assert.equal(changes({ "a.yaml": "2", "b.yaml": "1" }, { ...command, args: ["--other"] }), true);
    const env = { KEY: "value" };
    assert.equal(changes({ "a.yaml": "2", "b.yaml": "1" }, { ...command, env } as typeof command), true);
  });

  it("asks for a new start as long as none has come to its end", () => {
    changes({ "a.yaml": "1" });
    for (const attempt of [1, 2]) {
      const interrupted = new Configuration(folder.path);
      interrupted.write("a.yaml", "3");
      assert.equal(interrupted.settle(command), true, `attempt ${attempt}`);
    }
  });

  it("leaves no file of the former one behind, and none of the program's own data away", () => {
    changes({ "rules/old.yaml": "1", "kept.yaml": "1" });
    const data = new Configuration(folder.path).write("data", "the program's own");
    changes({ "kept.yaml": "1" });
    assert.equal(existsSync(join(folder.path, "rules/old.yaml")), false);
    assert.equal(existsSync(join(folder.path, "kept.yaml")), true);
    assert.equal(existsSync(data), true);
  });

  it("can be read by its owner only", () => {
    const path = new Configuration(folder.path).write("token", "secret");
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });
});
