/**
 * Element strings of GS1 barcodes, as far as identifying a pump or a drug needs them (GS1 General Specifications, section 3:
 * application identifiers 01, 10, 11, 13, 15, 17, 21, 240, 241). Also their human readable form with brackets.
 */

const GS = '\u001d';
/** Data after these has a fixed length; after all others it ends at a separator. */
const FIXED: Readonly<Record<string, number>> = { '01': 14, '11': 6, '13': 6, '15': 6, '17': 6 };
const VARIABLE = ['240', '241', '10', '21'];

/** Application identifier -> data; `null` when it is no such string. */
export function gs1Elements(text: string): ReadonlyMap<string, string> | null {
  return text.includes('(') ? readable(text) : scannedForm(text);
}

function readable(text: string): ReadonlyMap<string, string> | null {
  const parts = [...text.trim().matchAll(/\((\d{2,4})\)([^(]+)/g)];
  const whole = parts.map((p) => p[0]).join('') === text.trim();
  return whole && parts.length > 0 ? new Map(parts.map(([, id = '', data = '']) => [id, data.trim()])) : null;
}

function scannedForm(text: string): ReadonlyMap<string, string> | null {
  const found = new Map<string, string>();
  // Some imagers hand on the leading FNC1 as well, or the symbology identifier ]d2, ]C1, ]Q3.
  let rest = text.replace(/^\](d2|C1|Q3|e0)/, '');
  while (rest.startsWith(GS)) rest = rest.slice(1);
  while (rest !== '') {
    const fixed = FIXED[rest.slice(0, 2)];
    if (fixed !== undefined) {
      const data = rest.slice(2, 2 + fixed);
      if (!/^\d+$/.test(data) || data.length !== fixed) return null;
      found.set(rest.slice(0, 2), data);
      rest = rest.slice(2 + fixed);
    } else {
      const id = VARIABLE.find((ai) => rest.startsWith(ai));
      if (id === undefined) return null;
      const end = rest.indexOf(GS);
      found.set(id, rest.slice(id.length, end < 0 ? undefined : end));
      rest = end < 0 ? '' : rest.slice(end);
    }
    while (rest.startsWith(GS)) rest = rest.slice(1);
  }
  return found.size > 0 ? found : null;
}

/**
 * Whether a scan is what is expected. Expected may be a whole element string (every element of it must be there and the same),
 * the data of one element (a serial number), or any other text, which must then be the whole scan.
 */
export function isExpected(scan: string, expected: string): boolean {
  const has = gs1Elements(scan);
  if (has === null) return scan.trim() === expected.trim();
  const wants = gs1Elements(expected);
  if (wants === null) return [...has.values()].includes(expected.trim());
  return [...wants].every(([id, data]) => has.get(id) === data);
}
