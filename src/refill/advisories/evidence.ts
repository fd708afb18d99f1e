/** The numbers that an advisory is drawn from while it holds; `null` while it does not. */
export type Evidence = Readonly<Record<string, number>> | null;
