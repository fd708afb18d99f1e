/** The journal's thread. Started by `disk.ts`. */
import { systemClock } from '../clock.ts';
import { serve, startData } from '../worker/serve.ts';
import { JournalKeeper, type KeeperOptions } from './keeper.ts';

serve(new JournalKeeper(startData() as KeeperOptions, systemClock));
