import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventStreamParser, EventTooLarge, type StreamEvent } from '../../../src/cli/event-stream.ts';

const all = (pieces: string[], parser = new EventStreamParser()): StreamEvent[] =>
  pieces.flatMap((p) => parser.push(p));

describe('server-sent events', () => {
  it('reads names, data over several lines, comments and unknown fields', () => {
    const text =
      ': hello\nretry: 1000\n\nevent: a\ndata: 1\ndata:2\nid: 7\n\ndata\n\nevent: lost without data\n\ndata: x: y\n\n';
    expect(all([text])).toEqual([
      { event: 'a', data: '1\n2' },
      { event: 'message', data: '' },
      { event: 'message', data: 'x: y' },
    ]);
  });

  it('keeps back what is not complete', () => {
    const parser = new EventStreamParser();
    expect(parser.push('event: a\ndata: 1\n')).toEqual([]);
    expect(parser.push('\n')).toEqual([{ event: 'a', data: '1' }]);
  });

  it('does not depend on where the text is cut, nor on the kind of line end', () => {
    const line = fc.string({ maxLength: 12 }).map((s) => s.replaceAll(/[\r\n]/g, ''));
    const event = fc.record({ event: line, data: fc.array(line, { minLength: 1, maxLength: 3 }) });
    const cuts = fc.array(fc.nat(200), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 5 }), fc.constantFrom('\n', '\r', '\r\n'), cuts, (events, eol, at) => {
        const text = events
          .map((e) => [`event: ${e.event}`, ...e.data.map((d) => `data: ${d}`), '', ''].join(eol))
          .join('');
        const ends = [...new Set(at.map((n) => Math.min(n, text.length)))].sort((a, b) => a - b);
        const pieces = [...ends, text.length].map((end, i) => text.slice(i === 0 ? 0 : ends[i - 1], end));
        const expected = events.map((e) => ({ event: e.event || 'message', data: e.data.join('\n') }));
        expect(all(pieces)).toEqual(expected);
      }),
    );
  });

  it('never keeps more than its bound', () => {
    const endless = new EventStreamParser(1000);
    expect(() => {
      for (let i = 0; i < 2000; i++) endless.push('x');
    }).toThrow(EventTooLarge);
    const manyLines = new EventStreamParser(1000);
    expect(() => {
      for (let i = 0; i < 2000; i++) manyLines.push('data: x\n');
    }).toThrow(EventTooLarge);
  });
});
