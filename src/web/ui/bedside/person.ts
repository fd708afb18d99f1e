/** Who stands at this screen. Kept for this tab only: the next person should not act under this one's name. */
import { signal } from '@preact/signals';

const KEPT_AS = 'hai-bridge.person';

function kept(): string {
  try {
    return sessionStorage.getItem(KEPT_AS) ?? '';
  } catch {
    return '';
  }
}

export const person = signal(kept());

export function setPerson(name: string): void {
  person.value = name.trim();
  try {
    sessionStorage.setItem(KEPT_AS, person.value);
  } catch {
    // Asked for again after a reload.
  }
}
