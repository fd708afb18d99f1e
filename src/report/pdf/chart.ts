/** One curve over the time of the refill, with its 95 % band where it has one and the phases behind it. */
import { ACCENT, INK, keepTogether, LINE, MARGIN, type Pdf, SOFT, widthOf } from './page.ts';

export interface Curve {
  readonly title: string;
  readonly unit: string;
  readonly values: readonly (number | null)[];
  readonly u95?: readonly (number | null)[];
  /** Always within the picture. */
  readonly including: readonly number[];
}

export interface TimeAxis {
  readonly stepMs: number;
  /** Names of phases and the share (0..1) of the time at which they began. */
  readonly phases: readonly { readonly name: string; readonly at: number }[];
}

const HEIGHT = 96;
const LEFT = 36;

/** Round steps: 1, 2 or 5 times a power of ten, about four of them. */
function ticks(low: number, high: number): number[] {
  const raw = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw) ?? raw;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
}

export function drawCurve(pdf: Pdf, curve: Curve, axis: TimeAxis): void {
  keepTogether(pdf, HEIGHT + 44);
  const seen = curve.values.filter((v): v is number => v !== null);
  pdf
    .font('Helvetica-Bold')
    .fontSize(9)
    .fillColor(INK)
    .text(`${curve.title}, ${curve.unit}`, MARGIN, pdf.y + 6);
  if (seen.length === 0) {
    pdf.font('Helvetica').fontSize(9).fillColor(SOFT).text('no value', MARGIN, pdf.y);
    return;
  }
  const low = Math.min(...seen, ...curve.including);
  const high = Math.max(...seen, ...curve.including, low + 1e-6);
  const room = (high - low) * 0.06;
  const box = { x: MARGIN + LEFT, y: pdf.y + 4, width: widthOf(pdf) - LEFT, height: HEIGHT };
  const x = (i: number) => box.x + (i / Math.max(1, curve.values.length - 1)) * box.width;
  const y = (v: number) => box.y + box.height - ((v - low + room) / (high - low + 2 * room)) * box.height;

  for (const [i, { name, at }] of axis.phases.entries()) {
    const px = box.x + at * box.width;
    pdf
      .moveTo(px, box.y)
      .lineTo(px, box.y + box.height)
      .lineWidth(0.4)
      .strokeColor(LINE)
      .stroke();
    const next = axis.phases[i + 1]?.at ?? 1;
    const wide = (next - at) * box.width;
    if (wide > 24)
      pdf
        .font('Helvetica')
        .fontSize(6.5)
        .fillColor(SOFT)
        .text(name, px + 2, box.y + 1, { width: wide - 2, height: 8, ellipsis: true });
  }
  for (const tick of ticks(low, high)) {
    pdf
      .moveTo(box.x, y(tick))
      .lineTo(box.x + box.width, y(tick))
      .lineWidth(0.3)
      .strokeColor(LINE)
      .stroke();
    pdf
      .font('Helvetica')
      .fontSize(7.5)
      .fillColor(SOFT)
      .text(String(Number(tick.toFixed(3))), MARGIN, y(tick) - 4, { width: LEFT - 5, align: 'right' });
  }
  pdf.save().rect(box.x, box.y, box.width, box.height).clip();
  if (curve.u95) drawBand(pdf, curve.values, curve.u95, x, y);
  drawLine(pdf, curve.values, x, y);
  pdf.restore();
  const minutes = (curve.values.length * axis.stepMs) / 60_000;
  const every = Math.max(1, Math.ceil(minutes / 12));
  for (let minute = 0; minute <= minutes; minute += every) {
    const px = box.x + (minute / Math.max(minutes, 1e-9)) * box.width;
    pdf
      .fontSize(7.5)
      .fillColor(SOFT)
      .text(`${minute}`, px - 10, box.y + box.height + 2, { width: 20, align: 'center', lineBreak: false });
  }
  pdf.y = box.y + box.height + 14;
}

type Place = (value: number) => number;

function drawLine(pdf: Pdf, values: readonly (number | null)[], x: Place, y: Place): void {
  let down = false;
  for (const [i, v] of values.entries()) {
    if (v === null) down = false;
    else if (down) pdf.lineTo(x(i), y(v));
    else {
      pdf.moveTo(x(i), y(v));
      down = true;
    }
  }
  pdf.lineWidth(1).strokeColor(ACCENT).stroke();
}

function drawBand(
  pdf: Pdf,
  values: readonly (number | null)[],
  u95: readonly (number | null)[],
  x: Place,
  y: Place,
): void {
  let from = -1;
  const close = (to: number) => {
    if (from < 0 || to - from < 2) return;
    const at = (i: number, side: number) => (values[i] as number) + side * (u95[i] as number);
    pdf.moveTo(x(from), y(at(from, 1)));
    for (let i = from + 1; i < to; i++) pdf.lineTo(x(i), y(at(i, 1)));
    for (let i = to - 1; i >= from; i--) pdf.lineTo(x(i), y(at(i, -1)));
    pdf.fillOpacity(0.2).fill(ACCENT).fillOpacity(1);
  };
  for (let i = 0; i <= values.length; i++) {
    const known = i < values.length && values[i] !== null && u95[i] !== null;
    if (known && from < 0) from = i;
    if (!known) {
      close(i);
      from = -1;
    }
  }
}
