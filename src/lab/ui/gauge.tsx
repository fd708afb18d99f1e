/** A measuring cylinder: what was said as a filling, what is true as a mark beside it. */
const FULL_ML = 60;
const [TOP, FLOOR] = [8, 132];
const yOf = (ml: number) => FLOOR - ((FLOOR - TOP) * Math.min(Math.max(0, ml), FULL_ML)) / FULL_ML;

export function Gauge({ said, truth }: { said: number | null; truth: number | null }) {
  return (
    <svg class="gauge" viewBox="0 0 80 142" aria-hidden="true">
      {said !== null && <rect class="gauge-fluid" x="18" y={yOf(said)} width="28" height={FLOOR - yOf(said)} />}
      {said === null && <path class="gauge-none" d="M18 132L46 104M18 104L46 76M18 76L46 48M18 48L46 20" />}
      <path class="gauge-glass" d={`M16 ${TOP}V${FLOOR}H48V${TOP}`} />
      {[0, 20, 40, 60].map((ml) => (
        <g key={ml}>
          <path class="gauge-glass" d={`M48 ${yOf(ml)}H54`} />
          <text x="57" y={yOf(ml) + 4}>
            {ml}
          </text>
        </g>
      ))}
      {truth !== null && <path class="gauge-truth" d={`M4 ${yOf(truth) - 6}L15 ${yOf(truth)}L4 ${yOf(truth) + 6}Z`} />}
    </svg>
  );
}
