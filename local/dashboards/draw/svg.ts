const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** What XML cannot hold, e.g. the escape sequences that colour a terminal. Source: XML 1.0, section 2.2. */
// eslint-disable-next-line no-control-regex
const notInXml = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

/** A text for SVG and HTML. */
export const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replace(notInXml, "\ufffd")
    .replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);

/** A drawing that leads to an address; without one, the drawing alone. */
export const link = (url: string | undefined, drawing: string): string =>
  url === undefined ? drawing : `<a href="${escaped(url)}">${drawing}</a>`;

interface TextOptions {
  size?: number;
  color: string;
  anchor?: "start" | "middle" | "end";
  bold?: boolean;
}

export const font = "DejaVu Sans";

export const text = (
  content: string,
  x: number,
  y: number,
  { size = 12, color, anchor = "start", bold }: TextOptions,
) =>
  `<text x="${x}" y="${y}" font-family="${font}" font-size="${size}" fill="${color}" text-anchor="${anchor}"${bold ? ' font-weight="bold"' : ""}>${escaped(content)}</text>`;

export const box = (x: number, y: number, width: number, height: number, fill: string, more = "") =>
  `<rect x="${x}" y="${y}" width="${Math.max(0, width)}" height="${height}" fill="${fill}" ${more}/>`;

/** Shortened to about a width in pixels. */
export const fitting = (content: string, width: number, size = 12): string => {
  const most = Math.floor(width / (size * 0.6));
  return content.length <= most ? content : `${content.slice(0, Math.max(0, most - 1))}…`;
};
