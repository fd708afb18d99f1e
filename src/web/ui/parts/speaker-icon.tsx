export function SpeakerIcon({ crossed }: { crossed: boolean }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M3 9v6h4l6 5V4L7 9z" fill="currentColor" />
      <path d={crossed ? 'M16 9l6 6M22 9l-6 6' : 'M16 8.5a5 5 0 0 1 0 7M18.5 5.5a9 9 0 0 1 0 13'} class="icon-line" />
    </svg>
  );
}
