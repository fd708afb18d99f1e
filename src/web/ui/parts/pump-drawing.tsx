/** The pump cut open from the side: a puck with its septum on top, and a bellows that rises with the level. */
export const DRAWING = { floor: 236, height: 150, left: 52, right: 248 } as const;
const { floor, height, left, right } = DRAWING;
const FOLDS = 10;

/** Where a volume stands on a scale that ends at `top`; what is beyond the scale stands at its ends. */
export function yOf(volume: number, top: number): number {
  return floor - (height * Math.min(Math.max(0, volume), top)) / top;
}

export function PumpBody() {
  return (
    <>
      <path
        class="pump-body"
        d="M116 62a34 34 0 0 1 68 0h52a36 36 0 0 1 36 36v122a36 36 0 0 1-36 36H64a36 36 0 0 1-36-36V98a36 36 0 0 1 36-36z"
      />
      <path class="pump-septum" d="M128 56a22 22 0 0 1 44 0z" />
      <rect
        class="pump-chamber"
        x={left - 6}
        y={floor - height - 6}
        width={right - left + 12}
        height={height + 12}
        rx="10"
      />
    </>
  );
}

/** Zigzag walls from the floor up to the plate that the fluid lifts. */
export function Bellows({ surface }: { surface: number }) {
  const step = (floor - surface) / FOLDS;
  const points = (x: number, inward: number) =>
    Array.from({ length: FOLDS + 1 }, (_, i) => `${x + (i % 2 === 1 ? inward : 0)} ${floor - i * step}`);
  const walls = [...points(left, 9), ...points(right, -9).reverse()];
  return (
    <g>
      <path class="fluid" d={`M${walls.join('L')}Z`} />
      <path class="plate" d={`M${left - 2} ${surface}H${right + 2}`} />
    </g>
  );
}

/** Instead of a level: cannot be taken for empty. */
export function Hatch() {
  const lines = Array.from({ length: 8 }, (_, i) => {
    const x = left + i * 24;
    return `M${x} ${floor}L${x + 28} ${floor - height}`;
  });
  return <path class="no-value-hatch" d={lines.join('')} />;
}

/** A line every 5 mL, longer and with its number every 10 (every 20 on a tall scale). */
export function Graduations({ top, unit }: { top: number; unit: string }) {
  return (
    <>
      {Array.from({ length: Math.floor(top / 5) + 1 }, (_, i) => i * 5).map((volume) => (
        <g key={volume} class={volume % 10 === 0 ? 'major' : 'minor'}>
          <path d={`M${right + (volume % 10 === 0 ? 8 : 16)} ${yOf(volume, top)}H${right + 38}`} />
          {volume % (top > 40 ? 20 : 10) === 0 && (
            <text x={right + 43} y={yOf(volume, top) + 6}>
              {volume}
            </text>
          )}
        </g>
      ))}
      <text class="scale-unit" x={right + 43} y={floor - height - 18}>
        {unit}
      </text>
    </>
  );
}
