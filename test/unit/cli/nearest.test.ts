import { expect, it } from 'vitest';
import { nearest } from '../../../src/nearest.ts';

it.each([
  ['sitee', 'site'],
  ['baudrate', 'baudRate'],
  ['baud-rate', 'baudRate'],
  ['ulr', 'url'],
  ['LineFlow', 'lineFlow'],
])('%s was meant to be %s', (word, meant) => {
  expect(nearest(word, ['site', 'baudRate', 'url', 'lineFlow', 'linePressure'])).toBe(meant);
});

it('suggests nothing for what is not near', () => {
  expect(nearest('password', ['site', 'url'])).toBeNull();
  expect(nearest('x', [])).toBeNull();
  expect(nearest('x'.repeat(100_000), ['site'])).toBeNull();
});
