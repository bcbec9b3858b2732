import { isIPv6 } from "node:net";
import { warnOnce } from "../diagnostics.ts";

interface Host {
  /** In lower case; an IPv6 address in its shortest form, without brackets. */
  readonly name: string;
  readonly port: string | undefined;
}

/**
 * Whether a host (`name`, `name:port`, `[address]:port`, any case) is among those that patterns allow. In a pattern, `*` stands
 * for one or more characters, dots included: `*.svc.cluster.local` are all services of a cluster. A pattern without a port
 * allows every port. What cannot be read as a host is not allowed, and a pattern that cannot be read allows nothing.
 */
export function hostMatcher(patterns: readonly string[]): (host: string) => boolean {
  const allowed = patterns.map(parsePattern).filter((pattern) => pattern !== undefined);
  return (text) => {
    const host = parseHost(text);
    if (!host || host.name.includes("*")) return false;
    return allowed.some(
      ({ name, port }) => (port === undefined || port === host.port) && matches(name, host.name),
    );
  };
}

function parsePattern(pattern: string): Host | undefined {
  const host = parseHost(pattern);
  if (!host) {
    warnOnce(
      `host-pattern:${pattern}`,
      `"${pattern}" in propagateTo is no host and allows nothing. Give a name or an address, with * for any part and a ` +
        "port if need be: *.svc.cluster.local, 10.0.0.*:8080, [::1]:443.",
    );
  }
  return host;
}

/** RFC 1035 allows 253 characters of name; IPv6 addresses may have a zone. */
const longestHost = 320;
const nameWithPort = /^(?<name>[a-z0-9*._-]+)(?::(?<port>\d{1,5}))?$/;
const bracketed = /^\[(?<address>[0-9a-f:.]+)\](?::(?<port>\d{1,5}))?$/;

function parseHost(text: unknown): Host | undefined {
  if (typeof text !== "string" || text.length > longestHost) return undefined;
  const lower = text.toLowerCase();
  if (isIPv6(lower)) return hostOfAddress(lower, undefined);
  const { address, name, port } = (bracketed.exec(lower) ?? nameWithPort.exec(lower))?.groups ?? {};
  if (address !== undefined) return isIPv6(address) ? hostOfAddress(address, port) : undefined;
  // A dot at the end means the same name, from the root of DNS on.
  return name === undefined ? undefined : { name: name.replace(/\.$/, ""), port };
}

function hostOfAddress(address: string, port: string | undefined): Host | undefined {
  const shortest = URL.parse(`http://[${address}]`)?.hostname.slice(1, -1);
  return shortest === undefined ? undefined : { name: shortest, port };
}

/** Whether a text is of a form with `*` for one or more characters; in time proportional to their lengths' product at most. */
function matches(form: string, text: string): boolean {
  let f = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (form[f] === "*") {
      star = f++;
      resume = ++t;
    } else if (form[f] === text[t]) {
      f++;
      t++;
    } else if (star >= 0) {
      f = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return f === form.length;
}
