import assert from "node:assert/strict";
import { readStack } from "../../../infra/config/file.ts";
import { ConfigError } from "../../../infra/config/errors.ts";
import { temporaryFolder, writeConfig } from "../../support/program.ts";
import { minimal } from "../../support/stacks.ts";

describe("a stack's settings, read from its file", () => {
  const folder = temporaryFolder();
  const read = (settings: object) => {
    writeConfig(folder.path, "Pulumi", { name: "project" });
    writeConfig(folder.path, "Pulumi.some", { config: { "project:stack": settings } });
    return readStack("some", folder.path);
  };
  const slack = (url: unknown) => ({ default: [{ kind: "slack", url, channel: "#alerts" }] });
  after(() => folder.remove());

  it("are those of the repository's own stacks", () => {
    assert.equal(readStack("prod").environment, "production");
  });

  it("need no key: encrypted values are there and stay unknown", () => {
    const stack = read({ ...minimal, alertmanager: slack({ secure: "AAABAJ+secret" }) });
    const [receiver] = stack.alertmanager.default;
    assert.equal(receiver?.kind, "slack");
  });

  it("are refused with a secret in plain text, as Pulumi refuses them", () => {
    assert.throws(
      () => read({ ...minimal, alertmanager: slack("https://hooks.example.com/x") }),
      (error) => error instanceof ConfigError && /plain text/.test(error.message),
    );
  });

  it("are asked for by a stack's name, and the error says which there is not", () => {
    assert.throws(() => readStack("nope", folder.path), /Pulumi\.nope\.yaml/);
  });
});
