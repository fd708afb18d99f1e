/** An advisory in plain words for the alarm's detail: what was seen, and what to do. Screens have their own, translated ones. */
import type { Advisory, AdvisoryKind } from '../refill/model.ts';

const WORDS: Readonly<Record<AdvisoryKind, string>> = {
  needleNotInReservoir: 'the needle is probably not in the reservoir: do not inject, check its place',
  needleDislodged: 'the needle has probably left the reservoir: stop injecting, check its place',
  wrongPumpOrDrug: 'what was scanned is not the expected pump or drug: stop and check the labels',
  linePressureHigh: 'the pressure in the line is too high: stop pushing, check clamp and needle',
  overfill: 'the reservoir is probably full: stop filling',
  leak: 'fluid is probably being lost: look at tubing, needle and skin',
  residualOutsideBand:
    "the pump's flow since the last fill is outside its band: check dates and volumes before filling",
  reservoirEmpty:
    'nothing came out of the reservoir: the pump may have run dry, the place of the needle is not confirmed',
  airInLine: 'air in the line: stop, prime again',
  lineOccluded: 'nothing flows although it is pushed: check clamp and tubing',
  sensorMismatch: 'scale and flow sensor disagree: check scale, tubing and tare',
  coldFill: 'the fluid is cold: the pump will be slow until it is warm again',
};

export function adviceOf({ advisory, evidence }: Advisory): string {
  const numbers = Object.entries(evidence).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`);
  const seen = numbers.length === 0 ? '' : ` (${numbers.join(', ')})`;
  return `${WORDS[advisory]}${seen}`.slice(0, 500);
}
