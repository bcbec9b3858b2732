import type { StackConfig } from "./schema.ts";

interface Contradiction {
  path: (string | number)[];
  message: string;
}

/**
 * Settings that are well-formed one by one and make no sense together.
 * Takes the sections that are valid by themselves, so that one fault does not hide another.
 */
export function contradictions(stack: Partial<StackConfig>): Contradiction[] {
  return [
    ...tenantClashes(stack),
    ...alertingClashes(stack),
    ...retentionClashes(stack),
    ...storageClashes(stack),
    ...databaseClashes(stack),
  ];
}

function tenantClashes({ tenants, tenantId, services }: Partial<StackConfig>): Contradiction[] {
  if (!tenants || !tenantId) return [];
  const ids = tenants.map((tenant) => tenant.id);
  const known = new Set([...ids, tenantId]);
  const twice = ids.flatMap((id, index) =>
    ids.indexOf(id) === index
      ? []
      : [{ path: ["tenants", index, "id"], message: `tenant ${id} stands twice in the list` }],
  );
  const ofServices = (services ?? []).flatMap((service, index) => {
    const unknown = service.tenants.filter((id) => !known.has(id));
    return [
      ...(unknown.length > 0
        ? [{ path: ["services", index, "tenants"], message: `no such tenant: ${unknown.join(", ")}` }]
        : []),
      ...(known.has(service.name)
        ? [{ path: ["services", index, "name"], message: `${service.name} is a tenant's id already` }]
        : []),
    ];
  });
  return [...twice, ...inBuckets(ids, tenantId), ...ofServices];
}

/** Folders of Loki's own in the bucket where every tenant has one, which expires. */
const lokiFolders = ["index", "rules"];

const inBuckets = (ids: string[], tenantId: string): Contradiction[] =>
  [...ids.map((id, index) => ({ id, path: ["tenants", index, "id"] })), { id: tenantId, path: ["tenantId"] }]
    .filter(({ id }) => lokiFolders.includes(id))
    .map(({ id, path }) => ({ path, message: `${id} is a folder of Loki's own in the bucket of the logs` }));

function alertingClashes({ alertmanager }: Partial<StackConfig>): Contradiction[] {
  if (!alertmanager) return [];
  const { critical, escalation, premium, smtp, workingHours } = alertmanager;
  const first = [...alertmanager.default, ...critical];
  return [
    ...(!smtp && [...first, ...premium, ...escalation].some(({ kind }) => kind === "email")
      ? [{ path: ["alertmanager", "smtp"], message: "an e-mail receiver needs a mail server" }]
      : []),
    ...(escalation.length > 0 && first.length === 0
      ? [
          {
            path: ["alertmanager", "critical"],
            message: "must name who is told before an alert escalates",
          },
        ]
      : []),
    ...Object.entries(workingHours).flatMap(([team, { from, to }]) =>
      from < to
        ? []
        : [{ path: ["alertmanager", "workingHours", team, "to"], message: `must be later than ${from}` }],
    ),
  ];
}

function retentionClashes({ prometheus }: Partial<StackConfig>): Contradiction[] {
  if (!prometheus || prometheus.longTermRetentionDays > prometheus.retentionDays) return [];
  return [
    {
      path: ["prometheus", "longTermRetentionDays"],
      message: `must be longer than retentionDays (${prometheus.retentionDays})`,
    },
  ];
}

function storageClashes({ storage, protect }: Partial<StackConfig>): Contradiction[] {
  if (storage?.kind !== "aws") return [];
  return [
    ...(storage.drRegion === storage.region
      ? [
          {
            path: ["storage", "drRegion"],
            message: `a copy in ${storage.region} does not survive the loss of that region`,
          },
        ]
      : []),
    ...(storage.forceDestroy && protect
      ? [{ path: ["storage", "forceDestroy"], message: "contradicts stack.protect, which keeps the data" }]
      : []),
  ];
}

function databaseClashes({ postgresql }: Partial<StackConfig>): Contradiction[] {
  if (postgresql?.kind !== "cluster" || !postgresql.password) return [];
  const { password } = postgresql;
  return "existingSecret" in password && password.key !== "password"
    ? [
        {
          path: ["postgresql", "password", "key"],
          message: "must be password: the operator reads the Secret's keys username and password",
        },
      ]
    : [];
}
