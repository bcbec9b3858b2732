import { alertmanagerConfig } from "../backends/alertmanager.ts";
import { printYaml } from "./support/print-yaml.ts";

const usage = `Usage: alertmanager [--stack NAME]

Prints the configuration of a stack's (dev unless named) Alertmanager. Its secrets stand in the files that it names.`;

printYaml(usage, (stack) => ({ document: alertmanagerConfig(stack) }));
