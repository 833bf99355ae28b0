/** What went wrong, for the reader: one sentence, and what to do about it. */
export interface Failure {
	readonly message: string;
	readonly remedy: string;
}

/** A cancelled call; never shown as a failure. */
export function isAbort(error: unknown): boolean {
	return error instanceof Error && error.name === 'AbortError';
}

/** The worker or its device is gone, and what it held with it. */
export function isWorkerGone(error: unknown): boolean {
	return error instanceof Error && (error.name === 'WorkerStoppedError' || isDeviceLost(error));
}

/** The worker lives, but cannot compute any more. */
export function isDeviceLost(error: unknown): boolean {
	return error instanceof Error && /device (was )?lost/i.test(error.message);
}

const remedies: readonly { readonly pattern: RegExp; readonly remedy: string }[] = [
	{
		pattern: /WorkerStoppedError/,
		remedy: 'It was started again and the prompt is kept. If it happens twice, reload the page.'
	},
	{ pattern: /no longer holds this run/, remedy: 'What was read of it before stays.' },
	{
		pattern: /device (was )?lost|DeviceLost/i,
		remedy:
			'The graphics device went away, by a driver reset or too little memory. Load the model again.'
	},
	{
		pattern: /out of memory|allocation failed|RangeError.*(array|buffer)|bad_alloc/i,
		remedy: 'There is too little memory. Close other tabs, or shorten the prompt, and try again.'
	},
	{ pattern: /SourceError/, remedy: 'Load the model again when that is settled.' },
	{
		pattern: /Failed to fetch|NetworkError|HTTP \d/i,
		remedy: 'Check that the server is still running and reachable, then load the model again.'
	},
	{
		pattern: /SafetensorsError|UnsupportedModelError|ConfigurationError|TokenizerError/,
		remedy:
			'The files of the model do not fit together. Put the original files back and load again.'
	},
	{
		pattern: /image tokens but received/,
		remedy:
			'Every picture needs one <start_of_image> in plain text: add or remove the ones that differ.'
	},
	{
		pattern: /no classification head/,
		remedy:
			'Choose gemma3-mini, which has one, or a checkpoint saved by Gemma3ForSequenceClassification.'
	},
	{
		pattern: /left the classification head out/,
		remedy: 'Delete it under “Kept in this browser”, where models are chosen, and load it again.'
	},
	{
		pattern: /classification head .* names \d+ label/,
		remedy: 'Let id2label name every row, and load the model again.'
	},
	{ pattern: /ImageError/, remedy: 'Remove the picture, or add another.' },
	{ pattern: /context|too long|longer than/i, remedy: 'Shorten the prompt.' },
	{ pattern: /empty/i, remedy: 'Type some text.' }
];

/** An error in words with the remedy; the name decides, because classes do not cross a worker. */
export function toFailure(error: unknown, fallbackRemedy = 'Try again.'): Failure {
	const name = error instanceof Error ? error.name : '';
	const message = error instanceof Error ? error.message : String(error);
	const found = remedies.find(({ pattern }) => pattern.test(`${name}: ${message}`));
	return { message: toSentence(message), remedy: found?.remedy ?? fallbackRemedy };
}

function toSentence(message: string): string {
	const text = message.trim() || 'Something failed without saying why';
	// A web address or the name of a file stays as it is.
	const capital = /^([a-z]+:\/\/|\S*\w[./]\w)/.test(text)
		? text
		: text[0].toUpperCase() + text.slice(1);
	return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}
