/** What the cells showed, as the page drew it: PNG files by cell id. */
export type CellPictures = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
