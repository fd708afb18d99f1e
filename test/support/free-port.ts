import getPort from 'get-port';

const FROM = 15_000;
const COUNT = 17_000;
const TRIES = 50;

/**
 * A port of the loopback that stays free until its taker opens it: below those that Linux hands out by itself (32768 and
 * up), so that no connection of another test is given it meanwhile; at random, because files run beside each other.
 */
export function freePort(): Promise<number> {
  const port = Array.from({ length: TRIES }, () => FROM + Math.floor(Math.random() * COUNT));
  return getPort({ host: '127.0.0.1', port });
}
