/** What every reader of this folder gives back: the value, or the first fault found. Readers never throw. */
export type Read<T, F> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: F };
