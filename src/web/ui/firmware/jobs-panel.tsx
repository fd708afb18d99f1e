import type { JobView } from '../../api-types.ts';
import { person } from '../bedside/person.ts';
import { Problem } from '../parts/problem.tsx';
import { locale } from '../strings.ts';
import { useRequest } from '../use-request.ts';
import { abortJob } from './requests.ts';
import { firmwareWords } from './words.ts';

export function JobsPanel({ jobs }: { jobs: readonly JobView[] }) {
  const words = firmwareWords();
  return (
    <section class="panel report-part firmware-jobs" aria-labelledby="jobs-title">
      <h2 id="jobs-title">{words.jobs}</h2>
      {jobs.length === 0 ? <p>{words.noJobs}</p> : jobs.map((job) => <Job key={job.job} job={job} />)}
    </section>
  );
}

function Job({ job }: { job: JobView }) {
  const words = firmwareWords();
  const requester = useRequest();
  const { station, image, phase, sent, waitsFor } = job;
  const number = (value: number) => value.toLocaleString(locale());
  return (
    <div class="firmware-job">
      <p>
        <b>{station}</b> {image.version} · {words.phases[phase]}
        {waitsFor !== null && ` (${words.waitsFor(waitsFor)})`}
      </p>
      <progress aria-label={words.progress(station)} value={sent} max={image.bytes} />
      <p class="note">{words.sent(number(sent), number(image.bytes))}</p>
      <button
        type="button"
        disabled={requester.busy.value || person.value === ''}
        onClick={() => requester.send(() => abortJob(job.job))}
      >
        {words.abort}
      </button>
      <Problem of={requester.problem} />
    </div>
  );
}
