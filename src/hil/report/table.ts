/** A table that is one on a wide screen and a card per row on a narrow one: every cell knows its column. */
import { escaped } from './escaped.ts';

export interface Column {
  readonly name: string;
  /** Short values that are never broken: numbers, ids. */
  readonly short?: true;
}

export interface Row {
  /** HTML, one per column. */
  readonly cells: readonly string[];
  readonly wrong?: boolean;
}

export function table(columns: readonly Column[], rows: readonly Row[]): string {
  const head = columns.map(({ name }) => `<th>${escaped(name)}</th>`).join('');
  const body = rows.map(({ cells, wrong }) => {
    const said = cells.map((cell, i) => {
      const { name = '', short } = columns[i] ?? {};
      return `<td${short ? ' class="short"' : ''}${cell === '' ? '' : ` data-column="${escaped(name)}"`}>${cell}</td>`;
    });
    return `<tr${wrong ? ' class="wrong"' : ''}>${said.join('')}</tr>`;
  });
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}
