/** Paper: A4, margins, running head and foot, and the few shapes that the report is made of. Lengths are points. */
import PDFDocument from 'pdfkit';

export type Pdf = InstanceType<typeof PDFDocument>;

export const MARGIN = 48;
export const INK = '#1c2733';
export const SOFT = '#5a6875';
export const LINE = '#c9d1d9';
export const ACCENT = '#0b6e75';
export const WARN = '#a15c00';
export const BAD = '#b3261e';

export function newPdf(title: string): Pdf {
  return new PDFDocument({
    size: 'A4',
    margins: { top: MARGIN + 26, bottom: MARGIN + 18, left: MARGIN, right: MARGIN },
    bufferPages: true,
    info: { Title: title, Creator: 'hai-bridge' },
  });
}

/** All bytes, once `end` has been called. */
export function bytesOf(pdf: Pdf): Promise<Uint8Array> {
  return new Promise((done, fail) => {
    const chunks: Buffer[] = [];
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('error', fail);
    pdf.on('end', () => done(new Uint8Array(Buffer.concat(chunks))));
  });
}

export const widthOf = (pdf: Pdf): number => pdf.page.width - 2 * MARGIN;

/** A new page when less than `height` is left on this one. */
export function keepTogether(pdf: Pdf, height: number): void {
  if (pdf.y + height > pdf.page.height - MARGIN - 18) pdf.addPage();
}

export function heading(pdf: Pdf, text: string, below = 40): void {
  keepTogether(pdf, 24 + below);
  pdf.moveDown(0.8);
  pdf.font('Helvetica-Bold').fontSize(12).fillColor(INK).text(text, MARGIN, pdf.y);
  pdf.moveDown(0.3);
}

export function paragraph(pdf: Pdf, text: string, colour = INK): void {
  pdf
    .font('Helvetica')
    .fontSize(9.5)
    .fillColor(colour)
    .text(text, MARGIN, pdf.y, { width: widthOf(pdf) });
}

/** Two columns of label and value. */
export function facts(pdf: Pdf, rows: readonly (readonly [label: string, value: string])[]): void {
  const half = widthOf(pdf) / 2;
  for (let i = 0; i < rows.length; i += 2) {
    const pair = rows.slice(i, i + 2);
    const heights = pair.map(([, value]) =>
      pdf
        .font('Helvetica')
        .fontSize(9.5)
        .heightOfString(value, { width: half - 108 }),
    );
    const height = Math.max(13, ...heights.map((h) => h + 2));
    keepTogether(pdf, height);
    const { y } = pdf;
    pair.forEach(([label, value], column) => {
      const x = MARGIN + column * half;
      pdf
        .fontSize(8.5)
        .fillColor(SOFT)
        .text(label, x, y + 1, { width: 98 });
      pdf
        .fontSize(9.5)
        .fillColor(INK)
        .text(value, x + 100, y, { width: half - 108 });
    });
    pdf.y = y + height;
  }
}

/** A table; the last column takes the rest of the width. */
export function table(pdf: Pdf, widths: readonly number[], rows: readonly (readonly string[])[]): void {
  const last = widthOf(pdf) - widths.reduce((sum, w) => sum + w, 0);
  const all = [...widths, last];
  for (const row of rows) {
    pdf.font('Helvetica').fontSize(9);
    const height = Math.max(...row.map((cell, i) => pdf.heightOfString(cell, { width: (all[i] ?? 60) - 6 }))) + 4;
    keepTogether(pdf, height);
    const { y } = pdf;
    let x = MARGIN;
    row.forEach((cell, i) => {
      pdf.fillColor(i === 0 ? SOFT : INK).text(cell, x, y + 2, { width: (all[i] ?? 60) - 6 });
      x += all[i] ?? 60;
    });
    pdf.y = y + height;
    pdf
      .moveTo(MARGIN, pdf.y)
      .lineTo(MARGIN + widthOf(pdf), pdf.y)
      .lineWidth(0.4)
      .strokeColor(LINE)
      .stroke();
  }
}

/** On every page, when all are there: what it is, of whom, that it is simulated, page n of m. */
export function headsAndFeet(pdf: Pdf, texts: { head: string; foot: string; simulated: boolean }): void {
  const { start, count } = pdf.bufferedPageRange();
  for (let i = start; i < start + count; i++) {
    pdf.switchToPage(i);
    // Beyond the margins, where text would begin a new page by itself.
    const { bottom, top } = pdf.page.margins;
    pdf.page.margins.bottom = 0;
    pdf.page.margins.top = 0;
    const width = widthOf(pdf);
    pdf.font('Helvetica').fontSize(8.5).fillColor(SOFT).text(texts.head, MARGIN, 30, { width, lineBreak: false });
    if (texts.simulated) {
      pdf.rect(MARGIN + width - 250, 24, 250, 18).fill(BAD);
      pdf
        .font('Helvetica-Bold')
        .fontSize(9)
        .fillColor('#ffffff')
        .text('SIMULATED - not from a real station', MARGIN + width - 250, 29, { width: 250, align: 'center' });
    }
    const y = pdf.page.height - MARGIN + 2;
    pdf
      .font('Helvetica-Bold')
      .fontSize(8)
      .fillColor(INK)
      .text(texts.foot, MARGIN, y, { width: width - 80 });
    pdf
      .font('Helvetica')
      .fontSize(8)
      .fillColor(SOFT)
      .text(`page ${i - start + 1} of ${count}`, MARGIN + width - 80, y, { width: 80, align: 'right' });
    pdf.page.margins.bottom = bottom;
    pdf.page.margins.top = top;
  }
}
