/** The thread of the records. Started by `records.ts`. */
import { serve, startData } from '../worker/serve.ts';
import { type RecordsCalls, RecordsKeeper, type RecordsStart } from './keeper.ts';

serve<RecordsCalls>(new RecordsKeeper(startData() as RecordsStart));
