/** The journal's thread. Started by `disk.ts`. */
import { systemClock } from '../clock.ts';
import { serve, startData } from '../worker/serve.ts';
import { JournalKeeper } from './keeper.ts';

serve(new JournalKeeper(String(startData()), systemClock));
