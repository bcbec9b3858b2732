import { Ports } from "../ports.ts";

const endpoints = {
  otlp: ["gateway-otlp-http", ""],
  tempo: ["gateway-tempo", ""],
  loki: ["gateway-loki", ""],
  prometheus: ["gateway-prometheus", ""],
  alertmanager: ["alertmanager-http", ""],
  desk: ["desk-http", "/"],
  dashboards: ["desk-http", "/dashboards"],
  receiver: ["desk-http", "/alerts"],
  app: ["demo-hub-http", ""],
} as const;

/** Where the live stack of an environment is reached, by name; nothing before its first start. */
export function liveEndpoints(stackFolder: string): Record<string, string> {
  const ports = new Ports(stackFolder);
  return Object.fromEntries(
    Object.entries(endpoints).flatMap(([name, [port, path]]) => {
      const number = ports.known(port);
      return number === undefined ? [] : [[name, `http://127.0.0.1:${number}${path}`]];
    }),
  );
}
