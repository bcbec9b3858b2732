import type { StackConfig } from "./schema.ts";

interface Contradiction {
  path: (string | number)[];
  message: string;
}

/** Settings that are well-formed one by one and make no sense together. */
export function contradictions(stack: StackConfig): Contradiction[] {
  const found: Contradiction[] = [];
  const ids = stack.tenants.map((tenant) => tenant.id);

  ids.forEach((id, index) => {
    if (ids.indexOf(id) !== index) {
      found.push({ path: ["tenants", index, "id"], message: `tenant ${id} stands twice in the list` });
    }
  });

  const known = new Set([...ids, stack.tenantId]);
  stack.services.forEach((service, index) => {
    const unknown = service.tenants.filter((id) => !known.has(id));
    if (unknown.length > 0) {
      found.push({ path: ["services", index, "tenants"], message: `no such tenant: ${unknown.join(", ")}` });
    }
    if (known.has(service.name)) {
      found.push({ path: ["services", index, "name"], message: `${service.name} is a tenant's id already` });
    }
  });

  const { alertmanager, prometheus, storage } = stack;
  const receivers = [...alertmanager.default, ...alertmanager.critical, ...alertmanager.premium];
  if (receivers.some((receiver) => receiver.kind === "email") && !alertmanager.smtp) {
    found.push({ path: ["alertmanager", "smtp"], message: "an e-mail receiver needs a mail server" });
  }

  if (prometheus.longTermRetentionDays <= prometheus.retentionDays) {
    found.push({
      path: ["prometheus", "longTermRetentionDays"],
      message: `must be longer than retentionDays (${prometheus.retentionDays})`,
    });
  }

  if (storage.kind === "aws") {
    if (storage.drRegion === storage.region) {
      found.push({
        path: ["storage", "drRegion"],
        message: `a copy in ${storage.region} does not survive the loss of that region`,
      });
    }
    if (storage.forceDestroy && stack.protect) {
      found.push({
        path: ["storage", "forceDestroy"],
        message: "contradicts stack.protect, which keeps the data",
      });
    }
  }
  return found;
}
