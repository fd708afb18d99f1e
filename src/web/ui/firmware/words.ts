/** The words of this page alone, in the language spoken; fetched together with it. */

import { firmware as german } from '../strings/de/firmware.ts';
import { firmware as english } from '../strings/en/firmware.ts';
import { firmware as dutch } from '../strings/nl/firmware.ts';
import { type Language, strings } from '../strings.ts';

const BY_LANGUAGE: Readonly<Record<Language, typeof english>> = { en: english, nl: dutch, de: german };

/** Read inside a component: it is drawn again when the language changes. */
export const firmwareWords = (): typeof english => BY_LANGUAGE[strings.language as Language] ?? english;
