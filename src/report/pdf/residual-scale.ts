/** Expected and measured residual on one scale, with the pump's band: what a person would rather look at than read. */
import type { Reconciliation } from '../../refill/model.ts';
import { ACCENT, BAD, INK, keepTogether, LINE, MARGIN, type Pdf, SOFT, WARN, widthOf } from './page.ts';

const COLOUR = { within: ACCENT, outside: BAD, indeterminate: WARN } as const;

export function drawResiduals(pdf: Pdf, r: Reconciliation, labelFlow: number): void {
  keepTogether(pdf, 70);
  const used = labelFlow * r.days;
  const band = (used * r.bandPercent) / 100;
  const marks = [
    r.expectedResidual.value - band,
    r.expectedResidual.value + band,
    r.residual.value - r.residual.u95,
    r.residual.value + r.residual.u95,
  ];
  const low = Math.floor(Math.min(0, ...marks) - 1);
  const high = Math.ceil(Math.max(r.lastFillMl, ...marks));
  const width = widthOf(pdf);
  const x = (ml: number) => MARGIN + ((ml - low) / (high - low)) * width;
  const y = pdf.y + 22;
  pdf.rect(MARGIN, y - 5, width, 10).fill('#eef1f4');
  pdf.rect(x(marks[0] as number), y - 5, x(marks[1] as number) - x(marks[0] as number), 10).fill('#cfe7e4');
  pdf
    .moveTo(x(r.expectedResidual.value), y - 9)
    .lineTo(x(r.expectedResidual.value), y + 9)
    .lineWidth(1.2)
    .strokeColor(INK)
    .stroke();
  const colour = COLOUR[r.verdict];
  pdf
    .moveTo(x(marks[2] as number), y)
    .lineTo(x(marks[3] as number), y)
    .lineWidth(2)
    .strokeColor(colour)
    .stroke();
  pdf.circle(x(r.residual.value), y, 4.5).fill(colour);
  pdf.font('Helvetica').fontSize(8).fillColor(SOFT);
  const label = (text: string, ml: number, at: number) =>
    pdf.text(text, Math.min(Math.max(MARGIN, x(ml) - 80), MARGIN + width - 160), at, { width: 160, align: 'center' });
  label(
    `expected ${r.expectedResidual.value.toFixed(1)} mL, band ±${r.bandPercent} %`,
    r.expectedResidual.value,
    y - 22,
  );
  label(
    `drained ${r.residual.value.toFixed(1)} ± ${Math.max(r.residual.u95, 0.1).toFixed(1)} mL`,
    r.residual.value,
    y + 12,
  );
  pdf.strokeColor(LINE);
  pdf.x = MARGIN;
  pdf.y = y + 28;
}
