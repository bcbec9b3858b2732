/** A panel as `Dashboard: Title`; of a table with several columns, the column after a comma. */
export type PanelName = string;

/** What may show nothing, and why that is right. Whatever needs a program that cannot run here is known elsewhere, by its metrics. */
export const mayBeEmpty: Record<string, readonly PanelName[]> = {
  "this week is compared with the one before, of which there is nothing yet": [
    "Business: Growth",
    "Business: Growth of devices",
    "Business: Operations by kind, Growth",
    "Business: What each tenant does, and what its telemetry costs, Growth",
  ],
  "no alert fires": [
    "SLO: Availability: firing alerts",
    "SLO: Error rate: firing alerts",
    "SLO: Plugin load time: firing alerts",
    "SLO: USB event latency: firing alerts",
    "Tenant: Firing alerts",
    "Tenant: Firing alerts over time",
  ],
  "nothing was refused or has failed since the program was started": [
    "Operations: Logs refused",
    "Operations: Lost, traces: {{exporter}}",
    "Operations: Lost, metrics: {{exporter}}",
    "Operations: Lost, logs: {{exporter}}",
    "Operations: S3: operations by Loki, failures/s {{operation}}",
  ],
};

/** What processes tell of themselves: a tenant sees that of its own ones, and those of the sample app are AutoWeave's. */
export const ofOwnProcesses: readonly PanelName[] = ["Tenant: Jobs in queues", "Tenant: Given up by apps"];
