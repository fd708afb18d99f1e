/** Striped, full width, with the word: must not be taken for decoration. */
export function SimulatedBand({ text, sticky = 'no' }: { text: string; sticky?: 'top' | 'no' }) {
  return (
    <p class={sticky === 'top' ? 'simulated-band sticks' : 'simulated-band'}>
      <strong>{text}</strong>
    </p>
  );
}
