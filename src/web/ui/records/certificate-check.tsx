import { useSignal } from '@preact/signals';
import { ask } from '../api.ts';
import { Problem } from '../parts/problem.tsx';
import { strings } from '../strings.ts';
import { useRequest } from '../use-request.ts';

/** The part of `GET /api/v1/stations/:id/certificate` that is shown. */
interface Certificate {
  readonly verdict: 'complete' | 'incomplete' | 'cannot-say';
  readonly statement: string;
  readonly expected: number;
  readonly present: number;
  readonly epochs: readonly {
    readonly epoch: number;
    readonly missing: readonly {
      readonly firstSeq: number;
      readonly lastSeq: number;
      readonly count: number;
      readonly reason: keyof typeof strings.records.certificate.reasons;
    }[];
  }[];
  readonly sha256: string;
}

interface Properties {
  readonly station: string;
  /** The time it is about, UTC ms; absent: the last day. */
  readonly of?: { readonly fromMs: number; readonly toMs: number };
}

/** Asks, on a press, whether the store really holds what was journaled in a time. */
export function CertificateCheck({ station, of }: Properties) {
  const words = strings.records.certificate;
  const result = useSignal<Certificate | null>(null);
  const requester = useRequest();
  const check = async () => {
    const time = (utcMs: number) => new Date(utcMs).toISOString();
    const query = of ? `?from=${time(of.fromMs)}&to=${time(of.toMs)}` : '';
    const path = `stations/${encodeURIComponent(station)}/certificate${query}`;
    result.value = await requester.send(() => ask<Certificate>('GET', path));
  };
  return (
    <section class="panel report-part certificate" aria-labelledby="certificate-title">
      <h2 id="certificate-title">{words.title}</h2>
      {!of && <p class="note">{words.lastDay}</p>}
      <Problem of={requester.problem} />
      {result.value && <Result of={result.value} />}
      <button type="button" onClick={check} disabled={requester.busy.value}>
        {requester.busy.value ? words.checking : words.check}
      </button>
    </section>
  );
}

const SIGNS = { complete: 'M4 12.5l5.5 5.5L20 6.5', incomplete: 'M5 5l14 14M19 5L5 19', 'cannot-say': 'M5 12h14' };

function Result({ of }: { of: Certificate }) {
  const words = strings.records.certificate;
  const gaps = of.epochs.flatMap(({ epoch, missing }) => missing.map((range) => ({ epoch, ...range })));
  return (
    <div role="status">
      <p class={`certificate-verdict certificate-${of.verdict}`}>
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
          <path d={SIGNS[of.verdict]} class="icon-line" />
        </svg>
        <strong>{words[of.verdict]}</strong>
      </p>
      {of.verdict !== 'complete' && <p>{of.statement}</p>}
      <p>{words.counts(of.present, of.expected)}</p>
      <ul>
        {gaps.map(({ epoch, firstSeq, lastSeq, count, reason }) => (
          <li key={`${epoch} ${firstSeq}`}>
            {words.missing(firstSeq, lastSeq, count)}: {words.reasons[reason]}
          </li>
        ))}
      </ul>
      <p class="note">
        SHA-256 <code>{of.sha256}</code>
      </p>
    </div>
  );
}
