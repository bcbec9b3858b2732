/**
 * What a quoted text may not hold as it is: what JSON escapes; half a surrogate pair; and what could reach past the line in
 * a terminal, an editor or a parser, i.e. control characters, other line ends, and marks that turn the writing direction.
 */
// eslint-disable-next-line no-control-regex -- control characters are what it is about
const special = /["\\\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/;

/** Of these, what JSON.stringify leaves as it is. */
const unescaped = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** A text as JSON writes it, on one line and harmless wherever it is shown. */
export const quoted = (text: string): string => (special.test(text) ? escaped(text) : `"${text}"`);

const escaped = (text: string) =>
  JSON.stringify(text.toWellFormed()).replaceAll(
    unescaped,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
