import type { AlarmPriority } from '../../../alarms/catalogue.ts';

/** IEC 60417-5307 idea: a bell-free sign whose exclamation marks count the priority, so that colour is not needed. */
export function AlarmIcon({ priority }: { priority: AlarmPriority }) {
  const marks = { high: [7, 12, 17], medium: [9.5, 14.5], low: [12] }[priority];
  return (
    <svg class="alarm-icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M12 1.2L23.4 22H.6z" class="alarm-icon-ground" />
      {marks.map((x) => (
        <path key={x} d={`M${x} ${x === 12 ? 8 : 12}V16M${x} 18.6v.9`} class="alarm-icon-mark" />
      ))}
    </svg>
  );
}
