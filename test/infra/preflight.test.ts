import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Provider } from "@pulumi/aws/provider.js";
import "../support/deploy.ts";
import { checkAws, checkCluster, minimumKubernetes, PreflightError } from "../../infra/preflight.ts";

/** A kubeconfig for a local server that stands in for the API server. */
const kubeconfigFor = (server: string) =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "u", user: { token: "secret-token" } }],
    contexts: [{ name: "good", context: { cluster: "c", user: "u" } }],
    "current-context": "good",
  });

describe("before anything is created", () => {
  let server: Server;
  let url: string;
  let answer: { status: number; body: string };
  let asked: { path: string | undefined; authorization: string | undefined }[];

  before(async () => {
    server = createServer((request, response) => {
      asked.push({ path: request.url, authorization: request.headers.authorization });
      response.writeHead(answer.status).end(answer.body);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    assert.ok(typeof address === "object" && address);
    url = `http://127.0.0.1:${address.port}`;
  });
  after(() => server.close());
  beforeEach(() => {
    asked = [];
  });

  const runs = (major: string, minor: string) => {
    answer = { status: 200, body: JSON.stringify({ major, minor }) };
  };
  const refusal = async (access: Parameters<typeof checkCluster>[0]) => {
    const error: unknown = await checkCluster(access).then(
      () => assert.fail("the cluster was accepted"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof PreflightError);
    assert.match(error.message, /repair: /);
    assert.doesNotMatch(error.message, /secret-token/);
    return error.message;
  };

  it("the cluster is asked for its version with the provider's own credentials", async () => {
    runs("1", "37");
    await checkCluster({ kubeconfig: kubeconfigFor(url) });
    assert.deepEqual(asked, [{ path: "/version", authorization: "Bearer secret-token" }]);
  });

  it("the kubeconfig may be a path as well as its content", async () => {
    runs("1", "37");
    const folder = mkdtempSync(join(tmpdir(), "preflight-"));
    const path = join(folder, "kubeconfig");
    writeFileSync(path, kubeconfigFor(url));
    await checkCluster({ kubeconfig: path });
    rmSync(folder, { recursive: true });
    assert.equal(asked.length, 1);
  });

  for (const minor of ["29", "30", "29+", "100"]) {
    it(`Kubernetes 1.${minor} is accepted`, async () => {
      runs("1", minor);
      await checkCluster({ kubeconfig: kubeconfigFor(url) });
    });
  }

  for (const minor of ["28", "9", "28+"]) {
    it(`Kubernetes 1.${minor} is refused with the version that is needed`, async () => {
      runs("1", minor);
      const message = await refusal({ kubeconfig: kubeconfigFor(url) });
      assert.match(
        message,
        new RegExp(`runs Kubernetes 1.${minor.replace("+", "")}; .* ${minimumKubernetes}`),
      );
    });
  }

  it("a server that refuses the credentials is reported with its answer", async () => {
    answer = { status: 401, body: "{}" };
    assert.match(await refusal({ kubeconfig: kubeconfigFor(url) }), /answers 401/);
  });

  it("something that is no API server is reported", async () => {
    answer = { status: 200, body: "<html>" };
    assert.match(await refusal({ kubeconfig: kubeconfigFor(url) }), /no Kubernetes API server/);
  });

  it("a cluster that does not answer is reported with its address", async () => {
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const address = closed.address();
    assert.ok(typeof address === "object" && address);
    closed.close();
    await once(closed, "close");
    const message = await refusal({ kubeconfig: kubeconfigFor(`http://127.0.0.1:${address.port}`) });
    assert.match(message, new RegExp(`127.0.0.1:${address.port}.*ECONNREFUSED`));
  });

  it("a context that the kubeconfig lacks is reported", async () => {
    assert.match(
      await refusal({ kubeconfig: kubeconfigFor(url), context: "other" }),
      /no cluster for the context other/,
    );
  });

  it("a kubeconfig that is none is reported", async () => {
    assert.match(await refusal({ kubeconfig: "/no/such/kubeconfig" }), /kubeconfig/);
  });

  it("missing AWS credentials are reported with their repair", async () => {
    const refuse = () => Promise.reject(new Error("no valid credential sources found"));
    await assert.rejects(checkAws(new Provider("aws"), refuse), (error: Error) => {
      assert.ok(error instanceof PreflightError);
      assert.match(error.message, /no valid credential sources found[^]*AWS_PROFILE/);
      return true;
    });
  });
});
