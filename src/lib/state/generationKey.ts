import type { Trace } from '../trace/trace.js';

const pictureIds = new WeakMap<Blob, number>();
let lastPictureId = 0;

function idOf(picture: Blob): number {
	const id = pictureIds.get(picture) ?? ++lastPictureId;
	pictureIds.set(picture, id);
	return id;
}

/** The same for two traces only if one prompt, pictures included, lies before what was generated. */
export function toHistoryKey(trace: Pick<Trace, 'tokens' | 'pictures' | 'model'>): string {
	const ids = trace.tokens.filter(({ step }) => step === null).map(({ id }) => id);
	const pictures = trace.pictures.map(({ blob, name }) => (blob ? idOf(blob) : name));
	return JSON.stringify([trace.model.name, ids, pictures]);
}
