/** What a mail says. */
export interface MailText {
  subject: string;
  /** Its text for people: of HTML what is read, and the addresses of its links behind them. */
  text: string;
}

interface Part {
  /** By names in lower case. */
  headers: Map<string, string>;
  body: string;
}

/**
 * Reads a mail such as Alertmanager sends: a text, an HTML, or both as alternatives. Source: RFC 5322, 2045, 2046 and 2047.
 * @param content header and body; each character is a byte.
 */
export function readMail(content: string): MailText {
  const mail = partOf(content);
  const parts = leaves(mail);
  const html = parts.find((part) => typeOf(part).startsWith("text/html"));
  const chosen = html ?? parts.find((part) => typeOf(part).startsWith("text/plain"));
  const text = chosen ? decodedBody(chosen) : "";
  return {
    subject: decodedHeader(mail.headers.get("subject") ?? ""),
    text: (html ? textOfHtml(text) : text).trim(),
  };
}

function partOf(content: string): Part {
  const [head = "", ...rest] = content.split(/\r\n\r\n/);
  const lines = head.replace(/\r\n[ \t]+/g, " ").split("\r\n");
  const headers = lines.flatMap((line): [string, string][] => {
    const [, name, value = ""] = /^([^:\s]+):\s*(.*)$/.exec(line) ?? [];
    return name ? [[name.toLowerCase(), value]] : [];
  });
  return { headers: new Map(headers), body: rest.join("\r\n\r\n") };
}

const typeOf = ({ headers }: Part): string => (headers.get("content-type") ?? "text/plain").toLowerCase();

/** The parts that are not made of parts. */
function leaves(part: Part, depth = 0): Part[] {
  const boundary = /boundary="?([^";]+)"?/i.exec(part.headers.get("content-type") ?? "")?.[1];
  if (boundary === undefined || depth > 4) return [part];
  // Before the first and behind the last boundary nothing is said.
  return `\r\n${part.body}`
    .split(`\r\n--${boundary}`)
    .slice(1)
    .filter((text) => !text.startsWith("--"))
    .flatMap((text) => leaves(partOf(text.replace(/^[ \t]*\r\n/, "")), depth + 1));
}

const utf8 = (bytes: string): string => Buffer.from(bytes, "latin1").toString("utf8");

const decoders: Record<string, (body: string) => string> = {
  "quoted-printable": (body) => unquoted(body.replace(/=[ \t]*\r\n/g, "")),
  base64: (body) => Buffer.from(body, "base64").toString("latin1"),
};

const decodedBody = ({ headers, body }: Part): string =>
  utf8(decoders[(headers.get("content-transfer-encoding") ?? "").toLowerCase().trim()]?.(body) ?? body);

const unquoted = (text: string): string =>
  text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

const wordDecoders: Record<string, (word: string) => string> = {
  q: (word) => unquoted(word.replaceAll("_", " ")),
  b: (word) => Buffer.from(word, "base64").toString("latin1"),
};

/** A header in which words are written as `=?utf-8?q?…?=`; between two of them a space means nothing. */
const decodedHeader = (value: string): string =>
  utf8(
    value
      .replace(/\?=\s+=\?/g, "?==?")
      .replace(/=\?utf-8\?([qb])\?([^?]*)\?=/gi, (_, how: string, word: string) =>
        (wordDecoders[how.toLowerCase()] as (word: string) => string)(word),
      ),
  );

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

const withoutEntities = (text: string): string =>
  text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w+));/gi,
    (whole, decimal?: string, hex?: string, name = "") => {
      const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : undefined;
      if (code === undefined) return entities[name as string] ?? whole;
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );

/** Elements that are not read, and those that begin a line. */
const unread = new Set(["head", "style", "script"]);
const lines = new Set(["br", "p", "div", "h1", "h2", "h3", "h4", "tr", "table", "li"]);

/** Tag by tag, so that no text takes longer to read than it is long. */
function textOfHtml(html: string): string {
  const [before = "", ...pieces] = html.replace(/\s+/g, " ").split("<");
  let text = before;
  let hidden: string | undefined;
  let href: string | undefined;
  for (const piece of pieces) {
    const end = piece.indexOf(">");
    const tag = piece.slice(0, end);
    const [, slash = "", word = ""] = /^(\/?)(\w+)/.exec(tag) ?? [];
    const name = word.toLowerCase();
    if (hidden !== undefined) {
      if (slash && name === hidden) hidden = undefined;
      continue;
    }
    if (!slash && unread.has(name)) hidden = name;
    if (name === "a") {
      if (slash && href) text += `: ${href}\n`;
      href = slash ? undefined : /\bhref="([^"]*)"/i.exec(tag)?.[1];
    }
    if (lines.has(name)) text += "\n";
    if (name === "td" || name === "th") text += " ";
    text += hidden === undefined ? piece.slice(end + 1) : "";
  }
  return withoutEntities(text)
    .split("\n")
    .map((line) => line.trim().replace(/ +/g, " "))
    .filter(Boolean)
    .join("\n");
}
