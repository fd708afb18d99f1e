import { useSignal } from '@preact/signals';
import type { ImageView } from '../../api-types.ts';
import { person } from '../bedside/person.ts';
import { Problem } from '../parts/problem.tsx';
import { locale, strings } from '../strings.ts';
import { useRequest } from '../use-request.ts';
import { giveImage, rollOut, update } from './requests.ts';
import { firmwareWords } from './words.ts';

/** An image is checked here before anybody is asked where it should go. */
export function InstallPanel() {
  const words = firmwareWords();
  const image = useSignal<ImageView | null>(null);
  const requester = useRequest();
  const choose = async (file: File | undefined) => {
    image.value = null;
    if (file) image.value = await requester.send(() => giveImage(file));
  };
  return (
    <section class="panel report-part" aria-labelledby="install-title">
      <h2 id="install-title">{words.install}</h2>
      <label class="file firmware-file">
        <span>{words.chooseFile}</span>
        <input
          type="file"
          accept=".bin,application/octet-stream"
          onChange={(event) => choose(event.currentTarget.files?.[0])}
        />
      </label>
      {requester.busy.value && <p role="status">{words.checking}</p>}
      <Problem of={requester.problem} />
      {image.value && <Image image={image.value} />}
    </section>
  );
}

function Image({ image }: { image: ImageView }) {
  const words = firmwareWords();
  const sound = image.problems.length === 0;
  return (
    <div role="status">
      {image.version !== null && (
        <p>
          <b>{words.imageIs(image.version, image.bytes.toLocaleString(locale()))}</b>{' '}
          <code>{image.hash?.slice(0, 16)}</code> {image.hardwareRevisions.join(', ')}
        </p>
      )}
      {sound ? (
        <>
          <p>✓ {words.sound}</p>
          <Targets image={image} />
        </>
      ) : (
        <div class="problem">
          <p>{words.unsound}</p>
          <ul>
            {image.problems.map(({ code, message }) => (
              <li key={code}>
                <code>{code}</code> {message}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

function Targets({ image: { file, stations } }: { image: ImageView }) {
  const words = firmwareWords();
  const requester = useRequest();
  const may = stations.filter(({ problems }) => problems.length === 0);
  const not = stations.filter(({ problems }) => problems.length > 0);
  const unable = requester.busy.value || person.value === '';
  return (
    <>
      {may.length > 0 && (
        <>
          <h3>{words.mayGet}</h3>
          <div class="records-actions">
            {may.map(({ station }) => (
              <button
                key={station}
                type="button"
                disabled={unable}
                onClick={() => requester.send(() => update(station, file))}
              >
                {words.update(station)}
              </button>
            ))}
            {may.length > 1 && (
              <button type="button" disabled={unable} onClick={() => requester.send(() => rollOut(file))}>
                {words.rollout(may.length)}
              </button>
            )}
          </div>
          {person.value === '' && <p class="note">{strings.refill.act.personNeeded}</p>}
        </>
      )}
      <Problem of={requester.problem} />
      {not.length > 0 && (
        <>
          <h3>{words.mayNot}</h3>
          <ul>
            {not.map(({ station, problems }) => (
              <li key={station}>
                <b>{station}</b>: {problems.map(({ message }) => message).join('; ')}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
